"""A conversation on the page to talk on, beside its preview, as a person has it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chatting import HEADING, Chat
from tests.browser.looking import INSTALLING
from tests.whole.daemon import Daemon, git

pytestmark = pytest.mark.system

SCRIPT = Path(__file__).parent / "chat.toml"
TURNS = "/v1/threads/acme/ada/first/turns"


@pytest.fixture
def daemon(tmp_path: Path, cache: Path) -> Iterator[Daemon]:
    """One whose simulation follows the script, and asks a person before it publishes."""
    approve = {"NURSERYD__SERVICE__AGENT__OPTIONS__approve": '["publish"]'}
    with Daemon(tmp_path, cache, AGENT_SCRIPT=str(SCRIPT), **approve) as daemon:
        yield daemon


@pytest.fixture
def chat(daemon: Daemon, page: Page) -> Iterator[Chat]:
    """A conversation that is open, with nothing said yet."""
    daemon.init()
    chat = Chat(daemon, page)
    chat.open()
    chat.live()
    yield chat
    assert chat.complaints == []


def test_a_person_opens_a_conversation_and_watches_the_site_change_as_told(
    daemon: Daemon, page: Page
) -> None:
    chat = Chat(daemon, page)
    chat.open()
    page.get_by_role("button", name="Open it").click()
    chat.live()
    expect(page.get_by_label("What should change?")).to_be_focused()
    heading = chat.site.locator("h1")
    expect(heading).to_have_text(HEADING, timeout=INSTALLING)
    page.evaluate(
        """() => {
            window.lengths = new Set();
            const turns = document.getElementById("turns");
            const look = () => window.lengths.add(turns.querySelector(".said")?.textContent.length);
            new MutationObserver(look).observe(turns, { childList: true, subtree: true });
        }"""
    )
    chat.ask("change the heading of the home page to Told in a chat")
    chat.ended("done")
    expect(chat.last.locator(".instruction")).to_have_text(
        "change the heading of the home page to Told in a chat"
    )
    expect(chat.last.locator(".files li")).to_have_text(["src/pages/index.astro"])
    expect(chat.last.locator(".step[data-ok=true]").first).to_be_visible()
    expect(heading).to_have_text("Told in a chat")
    # The frame did not have to be loaded again for what needs no loading.
    [frame] = page.frames[1:]
    frame.evaluate("window.stillTheSamePage = true")
    chat.ask("change the background colour to rebeccapurple")
    frame.wait_for_function(
        "getComputedStyle(document.body).backgroundColor === 'rgb(102, 51, 153)'"
    )
    assert frame.evaluate("window.stillTheSamePage") is True
    # The text came in pieces, each of them there to be seen.
    assert page.evaluate("window.lengths.size") > 3
    chat.ended("done")
    assert git(daemon.worktree(), "log", "-2", "--format=%s").splitlines() == [
        "change the background colour to rebeccapurple",
        "change the heading of the home page to Told in a chat",
    ]
    assert chat.complaints == []


def test_a_turn_is_undone_and_redone_and_with_it_what_stands_on_it(chat: Chat) -> None:
    heading = chat.site.locator("h1")
    expect(heading).to_have_text(HEADING, timeout=INSTALLING)
    for text in ("First", "Second"):
        chat.ask(f"change the heading of the home page to {text}")
        chat.ended("done")
        expect(heading).to_have_text(text)
    chat.last.get_by_role("button", name="Undo", exact=True).focus()
    chat.page.keyboard.press("Enter")
    chat.ended("undone")
    expect(chat.page.get_by_label("What should change?")).to_be_focused()
    expect(heading).to_have_text("First")
    chat.press("Redo")
    chat.ended("done")
    expect(heading).to_have_text("Second")
    first = chat.turns.first
    chat.press("Undo", first)
    expect(first.get_by_role("alert")).to_contain_text("cannot undo this turn alone")
    chat.ended("done", first)
    chat.press("Do so with 1 more", first)
    chat.ended("undone", first)
    chat.ended("undone")
    expect(heading).to_have_text(HEADING)


@pytest.mark.parametrize(
    ("button", "became"), [("Keep what it changed", "kept"), ("Drop it", "dropped")]
)
def test_a_turn_is_cancelled_and_what_it_left_is_kept_or_dropped(
    chat: Chat, button: str, became: str
) -> None:
    chat.page.set_viewport_size({"width": 1000, "height": 420})
    chat.ask("never end")
    expect(chat.last.locator(".files li")).to_have_text(["public/half.txt"])
    chat.ended("working")
    chat.press("Cancel")
    expect(chat.last.get_by_role("button", name=button)).to_be_in_viewport(ratio=1)
    expect(chat.last.locator(".error")).to_contain_text("keep it or drop it")
    chat.ended("cancelled")
    expect(chat.last.get_by_role("button", name="Cancel")).to_be_hidden()
    expect(chat.last.locator(".said")).not_to_contain_text("I end.")
    chat.press(button)
    chat.ended(f"cancelled, what it had changed was {became}")
    expect(chat.last.get_by_role("button", name=button)).to_be_hidden()
    expect(chat.last.locator(".error")).to_be_hidden()
    assert (chat.daemon.worktree() / "public/half.txt").exists() is (became == "kept")
    assert git(chat.daemon.worktree(), "status", "--short") == ""


def test_a_reload_in_the_middle_of_a_turn_loses_nothing_and_doubles_nothing(chat: Chat) -> None:
    chat.ask("change the heading of the home page to Before")
    chat.ended("done")
    before = chat.last.locator(".said").inner_text()
    chat.ask("count slowly")
    said = chat.last.locator(".said > p:not(.step)")
    expect(chat.last.locator(".step[data-ok=true]")).to_have_count(1)
    chat.page.reload()
    expect(chat.turns).to_have_count(2)
    chat.ended("working")
    expect(said.first).to_have_text("one two three")
    chat.ended("done")
    expect(said).to_have_text(["one two three", "four five six"])
    expect(chat.last.locator(".step")).to_have_count(1)
    expect(chat.turns.first.locator(".said > p:not(.step)").first).to_be_visible()
    # What ended before the page was read is shown as it ended: its text, without the steps.
    shown = chat.turns.first.locator(".said").inner_text()
    assert shown.strip() in before
    chat.page.reload()
    expect(said).to_have_text(["one two three four five six"])
    expect(chat.turns).to_have_count(2)


def test_a_turn_that_a_kill_interrupted_is_shown_so_and_once(chat: Chat) -> None:
    chat.ask("never end")
    said = chat.last.locator(".said > p:not(.step)")
    expect(chat.last.locator(".files li")).to_have_text(["public/half.txt"])
    chat.daemon.end(signal.SIGKILL)
    expect(chat.page.locator("#connection")).not_to_have_text("live")
    chat.daemon.start()
    chat.ended("interrupted")
    chat.live()
    expect(chat.turns).to_have_count(1)
    expect(said).to_have_text(["I begin."])
    chat.press("Keep what it changed")
    chat.ended("interrupted, what it had changed was kept")
    chat.complaints.clear()  # a browser complains of a connection that broke


def test_what_was_said_long_ago_comes_when_it_is_asked_for(chat: Chat) -> None:
    for number in range(51):
        chat.daemon.execute(f"say hello {number}")
    chat.page.reload()
    expect(chat.turns).to_have_count(50)
    chat.page.get_by_role("button", name="Earlier").click()
    expect(chat.turns).to_have_count(51)
    expect(chat.page.get_by_role("button", name="Earlier")).to_be_hidden()
    expect(chat.turns.first.locator(".instruction")).to_have_text("say hello 0")
    expect(chat.turns.first.locator(".said")).to_have_text("Hello.")


def test_a_permission_is_asked_for_and_given_or_not(chat: Chat) -> None:
    chat.ask("publish it")
    asked = chat.last.locator(".permission")
    expect(asked).to_contain_text("May it use publish? the whole site")
    chat.page.reload()
    expect(asked).to_contain_text("the whole site")
    chat.press("Allow")
    expect(asked).to_have_count(0)
    chat.ended("done")
    expect(chat.last.locator(".said")).to_contain_text("It is published.")
    expect(chat.last.locator(".facts")).to_contain_text("$0.0123 · 1,234 tokens")
    chat.ask("publish it again")
    chat.press("Deny")
    chat.ended("done, nothing was changed")
    expect(chat.last.locator(".said")).not_to_contain_text("It is published.")


def test_what_is_hostile_is_shown_as_text_and_does_nothing(chat: Chat) -> None:
    wish = "say something hostile <img src=x onerror='window.harmed = 1'>"
    chat.ask(wish)
    chat.ended("done")
    chat.page.reload()
    expect(chat.last.locator(".instruction")).to_have_text(wish)
    expect(chat.last.locator(".said")).to_contain_text("<script>window.harmed = 1</script>")
    expect(chat.last.locator(".files li")).to_have_text(["public/<b>bold<b>.txt"])
    assert chat.page.locator("#turns :is(img, script, b)").count() == 0
    assert chat.page.evaluate("window.harmed") is None


def test_a_preview_that_wants_a_link_is_shown_all_the_same(
    tmp_path: Path, cache: Path, page: Page
) -> None:
    with Daemon(tmp_path, cache, PREVIEW_ACCESS="signed") as daemon:
        daemon.init()
        chat = Chat(daemon, page)
        chat.open()
        expect(chat.site.locator("h1")).to_have_text(HEADING, timeout=INSTALLING)
        assert chat.complaints == []


def test_what_others_ask_for_appears_and_the_page_comes_back_after_a_restart_of_the_api(
    chat: Chat, browser: BrowserContext
) -> None:
    chat.daemon.execute("change the heading of the home page to From elsewhere")
    chat.ended("done")
    expect(chat.turns).to_have_count(1)
    code = "from supervisor.cli.nurseryctl import main; main()"
    socket = chat.daemon.folder / ".nurseryd/nurseryd.sock"
    subprocess.run(
        [sys.executable, "-c", code, "--socket", str(socket), "restart", "api"],
        cwd=chat.daemon.folder,
        check=True,
        capture_output=True,
    )
    chat.daemon.execute("change the heading of the home page to Once more")
    expect(chat.turns).to_have_count(2)
    chat.ended("done")
    chat.live()
    chat.complaints.clear()  # a browser complains of a connection that broke
