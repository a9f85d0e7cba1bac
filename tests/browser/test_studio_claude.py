"""A conversation with the real Claude Code CLI in the studio, as a person has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.standin import Pause, Say, on
from tests.browser.studio import HEADING, Studio
from tests.whole.daemon import Daemon, git, processes_with
from tests.whole.turns.model import Model
from tests.whole.turns.wires import WIRES, Wire

pytestmark = pytest.mark.system

HOME, STYLES = "src/pages/index.astro", "src/styles/global.css"
WIRE: Wire = WIRES[0]


@pytest.fixture
def model() -> Iterator[Model]:
    with Model() as model:
        yield model


@pytest.fixture
def studio(tmp_path: Path, cache: Path, model: Model, page: Page) -> Iterator[Studio]:
    """A conversation that is open, with nothing said yet, and its site in the frame."""
    with Daemon(tmp_path, cache, **WIRE.environment(model.url)) as daemon:
        daemon.init()
        studio = Studio(daemon, page)
        studio.open()
        studio.live()
        studio.shown()
        yield studio
        assert studio.complaints == []
        assert processes_with(f"CLAUDE_CONFIG_DIR={tmp_path}") == []


def test_a_person_watches_an_edit_happen_takes_it_back_and_brings_it_back(
    studio: Studio, model: Model
) -> None:
    spoken = " ".join(f"word{n}" for n in range(40))
    model.follow(
        on(
            "colour",
            [WIRE.read(STYLES)],
            [WIRE.edit(STYLES, "--color-background: #faf7f0", "--color-background: rebeccapurple")],
            [Say("It is purple.")],
        ),
        on(
            "Welcome",
            [Say("I look at the home page first.", pause=0.05), WIRE.read(HOME)],
            [WIRE.edit(HOME, HEADING, "Told to the real one")],
            [Say(spoken, pause=0.05)],
        ),
    )
    studio.watch_growth()
    studio.ask("Welcome people warmly")
    # The page is another one while the agent still speaks of it.
    studio.shown("Told to the real one")
    expect(studio.last.locator(".said")).to_contain_text("word5")
    studio.ended("done")
    expect(studio.last.locator(".said")).to_contain_text("word39")
    assert len(studio.growth) > 3
    studio.changed(HOME)
    expect(studio.last.locator(".facts")).to_contain_text("tokens")
    studio.press("Undo")
    studio.ended("undone")
    studio.shown()
    studio.press("Redo")
    studio.ended("done")
    studio.shown("Told to the real one")
    # The frame does not have to be loaded again for what needs no loading.
    frame = studio.frame
    frame.evaluate("window.stillTheSamePage = true")
    studio.ask("Change the colour")
    frame.wait_for_function(
        "getComputedStyle(document.body).backgroundColor === 'rgb(102, 51, 153)'"
    )
    assert frame.evaluate("window.stillTheSamePage") is True
    studio.ended("done")
    subjects = git(studio.daemon.worktree(), "log", "-4", "--format=%s").splitlines()
    assert (subjects[0], subjects[-1]) == ("Change the colour", "Welcome people warmly")


def test_a_person_cancels_it_as_it_speaks_and_drops_what_it_did(
    studio: Studio, model: Model
) -> None:
    model.follow(
        on(
            "endless",
            [WIRE.read(HOME)],
            [WIRE.edit(HOME, HEADING, "Half")],
            [Say("and so on " * 300, pause=0.05), Pause()],
        )
    )
    studio.ask("Go on endlessly")
    studio.shown("Half")
    assert processes_with(f"CLAUDE_CONFIG_DIR={studio.daemon.folder}")
    expect(studio.last.locator(".said")).to_contain_text("and so on")
    studio.press("Cancel")
    studio.ended("cancelled")
    model.until_hung_up()
    assert processes_with(f"CLAUDE_CONFIG_DIR={studio.daemon.folder}") == []
    studio.press("Drop")
    studio.ended("cancelled, what it had changed was dropped")
    studio.shown()
