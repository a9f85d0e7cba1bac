"""A user's conversations in the studio: begun, named, found, copied, put away and removed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Request, Route, expect

from tests.browser.desk import CLIENT, Desk
from tests.browser.remote import Remote
from tests.whole.daemon import Daemon

pytestmark = pytest.mark.system

SCRIPT = Path(__file__).parent / "git.toml"
FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.localName;
}"""
HOSTILE = "<img src=x onerror='window.harmed=1'>"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("daemon")
    with Daemon(folder, cache, AGENT_SCRIPT=str(SCRIPT)) as daemon:
        yield daemon


@pytest.fixture
def desk(daemon: Daemon, page: Page, request: pytest.FixtureRequest) -> Iterator[Desk]:
    desk = Desk(daemon, re.sub(r"\W", "-", request.node.name)[:60], page)
    yield desk
    assert desk.complaints == []


def listed(desk: Desk, page: Page | None = None) -> Locator:
    return (page or desk.page).get_by_role("navigation", name="Conversations")


def titles(desk: Desk, page: Page | None = None) -> Locator:
    return listed(desk, page).get_by_role("link").locator(".title")


def do(desk: Desk, title: str, action: str) -> None:
    """Unfold what may be done with a conversation, and do it."""
    desk.press(f"What to do with {title}", listed(desk))
    desk.press(action, listed(desk))


def test_one_button_leads_to_the_first_conversation(desk: Desk) -> None:
    desk.open()
    desk.press("Open the first conversation")
    expect(desk.page.get_by_label("What should change?")).to_be_visible()
    assert desk.page.url.endswith(f"/studio/{CLIENT}/{desk.user}/first")
    assert (desk.files("first") / "package.json").exists()


