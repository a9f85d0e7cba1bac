"""Turns that are stopped: by a person, and by the death of the daemon."""

from __future__ import annotations

import signal
import time

import pytest

from services.standin import Pause, Rule, Say, on
from tests.whole.daemon import until
from tests.whole.turns.conftest import ABOUT, INDEX, PAGES, House
from tests.whole.turns.model import Model
from tests.whole.turns.talk import Talk
from tests.whole.turns.wires import Wire

pytestmark = pytest.mark.system

SECONDS = 20.0  # that a cancel may take on a busy machine: what it stops would go on for longer


def endless(wire: Wire) -> Rule:
    """An edit, and then words without an end."""
    edits = wire.edited(INDEX, "Hello", "Half")
    return on("endless", *edits, [Say("and so on " * 300, pause=0.1), Pause()])


def streaming(talk: Talk, instruction: str) -> str:
    """A turn that has edited its file, and speaks."""
    turn = talk.begin(instruction)
    talk.until_told(turn, "file.changed")
    talk.until_told(turn, "text.delta", 3)
    return turn


@pytest.mark.parametrize("verb", ["keep", "drop"])
def test_a_turn_is_stopped_as_it_speaks_and_its_work_is_kept_or_dropped(
    house: House, talk: Talk, model: Model, wire: Wire, verb: str
) -> None:
    model.follow(endless(wire))
    turn = streaming(talk, "Go on endlessly")
    assert bool(house.clis()) is (wire.backend == "claude")
    began = time.monotonic()
    ended = talk.do(turn, "cancel")["turn"]
    assert time.monotonic() - began < SECONDS
    assert ended["state"] == "cancelled"
    assert house.clis() == []
    model.until_hung_up()
    assert (ended["leftover"], ended["files"], ended["commit"]) == ("offered", [INDEX], None)
    assert ended["output"].startswith("and so on ")
    assert "Half" in talk.git("show", f"{ended['saved']}:{INDEX}")
    assert "Half" in talk.text(INDEX)
    talk.agree()
    settled = talk.do(turn, verb)["turn"]
    if verb == "keep":
        assert settled["leftover"] == "kept"
        assert settled["commit"] == talk.git("rev-parse", "HEAD").strip()
    else:
        assert settled["leftover"] == "dropped"
        assert talk.text(INDEX) == PAGES[INDEX]
    # The conversation goes on, and knows how it came to that.
    model.follow(on("again", [Say("I am here.")]))
    assert talk.ask("And again")["output"] == "I am here."
    words = model.words()
    assert "Go on endlessly" in words
    assert "The person stopped it before it was done." in words
    assert ("The person kept" if verb == "keep" else "The person dropped") in words


def test_a_turn_that_waits_for_an_answer_can_be_stopped(
    house: House, talk: Talk, model: Model, wire: Wire
) -> None:
    model.follow(on("page", [wire.write("new.md", "new")], [Say("No.")]))
    turn = talk.begin("Make a page")
    talk.until_told(turn, "permission.asked")
    began = time.monotonic()
    ended = talk.do(turn, "cancel")["turn"]
    assert time.monotonic() - began < SECONDS
    assert (ended["state"], ended["files"], ended["leftover"]) == ("cancelled", [], None)
    assert not (talk.root / "new.md").exists()


def test_a_killed_daemon_comes_back_to_the_conversation(
    house: House, talk: Talk, model: Model, wire: Wire
) -> None:
    edits = wire.edited(ABOUT, "ferns", "mosses")
    model.follow(on("mosses", *edits, [Say("We grow mosses.")]), endless(wire))
    first = talk.ask("Say that we grow mosses")
    turn = streaming(talk, "Go on endlessly")
    model.follow(on("later", [Say("Here I am, later.")]))
    waiting = talk.begin("Be here later")
    house.daemon.end(signal.SIGKILL)
    house.daemon.start()
    ended = talk.ended(turn)
    assert (ended["state"], ended["files"]) == ("interrupted", [INDEX])
    assert "Half" in talk.git("show", f"{ended['saved']}:{INDEX}")
    # What waited is had after all, and keeps what is there for the turn whose work it is.
    later = talk.ended(waiting)
    assert (later["state"], later["output"]) == ("committed", "Here I am, later.")
    until("no Claude Code", lambda: not house.clis(), 10)
    kept = talk.turn(turn)
    assert (kept["leftover"], later["base"]) == ("kept", kept["commit"])
    assert talk.turn(first["id"]) == first
    assert len(model.heard) == 1
    words = model.words()
    assert "Say that we grow mosses" in words
    assert "We grow mosses." in words
    assert "It was interrupted before it was done." in words


def test_what_a_killed_daemon_left_is_offered(
    house: House, talk: Talk, model: Model, wire: Wire
) -> None:
    model.follow(endless(wire))
    turn = streaming(talk, "Go on endlessly")
    house.daemon.end(signal.SIGKILL)
    house.daemon.start()
    ended = talk.ended(turn)
    assert (ended["state"], ended["leftover"]) == ("interrupted", "offered")
    until("no Claude Code", lambda: not house.clis(), 10)
    talk.agree()
    assert talk.do(turn, "drop")["turn"]["leftover"] == "dropped"
    assert talk.text(INDEX) == PAGES[INDEX]
