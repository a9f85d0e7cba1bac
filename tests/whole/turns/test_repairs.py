"""Pages that a turn breaks: mended by the agent, or as they were before."""

from __future__ import annotations

import pytest

from services.standin import Say, on
from tests.whole.turns.conftest import ABOUT
from tests.whole.turns.model import Model
from tests.whole.turns.talk import Talk
from tests.whole.turns.wires import Wire

pytestmark = pytest.mark.system

WRONG = "{nothing.like.this}"


def test_what_it_broke_it_mends(site: Talk, model: Model, wire: Wire) -> None:
    old = _line(site.text(ABOUT))
    model.follow(
        on(
            "Your last changes broke pages",
            *wire.edited(ABOUT, WRONG, "<p>Like this.</p>"),
            [Say("It is mended.")],
        ),
        on("Say more", *wire.edited(ABOUT, old, f"{old}{WRONG}"), [Say("There is more.")]),
    )
    turn = site.ask("Say more about us")
    assert turn["state"] == "committed", turn["error"]
    assert (turn["repairs"], turn["broken"]) == (1, [])
    assert "/about/" in turn["pages"] or "/about" in turn["pages"]
    assert turn["output"] == "There is more.\n\nIt is mended."
    assert "<p>Like this.</p>" in site.text(ABOUT)
    assert site.git("log", "--format=%s", f"{site.began}..").splitlines() == ["Say more about us"]
    checks = [it for it in site.events(turn["id"]) if it["type"] == "turn.checked"]
    assert [bool(it["errors"]) for it in checks] == [True, False]
    mending = next(it for it in model.heard if "broke pages" in it.instruction)
    assert "nothing is not defined" in mending.instruction
    assert ABOUT in mending.instruction
    words = model.words(-1)
    assert "Say more about us" in words


def test_what_stays_broken_is_taken_back(site: Talk, model: Model, wire: Wire) -> None:
    before = site.text(ABOUT)
    old = _line(before)
    model.follow(
        on("Your last changes broke pages", [Say("I see nothing wrong.")]),
        on("Say more", *wire.edited(ABOUT, old, f"{old}{WRONG}"), [Say("There is more.")]),
    )
    turn = site.ask("Say more about us")
    assert (turn["state"], turn["reason"]) == ("failed", "preview_broken")
    assert "nothing is not defined" in turn["error"]
    assert (turn["repairs"], turn["leftover"], turn["commit"]) == (1, "dropped", None)
    assert turn["broken"][0]["file"] == ABOUT
    assert WRONG in site.git("show", f"{turn['saved']}:{ABOUT}")
    assert site.text(ABOUT) == before
    # The next one is told, and its pages are good.
    model.follow(on("else", *wire.edited(ABOUT, old, f"{old}<p>More.</p>"), [Say("So.")]))
    again = site.ask("Try something else")
    assert (again["state"], again["repairs"], again["broken"]) == ("committed", 0, [])
    assert "It failed: the change broke a page" in model.words()


def _line(text: str) -> str:
    """The last line of the page that can be edited."""
    return next(line for line in reversed(text.splitlines()) if "</" in line)
