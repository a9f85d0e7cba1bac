"""What is said in the chat, by a person and by the agent, as a person sees and does it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browser.studio import INSTALLING, Studio
from tests.whole.daemon import Daemon, git

pytestmark = pytest.mark.system

SCRIPT = Path(__file__).parent / "conversation.toml"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf500f00038501802ca9c9a30000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Daemon]:
    """One for all: its simulation follows the script, and asks a person before it publishes."""
    folder = tmp_path_factory.mktemp("conversation")
    approve: dict[str, Any] = {"NURSERYD__SERVICE__AGENT__OPTIONS__approve": '["publish"]'}
    with Daemon(folder, cache, AGENT_SCRIPT=str(SCRIPT), AGENT_DAY_BUDGET="5", **approve) as daemon:
        daemon.init()
        yield daemon


@pytest.fixture
def studio(daemon: Daemon, page: Page) -> Iterator[Studio]:
    """The conversation, with what the other tests said in it."""
    studio = Studio(daemon, page)
    studio.open()
    studio.live()
    yield studio
    assert studio.complaints == []


def test_an_empty_conversation_suggests_what_may_be_said(daemon: Daemon, page: Page) -> None:
    daemon.ask("PUT", "/v1/threads/acme/ada/empty", {})
    studio = Studio(daemon, page, "empty")
    studio.open()
    expect(studio.box).to_be_focused()
    page.get_by_role("button", name="Make the background light blue").click()
    expect(studio.box).to_have_value("Make the background light blue")
    expect(studio.box).to_be_focused()
    page.keyboard.press("Enter")
    studio.ended("done")
    expect(page.get_by_role("heading", name="What would you like to change?")).to_have_count(0)
    assert studio.complaints == []


def test_words_grow_while_they_are_said_and_the_list_stays_at_its_end(studio: Studio) -> None:
    studio.watch_growth()
    studio.ask("count slowly")
    studio.ended("done, nothing was changed")
    assert len({each for each in studio.growth if not each.endswith(" 0")}) > 2
    expect(studio.said()).to_have_text(["one two three", "four five six", "seven"])
    expect(studio.last.locator(".state")).to_be_in_viewport()
    assert studio.page.locator("#news").text_content() == "The agent: done, nothing was changed"


def test_who_reads_what_was_said_before_is_left_there(studio: Studio) -> None:
    for _ in range(2):
        studio.ask("long")
        studio.ended("done, nothing was changed")
    latest = studio.page.get_by_role("button", name="Jump to latest")
    expect(latest).to_have_count(0)
    studio.page.get_by_role("region", name="Conversation").focus()
    studio.page.keyboard.press("PageUp")
    expect(latest).to_be_visible()
    studio.daemon.execute("long, says somebody else")
    expect(studio.last.locator(".instruction")).to_have_text("long, says somebody else")
    studio.ended("done, nothing was changed")
    expect(studio.last).not_to_be_in_viewport()
    latest.click()
    expect(studio.last.locator(".state")).to_be_in_viewport()
    expect(latest).to_have_count(0)
    expect(studio.box).to_be_focused()


def test_steps_are_folded_once_they_are_done_and_a_file_shows_what_is_different(
    studio: Studio,
) -> None:
    expect(studio.heading).to_be_visible(timeout=INSTALLING)
    studio.ask("change the heading of the home page to Told in a chat")
    studio.ended("done")
    steps = studio.last.locator(".step")
    expect(steps.first).to_be_hidden()
    studio.last.get_by_text("2 steps").click()
    expect(steps).to_have_count(2)
    expect(steps.last).to_contain_text("edit src/pages/index.astro")
    expect(studio.last.locator(".step[data-ok=true]").last).to_be_visible()
    expect(studio.last.locator(".check").last).to_contain_text("Looked at ")
    studio.changed("src/pages/index.astro")
    studio.last.get_by_text("src/pages/index.astro", exact=True).last.click()
    expect(studio.last.locator("nu-diff .added")).to_contain_text("Told in a chat")
    # Of what ended before the page was opened the steps are there for who asks.
    studio.page.reload()
    expect(studio.last.locator(".said")).to_contain_text("Told in a chat")
    expect(steps).to_have_count(0)
    studio.press("Show the steps")
    studio.last.get_by_text("2 steps").click()
    expect(steps.last).to_contain_text("edit src/pages/index.astro")
    expect(studio.said().filter(has_text="I changed the heading")).to_have_count(1)


def test_a_turn_is_undone_and_redone_by_the_keyboard_alone(studio: Studio) -> None:
    page, before = studio.page, studio.turns.count()
    expect(studio.box).to_be_focused()
    page.keyboard.type("change the heading of the home page to By keys")
    page.keyboard.press("Enter")
    expect(studio.turns).to_have_count(before + 1)
    studio.ended("done")
    for name, state in (("Undo", "undone"), ("Redo", "done")):
        studio.last.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")
        studio.ended(state)
        expect(studio.box).to_be_focused()
    heading = git(studio.daemon.worktree(), "show", "HEAD:src/pages/index.astro")
    assert "By keys" in heading


def test_what_is_sent_meanwhile_waits_and_stop_ends_what_is_at_work(studio: Studio) -> None:
    studio.ask("write half")
    working = studio.page.locator("article[data-state=running]")
    expect(working.locator(".files li")).to_have_count(1)
    expect(studio.page.get_by_text("The agent is at work")).to_be_visible()
    studio.ask("list the pages")
    studio.ended("waiting")
    studio.press("Cancel")
    studio.ended("cancelled")
    studio.page.get_by_role("button", name="Stop").click()
    studio.ended("cancelled", studio.turns.nth(-2))
    expect(studio.page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(studio.box).to_be_focused()
    studio.press("Drop", studio.turns.nth(-2))
    studio.press("Try again")
    studio.ended("done, nothing was changed")
    expect(studio.last.locator(".instruction")).to_have_text("list the pages")


def test_what_it_costs_is_said_and_what_is_left_of_the_budget(studio: Studio) -> None:
    studio.ask("publish it")
    studio.press("Allow")
    studio.ended("done")
    expect(studio.page.get_by_text("$0.0123 in this conversation · $4.99 left")).to_be_visible()
    studio.press("Undo")
    studio.ended("undone")


def test_what_failed_says_why(studio: Studio) -> None:
    studio.ask("be mistaken")
    studio.ended("failed")
    expect(studio.last.locator(".error")).to_have_text(
        "the model is overloaded; try again in a minute"
    )
    studio.last.get_by_text("1 failed").click()
    expect(studio.last.locator(".step[data-ok=false] .why")).to_be_visible()


def test_markdown_is_shown_as_what_it_means(studio: Studio) -> None:
    studio.ask("answer in Markdown")
    studio.ended("done, nothing was changed")
    said = studio.last.locator(".said")
    expect(said.get_by_role("heading")).to_have_text("Plan")
    expect(said.locator("ol > li > span > strong")).to_have_text("First")
    expect(said.locator("ol ul li")).to_have_text("deeper")
    expect(said.locator("pre")).to_have_text("<h1>Hello</h1>")
    link = said.get_by_role("link")
    expect(link).to_have_attribute("href", "https://astro.build/")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_what_is_hostile_is_shown_as_text_and_does_nothing(studio: Studio) -> None:
    wish = "be hostile <img src=x onerror='window.harmed = 1'>"
    studio.ask(wish)
    studio.ended("done")
    studio.changed("public/<b>bold<b>.txt")
    studio.page.reload()
    expect(studio.last.locator(".instruction")).to_have_text(wish)
    said = studio.last.locator(".said")
    expect(said).to_contain_text("<script>complain('harmed')</script>")
    expect(said).to_contain_text("[a link](javascript:complain('harmed'))")
    expect(said.get_by_role("link")).to_have_text("another")
    studio.last.get_by_text("public/<b>bold<b>.txt").click()
    expect(studio.last.locator("nu-diff")).to_contain_text("<i>slanted</i>")
    assert studio.last.locator("img, script, b:not(.step b), i").count() == 0
    studio.press("Undo")
    studio.ended("undone")


def test_an_image_goes_with_the_words(studio: Studio, tmp_path: Path) -> None:
    page = studio.page
    image = FilePayload(name="red.png", mimeType="image/png", buffer=PIXEL)
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Add images").click()
    choosing.value.set_files([image])
    page.locator("#turns").evaluate(
        """(list, bytes) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(
                new File([new Uint8Array(bytes)], 'blue.png', { type: 'image/png' }));
            const how = { dataTransfer, bubbles: true, composed: true, cancelable: true };
            const taken = ['dragover', 'drop'].map(
                (type) => !list.dispatchEvent(new DragEvent(type, how)));
            if (taken.includes(false)) complain('the browser leaves the page for the file');
        }""",
        list(PIXEL),
    )
    page.get_by_role("button", name="Remove blue.png").click()
    expect(page.get_by_role("img", name="red.png")).to_be_visible()
    expect(page.get_by_role("img", name="blue.png")).to_have_count(0)
    studio.box.evaluate(
        """(box, bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], 'pasted.png', { type: 'image/png' }));
            data.items.add(new File(['x'], 'notes.txt', { type: 'text/plain' }));
            const paste = { clipboardData: data, cancelable: true };
            box.dispatchEvent(new ClipboardEvent('paste', paste));
        }""",
        list(PIXEL),
    )
    expect(page.get_by_role("img", name="pasted.png")).to_be_visible()
    expect(page.get_by_text("notes.txt is no image that the agent can see")).to_be_visible()
    studio.ask("list the pages")
    expect(studio.last).to_contain_text("2 images")
    expect(page.get_by_role("img", name="red.png")).to_have_count(0)
    studio.ended("done, nothing was changed")
    expect(studio.last.locator(".said")).to_contain_text("cannot see images")


def test_what_was_pointed_at_goes_with_the_words_unless_it_is_taken_away(studio: Studio) -> None:
    chip = studio.page.get_by_text("<h1> src/pages/index.astro:12")
    picked = {"file": "src/pages/index.astro", "line": 12, "column": 1, "html": "<h1>Grow</h1>"}
    point = "(chat, selection) => (chat.selection = selection)"
    studio.page.locator("nu-chat").evaluate(point, picked)
    expect(studio.box).to_be_focused()
    studio.page.get_by_role("button", name="Do not point at this any more").click()
    expect(chip).to_have_count(0)
    studio.page.locator("nu-chat").evaluate(point, picked)
    studio.ask("list the pages")
    expect(studio.last.get_by_text("<h1> src/pages/index.astro:12")).to_be_visible()
    expect(chip).to_have_count(1)  # that of the turn: the box has none any more
    studio.ended("done, nothing was changed")


def test_a_draft_outlives_a_reload_and_what_was_said_comes_back(studio: Studio) -> None:
    page = studio.page
    for instruction in ("list the pages", "list the pages of the site"):
        studio.ask(instruction)
        studio.ended("done, nothing was changed")
    studio.box.fill("half a thou")
    page.reload()
    expect(studio.box).to_have_value("half a thou")
    studio.box.press("ArrowUp")
    expect(studio.box).to_have_value("half a thou")
    studio.box.fill("")
    studio.box.press("ArrowUp")
    expect(studio.box).to_have_value("list the pages of the site")
    studio.box.press("ArrowUp")
    expect(studio.box).to_have_value("list the pages")
    studio.box.press("ArrowDown")
    studio.box.press("Shift+Enter")
    expect(studio.box).to_have_value("list the pages of the site\n")
    studio.box.fill("")
    page.reload()
    expect(studio.box).to_have_value("")


def test_an_answer_that_never_came_does_not_have_it_done_twice(studio: Studio) -> None:
    keys: list[str | None] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        keys.append(route.request.headers.get("idempotency-key"))
        answer = route.fetch()
        if len(keys) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    studio.page.route("**/turns", lose_the_first)
    studio.box.fill("list the pages, once")
    studio.box.press("Enter")
    expect(studio.page.get_by_role("alert")).to_contain_text(["the server does not answer"])
    expect(studio.box).to_have_value("list the pages, once")
    studio.box.press("Enter")
    expect(studio.box).to_have_value("")
    once = studio.page.locator(".instruction", has_text="list the pages, once")
    expect(once).to_have_count(1)
    assert keys[0] == keys[1]


def test_a_plan_changes_nothing_until_it_is_carried_out(studio: Studio) -> None:
    studio.page.get_by_label("Mode").select_option("Plan only")
    studio.ask("change the heading of the home page to Planned")
    studio.ended("done")
    expect(studio.last).to_contain_text("Plan only")
    expect(studio.last.locator(".said")).to_contain_text("I have not changed anything")
    studio.press("Carry it out")
    expect(studio.last).not_to_contain_text("Plan only")
    studio.ended("done")
    studio.changed("src/pages/index.astro")


def test_who_may_look_on_sees_it_all_and_is_offered_nothing_to_change(
    daemon: Daemon, page: Page
) -> None:
    daemon.execute("change the heading of the home page to Looked at")
    status, made = daemon.post("/v1/tokens", {"scope": "user:acme/ada", "access": "read"})
    assert status == 201, made
    page.goto(f"http://127.0.0.1:{daemon.api_port}/studio/acme/ada/first?token={made['token']}")
    last = page.get_by_role("article").last
    expect(last.locator(".state")).to_have_text("done")
    expect(page.get_by_text("Your token lets you look on")).to_be_visible()
    expect(page.get_by_label("What should change?")).to_have_count(0)
    expect(last.get_by_role("button", name="Undo")).to_have_count(0)
    last.get_by_text("src/pages/index.astro", exact=True).click()
    expect(last.locator("nu-diff .added")).to_contain_text("Looked at")
