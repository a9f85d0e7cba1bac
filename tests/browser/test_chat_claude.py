"""A conversation with the real Claude Code CLI on the page to talk on, as a person has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.standin import Pause, Say, on
from tests.browser.chatting import HEADING, Chat
from tests.browser.looking import INSTALLING
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
def chat(tmp_path: Path, cache: Path, model: Model, page: Page) -> Iterator[Chat]:
    """A conversation that is open, with nothing said yet, and its site in the frame."""
    with Daemon(tmp_path, cache, **WIRE.environment(model.url)) as daemon:
        daemon.init()
        chat = Chat(daemon, page)
        chat.open()
        chat.live()
        expect(chat.site.locator("h1")).to_have_text(HEADING, timeout=INSTALLING)
        yield chat
        assert chat.complaints == []
        assert processes_with(f"CLAUDE_CONFIG_DIR={tmp_path}") == []


def test_a_person_watches_an_edit_happen_takes_it_back_and_brings_it_back(
    chat: Chat, model: Model
) -> None:
    page, heading = chat.page, chat.site.locator("h1")
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
    page.evaluate(
        """() => {
            window.seen = new Set();
            const turns = document.getElementById("turns");
            const look = () => {
                const state = turns.querySelector(".state")?.textContent;
                const said = turns.querySelector(".said")?.textContent.length;
                window.seen.add(`${state} ${said}`);
            };
            new MutationObserver(look).observe(turns, { childList: true, subtree: true });
        }"""
    )
    chat.ask("Welcome people warmly")
    # The page is another one while the agent still speaks of it.
    expect(heading).to_have_text("Told to the real one")
    expect(chat.last.locator(".said")).to_contain_text("word5")
    chat.ended("done")
    expect(chat.last.locator(".said")).to_contain_text("word39")
    assert len([it for it in page.evaluate("[...window.seen]") if it.startswith("working ")]) > 10
    expect(chat.last.locator(".files li")).to_have_text([HOME])
    expect(chat.last.locator(".facts")).to_contain_text("tokens")
    chat.press("Undo")
    chat.ended("undone")
    expect(heading).to_have_text(HEADING)
    chat.press("Redo")
    chat.ended("done")
    expect(heading).to_have_text("Told to the real one")
    # The frame does not have to be loaded again for what needs no loading.
    [frame] = page.frames[1:]
    frame.evaluate("window.stillTheSamePage = true")
    chat.ask("Change the colour")
    frame.wait_for_function(
        "getComputedStyle(document.body).backgroundColor === 'rgb(102, 51, 153)'"
    )
    assert frame.evaluate("window.stillTheSamePage") is True
    chat.ended("done")
    subjects = git(chat.daemon.worktree(), "log", "-4", "--format=%s").splitlines()
    assert (subjects[0], subjects[-1]) == ("Change the colour", "Welcome people warmly")


def test_a_person_cancels_it_as_it_speaks_and_drops_what_it_did(chat: Chat, model: Model) -> None:
    heading = chat.site.locator("h1")
    model.follow(
        on(
            "endless",
            [WIRE.read(HOME)],
            [WIRE.edit(HOME, HEADING, "Half")],
            [Say("and so on " * 300, pause=0.05), Pause()],
        )
    )
    chat.ask("Go on endlessly")
    expect(heading).to_have_text("Half")
    assert processes_with(f"CLAUDE_CONFIG_DIR={chat.daemon.folder}")
    expect(chat.last.locator(".said")).to_contain_text("and so on")
    chat.press("Cancel")
    chat.ended("cancelled")
    model.until_hung_up()
    assert processes_with(f"CLAUDE_CONFIG_DIR={chat.daemon.folder}") == []
    chat.press("Drop it")
    chat.ended("cancelled, what it had changed was dropped")
    expect(heading).to_have_text(HEADING)