def test_what_is_lost_while_the_network_changes_is_read_again(desk: Desk) -> None:
    lost: set[str] = set()

    def lose_each_once(route: Route) -> None:
        asked = route.request
        if asked.method == "GET" and asked.url not in lost:
            lost.add(asked.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    desk.page.route("**/v1/**", lose_each_once)
    desk.open()
    desk.press("Open the first conversation")
    expect(desk.page.get_by_label("What should change?")).to_be_visible()
    desk.press("Conversations")
    expect(listed(desk).get_by_role("link", name="first")).to_be_visible()
    assert any(url.endswith(f"/v1/threads/{CLIENT}/{desk.user}") for url in lost)
    expect(desk.page.get_by_text("does not answer")).to_have_count(0)


def test_what_nobody_answered_is_read_when_somebody_does(desk: Desk) -> None:
    desk.open()
    desk.press("Open the first conversation")
    expect(desk.page.get_by_label("What should change?")).to_be_visible()
    there = f"**/v1/threads/{CLIENT}/{desk.user}"
    desk.page.route(there, lambda route: route.abort("connectionrefused"))
    desk.page.reload()
    desk.press("Conversations")
    problem = desk.page.get_by_role("alert").filter(has_text="the server does not answer")
    expect(problem).to_be_visible()
    desk.page.unroute(there)
    expect(listed(desk).get_by_role("link", name="first")).to_be_visible()
    expect(problem).to_have_count(0)


def test_a_repository_is_copied_for_the_first_and_others_begin_beside_it(
    desk: Desk, tmp_path: Path
) -> None:
    remote = Remote(tmp_path, {"index.md": "from afar\n"})
    desk.open()
    desk.press("Start from a repository …")
    title = desk.page.get_by_label("What is it about?")
    expect(title).to_be_focused()
    title.fill("Über uns")
    expect(desk.dialog).to_contain_text("Its address ends with uber-uns")
    desk.page.get_by_label("A repository of yours").check()
    address = desk.page.get_by_label("Address of the repository")
    address.fill("nowhere")
    desk.press("Begin", desk.dialog)
    expect(desk.dialog.get_by_role("alert")).to_contain_text("cannot")
    address.fill(remote.url)
    desk.press("Begin", desk.dialog)
    desk.page.wait_for_url("**/uber-uns")
    assert (desk.files("uber-uns") / "index.md").read_text() == "from afar\n"
    # The next one begins where the site is, under an id of its own, whatever it is called.
    desk.press("Conversations")
    desk.press("New conversation")
    title.fill("Über uns")
    expect(desk.dialog).to_contain_text("Its address ends with uber-uns-2")
    desk.press("Begin", desk.dialog)
    desk.page.wait_for_url("**/uber-uns-2")
    desk.press("Conversations")
    expect(titles(desk)).to_have_text(["Über uns", "Über uns"])


def test_one_is_renamed_in_its_place_by_the_keyboard(desk: Desk) -> None:
    desk.make("one", title="One", empty=True)
    desk.make("two", title="Two")
    desk.open()
    expect(titles(desk)).to_have_text(["Two", "One"])
    links = listed(desk).get_by_role("link")
    links.first.focus()
    desk.page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Tab")
    expect(listed(desk).get_by_role("button", name="Rename")).to_be_focused()
    desk.page.keyboard.press("Enter")
    field = desk.page.get_by_label("New title of One")
    expect(field).to_be_focused()
    desk.page.keyboard.type(HOSTILE)
    desk.page.keyboard.press("Enter")
    # What was changed last is at the top.
    expect(titles(desk)).to_have_text([HOSTILE, "Two"])
    expect(links.first).to_be_focused()
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/one")
    assert desk.page.evaluate("window.harmed") is None


def test_a_copy_begins_with_the_files_as_they_are(desk: Desk) -> None:
    desk.make("one", title="One", empty=True)
    desk.write("one", "draft.md", "not committed\n")
    desk.open()
    do(desk, "One", "Fork")
    expect(desk.page.get_by_label("Another conversation")).to_be_checked()
    expect(desk.page.get_by_label("Which conversation")).to_have_value("one")
    desk.page.get_by_label("What is it about?").fill("Another way")
    desk.press("Begin", desk.dialog)
    desk.page.wait_for_url("**/another-way")
    assert (desk.files("another-way") / "draft.md").read_text() == "not committed\n"


def test_one_is_put_away_and_brought_back_with_what_it_had(desk: Desk) -> None:
    desk.make("one", title="One", empty=True)
    desk.write("one", "draft.md", "not committed\n")
    desk.open("one")
    desk.press("Conversations")
    do(desk, "One", "Archive")
    desk.told("“One” is in the archive.")
    desk.page.wait_for_url(f"**/studio/{CLIENT}/{desk.user}")
    assert not desk.files("one").exists()
    expect(listed(desk)).to_contain_text("No conversation is open.")
    desk.page.get_by_label("Show archived ones").check()
    do(desk, "One", "Bring back")
    expect(listed(desk)).to_contain_text("Nothing is archived.")
    expect(titles(desk)).to_have_text(["One"])
    assert (desk.files("one") / "draft.md").read_text() == "not committed\n"


@pytest.mark.parametrize("branch", [False, True])
def test_one_is_removed_after_it_was_said_what_stays(desk: Desk, branch: bool) -> None:
    desk.make("one", title="One", empty=True)
    desk.make("two", title="Two")
    desk.open()
    do(desk, "One", "Delete …")
    expect(desk.dialog).to_contain_text("Its branch stays in the repository")
    desk.press("Cancel", desk.dialog)
    expect(titles(desk)).to_have_text(["Two", "One"])
    desk.press("Delete …", listed(desk))
    if branch:
        desk.page.get_by_label("Remove the branch, too").check()
        expect(desk.dialog).not_to_contain_text("Its branch stays")
    desk.press("Delete", desk.dialog)
    desk.told("“One” is gone. Its last commit is ")
    expect(titles(desk)).to_have_text(["Two"])
    state = desk.ask("GET", f"/v1/threads/{CLIENT}/{desk.user}/two/git")["git"]
    assert ("thread-one" in state["branches"]) is not branch


def test_one_of_many_is_found_by_its_words(desk: Desk) -> None:
    desk.make("t0", title="Page 0", empty=True)
    for number in range(1, 9):
        desk.make(f"t{number}", title=f"Page {number}")
    desk.open()
    expect(titles(desk)).to_have_count(9)
    find = desk.page.get_by_role("searchbox", name="Find a conversation")
    find.fill("7 page")
    expect(titles(desk)).to_have_text(["Page 7"])
    find.fill("nothing like it")
    expect(listed(desk)).to_contain_text("None of them has these words.")


def test_other_windows_see_what_is_done_in_one(desk: Desk, browser: BrowserContext) -> None:
    desk.make("one", title="One", empty=True)
    desk.open()
    other = browser.new_page()
    other.goto(desk.page.url)
    expect(titles(desk, other)).to_have_text(["One"])
    do(desk, "One", "Rename")
    desk.page.get_by_label("New title of One").fill("Uno")
    desk.press("Save")
    expect(titles(desk)).to_have_text(["Uno"])
    expect(titles(desk, other)).to_have_text(["Uno"])


def test_how_far_a_conversation_is_ahead_is_counted_when_a_turn_has_ended(desk: Desk) -> None:
    desk.make("one", title="One", empty=True)
    desk.open("one")
    desk.press("Conversations")
    row = listed(desk).get_by_role("link", name=re.compile("^One"))
    expect(row).not_to_contain_text("ahead")
    desk.execute("one", "write a line")
    expect(row).to_contain_text("1 commit ahead")


def test_whoever_has_several_workspaces_chooses_one(desk: Desk) -> None:
    desk.make("one", title="One", empty=True)
    desk.ask("PUT", f"/v1/threads/{CLIENT}/{desk.user}-2/two", {"title": "Two", "empty": True})
    desk.open()
    expect(titles(desk)).to_have_text(["One"])
    desk.page.get_by_label("Workspace").select_option(f"{CLIENT}/{desk.user}-2")
    expect(titles(desk)).to_have_text(["Two"])
    desk.page.go_back()
    expect(titles(desk)).to_have_text(["One"])


def test_a_token_for_one_conversation_shows_that_one_alone(
    desk: Desk, browser: BrowserContext
) -> None:
    desk.make("one", title="One", empty=True)
    desk.make("two", title="Two")
    scope = f"thread:{CLIENT}/{desk.user}/one"
    token = desk.ask("POST", "/v1/tokens", {"scope": scope})["token"]
    desk.page.goto(
        f"http://127.0.0.1:{desk.daemon.api_port}/studio/{CLIENT}/{desk.user}/one?token={token}"
    )
    desk.press("Conversations")
    expect(titles(desk)).to_have_text(["One"])
    expect(desk.page.get_by_role("button", name="New conversation")).to_have_count(0)
    do(desk, "One", "Rename")
    desk.page.get_by_label("New title of One").fill("Uno")
    desk.press("Save")
    expect(titles(desk)).to_have_text(["Uno"])


# How many listen to the page as a whole: what is left of an element that is gone would be there.
COUNT = """
window.listening = 0;
for (const target of [window, document]) {
  const {addEventListener: add, removeEventListener: remove} = target;
  const had = new Map();
  target.addEventListener = (type, listener, ...rest) => {
    const of = had.get(type) ?? had.set(type, new Set()).get(type);
    of.add(listener);
    window.listening = [...had.values()].reduce((sum, {size}) => sum + size, 0);
    add.call(target, type, listener, ...rest);
  };
  target.removeEventListener = (type, listener, ...rest) => {
    had.get(type)?.delete(listener);
    remove.call(target, type, listener, ...rest);
  };
}
"""


def test_however_often_the_conversation_changes_one_stream_is_open(desk: Desk) -> None:
    page = desk.page
    streams: set[Request] = set()
    page.on("request", lambda it: streams.add(it) if it.url.endswith("/live") else None)
    page.on("requestfailed", lambda it: streams.discard(it))
    page.on("requestfinished", lambda it: streams.discard(it))
    page.add_init_script(COUNT)
    for thread in ("one", "two"):
        desk.make(thread, title=thread.title())
    desk.open("one", view="Changes")
    heading = page.get_by_role("heading", level=1)
    expect(page.locator("#connection")).to_have_text("live")
    listening = page.evaluate("window.listening")
    for number in range(10):
        title = ("Two", "One")[number % 2]
        desk.press("Conversations")
        listed(desk).get_by_role("link", name=title).click()
        expect(heading).to_have_text(title)
        if number % 2:  # the others are left while they are read
            expect(page.locator("#connection")).to_have_text("live")
    expect(page.locator("#connection")).to_have_text("live")
    assert [it.url for it in streams] == [f"{page.url.replace('/studio/', '/v1/threads/')}/live"]
    assert page.evaluate("window.listening") == listening
    with page.expect_request("**/live"):  # taken out and put back
        page.evaluate("document.body.append(document.querySelector('nu-studio'))")
    assert len(streams) == 1


def test_the_focus_goes_where_a_person_goes_on(desk: Desk) -> None:
    desk.make("one", title="One", empty=True)
    desk.make("two", title="Two")
    desk.make("three", title="Three")
    desk.open("one")
    page = desk.page
    box = page.get_by_label("What should change?")
    expect(box).to_be_focused()
    desk.press("Conversations")
    listed(desk).get_by_role("link", name="Two").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/two")
    expect(box).to_be_focused()
    desk.press("Conversations")
    do(desk, "Two", "Delete …")
    page.keyboard.press("Escape")
    expect(desk.dialog).to_have_count(0)
    expect(listed(desk).get_by_role("button", name="Delete …")).to_be_focused()
    listed(desk).get_by_role("button", name="Archive").focus()
    page.keyboard.press("Enter")
    expect(titles(desk)).to_have_count(2)
    page.wait_for_function(f"({FOCUSED})() === 'a'")


def test_who_has_a_conversation_open_that_is_gone_is_told_so(
    desk: Desk, browser: BrowserContext
) -> None:
    desk.make("one", title="One", empty=True)
    desk.make("two", title="Two")
    desk.open("two")
    gone = desk.page.get_by_role("heading", name="There is no such conversation yet")
    expect(desk.page.get_by_label("What should change?")).to_be_visible()
    desk.press("Conversations")
    expect(titles(desk)).to_have_count(2)
    other = Desk(desk.daemon, desk.user, browser.new_page())
    other.open()
    do(other, "Two", "Delete …")
    other.press("Delete", other.dialog)
    expect(gone).to_be_visible()
    expect(titles(desk)).to_have_text(["One"])
    other.page.close()
