"""A thread under git, as a person sees and moves it in the studio."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.desk import Desk
from tests.browser.remote import Remote
from tests.whole.daemon import Daemon, git

pytestmark = pytest.mark.system

SCRIPT = Path(__file__).parent / "git.toml"
HOSTILE = "<img src=x onerror='window.harmed=1'>"
MINUS = "\N{MINUS SIGN}"
BRANCH = "thread-hero"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("daemon")
    with Daemon(folder, cache, AGENT_SCRIPT=str(SCRIPT)) as daemon:
        yield daemon


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    """No site that a preview could show: nothing here needs one."""
    return Remote(tmp_path, {"index.md": "one\ntwo\nthree\n"})


@pytest.fixture
def desk(
    daemon: Daemon, remote: Remote, page: Page, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    user = re.sub(r"\W", "-", request.node.name)[:60]
    desk = Desk(daemon, user, page)
    page.set_viewport_size({"width": 1500, "height": 900})
    desk.make("hero", repoUrl=remote.url, title="A new hero")
    yield desk
    assert desk.complaints == []


def test_what_is_changed_is_shown_line_by_line_and_committed(desk: Desk) -> None:
    desk.write("hero", "index.md", "one\nzwei\nthree\n")
    desk.write("hero", "new.md", "new\n")
    desk.open("hero", "Changes")
    lines = desk.page.get_by_role("table", name="Lines of index.md")
    expect(lines.get_by_role("row", name=f"2 {MINUS} two 2 + zwei")).to_be_visible()
    expect(desk.page.get_by_role("group", name="new.md")).to_contain_text("added")
    # Whoever comes back from an editor sees what they did there.
    desk.write("hero", "later.md", "later\n")
    desk.look_again()
    expect(desk.page.get_by_role("group", name="later.md")).to_contain_text("added")
    # Where there is little room the lines are below one another.
    desk.page.set_viewport_size({"width": 1000, "height": 900})
    expect(lines.get_by_role("row", name=f"2 {MINUS} two", exact=True)).to_be_visible()
    desk.page.get_by_label("What has changed").fill("Count in another language")
    desk.press("Commit")
    expect(desk.page.get_by_text("All that is here is committed.")).to_be_visible()
    history = desk.region("History")
    expect(history.get_by_role("listitem")).to_contain_text(["Count in another", "The site"])
    expect(desk.region("Branch")).to_contain_text("1 commit that the remote has nowhere")
    assert git(desk.files("hero"), "log", "-1", "--format=%s").strip() == (
        "Count in another language"
    )


def test_what_a_turn_commits_appears_by_itself(desk: Desk) -> None:
    desk.open("hero", "Changes")
    history = desk.region("History")
    expect(history.get_by_role("listitem")).to_have_count(1)
    desk.execute("hero", "write and think")
    expect(history.get_by_role("listitem")).to_contain_text(["write and think", "The site"])
    expect(history.get_by_role("listitem").first).to_contain_text("by chat")
    history.get_by_role("button", name=re.compile("write and think")).click()
    expect(history.get_by_role("table", name="Lines of public/line.txt")).to_contain_text("by chat")


def test_somebody_who_is_faster_than_the_server_sees_it_all_the_same(desk: Desk) -> None:
    held: list[Route] = []
    answered = Event()

    def hold(route: Route) -> None:
        if answered.is_set():
            route.continue_()
        else:
            held.append(route)

    desk.page.route(f"**/v1/threads/*/{desk.user}/hero/turns?*", hold)
    desk.open("hero", "Changes")
    expect(desk.page.get_by_text("Looking …").first).to_be_visible()
    answered.set()
    for route in held:
        route.continue_()
    expect(desk.region("History").get_by_role("listitem")).to_have_count(1)


def test_what_is_discarded_is_kept_in_a_commit_and_comes_back(desk: Desk) -> None:
    desk.write("hero", "index.md", "gone\n")
    desk.open("hero", "Changes")
    desk.press("Discard …")
    expect(desk.dialog).to_contain_text("1 file will be as at the last commit")
    desk.press("Cancel", desk.dialog)
    assert (desk.files("hero") / "index.md").read_text() == "gone\n"
    desk.press("Discard …")
    desk.press("Discard", desk.dialog)
    changes = desk.region("Not committed")
    expect(changes).to_contain_text("All that is here is committed.")
    expect(changes).to_contain_text("What was discarded is kept in the commit ")
    assert (desk.files("hero") / "index.md").read_text() == "one\ntwo\nthree\n"
    [saved] = re.findall(r"commit (\w{10})", changes.inner_text())
    assert git(desk.files("hero"), "show", f"{saved}:index.md") == "gone\n"
    desk.press("Bring it back", changes)
    expect(desk.region("History").get_by_role("listitem")).to_have_count(2)
    assert (desk.files("hero") / "index.md").read_text() == "gone\n"


def test_a_push_that_is_refused_has_a_way_out(desk: Desk, remote: Remote) -> None:
    desk.write("hero", "hero.md", "ours\n")
    desk.commit("hero", "A hero")
    desk.open("hero", "Changes")
    branch = desk.region("Branch")
    desk.press("Push", branch)
    expect(branch).to_contain_text("The remote has all of it")
    assert remote.show(BRANCH, "hero.md") == "ours\n"
    expect(branch.get_by_role("button", name="Push")).to_be_disabled()
    remote.push(BRANCH, "theirs.md", "theirs\n")
    desk.execute("hero", "write a line")
    expect(branch).to_contain_text("1 commit to push")
    desk.press("Push", branch)
    expect(branch.get_by_role("alert")).to_contain_text("The remote has commits that are not here")
    expect(branch).to_contain_text("1 commit to push, 1 commit to pull")
    desk.press("Pull, then push", branch)
    expect(branch).to_contain_text("The remote has all of it")
    assert remote.show(BRANCH, "theirs.md") == "theirs\n"
    assert remote.show(BRANCH, "public/line.txt") == "by chat\n"
    expect(branch.get_by_role("alert")).to_have_count(0)


def test_what_is_at_the_remote_is_replaced_only_after_a_warning(desk: Desk, remote: Remote) -> None:
    desk.write("hero", "hero.md", "ours\n")
    desk.commit("hero", "A hero")
    desk.open("hero", "Changes")
    branch = desk.region("Branch")
    desk.press("Push", branch)
    expect(branch).to_contain_text("The remote has all of it")
    remote.push(BRANCH, "theirs.md", "theirs\n")
    desk.execute("hero", "write a line")
    desk.press("Push", branch)
    desk.press("Replace what is there …", branch)
    expect(desk.dialog).to_contain_text("1 commit of others will be gone from the remote")
    assert "Somebody changes theirs.md" in remote.log(BRANCH)
    desk.press("Replace it", desk.dialog)
    expect(branch).to_contain_text("The remote has all of it")
    assert remote.log(BRANCH) == ["write a line", "A hero", "The site"]


def test_what_was_pushed_is_compared_and_asked_for_at_the_forge(desk: Desk) -> None:
    """Answered as with a forge, one of whose links is no page of the web."""
    at = f"**/v1/threads/*/{desk.user}/hero"
    compare = "https://forge.invalid/compare"
    pushed = {"branch": BRANCH, "head": "0" * 40, "new": True, "compare": compare}
    asked: list[object] = []

    def answer(route: Route) -> None:
        asked.append(route.request.post_data_json)
        made = {"number": 7, "url": "javascript:window.harmed=1", "existing": False}
        route.fulfill(status=201, json={"pullRequest": made})

    desk.page.route(f"{at}/push", lambda route: route.fulfill(json=pushed))
    desk.page.route(f"{at}/pull-request", answer)
    desk.write("hero", "hero.md", "ours\n")
    desk.commit("hero", "A hero")
    desk.open("hero", "Changes")
    branch = desk.region("Branch")
    desk.press("Push", branch)
    link = branch.get_by_role("link", name="Compare at the remote")
    expect(link).to_have_attribute("href", compare)
    branch.get_by_text("Ask for a review").click()
    expect(branch.get_by_label("Title")).to_have_value("A hero")
    branch.get_by_label("What it is about").fill("It is better")
    branch.get_by_label("As a draft").check()
    desk.press("Open a pull request", branch)
    expect(branch).to_contain_text("Pull request 7 is open.")
    expect(branch.get_by_role("link")).to_have_count(1)
    assert asked == [{"title": "A hero", "body": "It is better", "draft": True}]


def test_both_versions_are_shown_of_what_both_sides_changed(desk: Desk, remote: Remote) -> None:
    remote.push("trunk", "index.md", "one\ntheirs\nthree\n")
    desk.write("hero", "index.md", "one\nours\nthree\n")
    desk.commit("hero", "Ours")
    desk.open("hero", "Changes")
    branch = desk.region("Branch")
    desk.press("Bring in trunk", branch)
    expect(branch.get_by_role("alert")).to_contain_text("index.md changed on both sides")
    branch.get_by_text("Both versions of index.md").click()
    expect(branch.get_by_role("alert")).to_contain_text("<<<<<<<")
    expect(branch.get_by_role("alert")).to_contain_text("theirs")
    assert (desk.files("hero") / "index.md").read_text() == "one\nours\nthree\n"
    desk.press("Ask the agent to bring them in line", branch)
    box = desk.page.get_by_label("What should change?")
    expect(box).to_have_value(re.compile("branch trunk.*index.md"))


def test_the_files_of_an_earlier_commit_come_back_on_top(desk: Desk) -> None:
    desk.write("hero", "index.md", "changed\n")
    desk.commit("hero", "Change it")
    desk.open("hero", "Changes")
    history = desk.region("History")
    history.get_by_role("button", name=re.compile("The site")).click()
    desk.press("Restore these files …", history)
    desk.press("Restore", desk.dialog)
    expect(history.get_by_role("listitem")).to_have_count(3)
    expect(history.get_by_role("listitem").first).to_contain_text("The site")
    assert (desk.files("hero") / "index.md").read_text() == "one\ntwo\nthree\n"


def test_names_and_messages_that_are_hostile_are_text(desk: Desk) -> None:
    desk.write("hero", f"docs/{HOSTILE.replace('/', '')}.md", f"{HOSTILE}\n")
    desk.commit("hero", f"{HOSTILE}\n\n<script>window.harmed=1</script>")
    desk.write("hero", "txt\u202egpj.md", "\u202eright to left\n")
    desk.open("hero", "Changes")
    expect(desk.page.get_by_role("heading", name="txt\\u{202e}gpj.md")).to_be_visible()
    expect(desk.page.get_by_text("\\u{202e}right to left")).to_be_visible()
    history = desk.region("History")
    history.get_by_role("button", name=re.compile("onerror")).click()
    expect(history).to_contain_text("<script>window.harmed=1</script>")
    expect(history.get_by_role("table")).to_contain_text(HOSTILE)
    assert desk.page.evaluate("window.harmed") is None


def test_thousands_of_lines_come_as_far_as_they_are_asked_for(desk: Desk) -> None:
    lines = "".join(f"line {number}\n" for number in range(1, 5001))
    desk.write("hero", "long.txt", lines)
    desk.open("hero", "Changes")
    table = desk.page.get_by_role("table", name="Lines of long.txt")
    expect(table).to_have_count(0)
    desk.page.get_by_role("button", name=re.compile("^long.txt")).click()
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(1000)
    desk.press("Show 1000 more of 4001 lines")
    expect(rows).to_have_count(2000)
    expect(rows.last).to_contain_text("line 1999")
