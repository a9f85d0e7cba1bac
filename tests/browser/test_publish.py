"""The way from a conversation to the live site, as a person goes it in the studio."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.desk import Desk
from tests.browser.remote import Remote
from tests.browser.writing import write
from tests.services.previews.astro import STARTER
from tests.whole.daemon import Daemon

pytestmark = pytest.mark.system

BUILDING = 180_000  # milliseconds, with the dependencies
PAGE = "src/pages/index.astro"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("daemon"), cache) as daemon:
        yield daemon


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    """A repository that has the starter site."""
    files = {
        str(path.relative_to(STARTER)): path.read_text()
        for path in STARTER.rglob("*")
        if path.is_file()
    }
    return Remote(tmp_path, files)


@pytest.fixture
def desk(
    daemon: Daemon, remote: Remote, page: Page, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    desk = Desk(daemon, re.sub(r"\W", "-", request.node.name)[:60], page)
    page.set_viewport_size({"width": 1400, "height": 900})
    desk.make("hero", repoUrl=remote.url, title="A new hero")
    yield desk
    assert desk.complaints == []


def panel(desk: Desk) -> Locator:
    return desk.region("Publish")


def step(desk: Desk, name: str) -> Locator:
    return panel(desk).get_by_role("listitem").filter(has_text=name)


def test_a_mistake_stops_it_and_mended_it_goes_on_to_the_remote(
    desk: Desk, remote: Remote, browser: BrowserContext
) -> None:
    page = desk.files("hero") / PAGE
    good = page.read_text()
    write(page, good.replace("<Layout", "<Layoutt", 1))
    desk.open("hero", "Publish")
    expect(panel(desk).get_by_role("listitem")).to_contain_text(
        ["Commit what is not committed", "Build the site", "Push the branch"]
    )
    desk.page.get_by_label("What to call it in the history").fill("A broken hero")
    desk.press("Publish", panel(desk))
    expect(step(desk, "Build the site")).to_contain_text("failed", timeout=BUILDING)
    expect(step(desk, "Commit what")).to_contain_text("done")
    expect(step(desk, "Push the branch")).to_contain_text("to do")
    expect(panel(desk)).to_contain_text("One mistake in the site")
    expect(panel(desk).locator("nu-mistakes")).to_contain_text(PAGE)
    assert remote.log("--all") == ["The site"]
    desk.press("Ask to fix it", panel(desk))
    expect(desk.page.get_by_label("What should change?")).to_have_value(
        re.compile(rf"cannot be built.*{re.escape(PAGE)}", re.DOTALL)
    )
    write(page, good.replace("Grow something", "Plant something"))
    desk.commit("hero", "Mend it")
    desk.press("Go on", panel(desk))
    expect(step(desk, "Push the branch")).to_contain_text("done", timeout=BUILDING)
    expect(desk.page.get_by_text("It goes live when it is merged there.")).to_be_visible()
    assert remote.log("thread-hero")[:2] == ["Mend it", "A broken hero"]
    assert "Plant something" not in remote.show("trunk", PAGE)
    # What was built is there to be looked at.
    with browser.expect_page() as opened:
        desk.press("See what was built", panel(desk))
    expect(opened.value.locator("h1")).to_contain_text("Plant something")


def test_at_once_it_goes_to_the_default_branch_with_what_others_did(
    desk: Desk, remote: Remote
) -> None:
    page = desk.files("hero") / PAGE
    write(page, page.read_text().replace("Grow something", "Plant something"))
    desk.commit("hero", "Plant it")
    remote.push("trunk", "public/theirs.txt", "theirs\n")
    desk.open("hero", "Publish")
    desk.page.get_by_role("radio", name="At once").check()
    expect(panel(desk).get_by_role("listitem")).to_contain_text(
        ["Bring in what is new on trunk", "Build the site", "Merge into trunk", "Push trunk"]
    )
    desk.press("Publish", panel(desk))
    expect(step(desk, "Push trunk")).to_contain_text("done", timeout=BUILDING)
    expect(desk.page.get_by_text("trunk is at the remote, with all of this.")).to_be_visible()
    assert "Plant something" in remote.show("trunk", PAGE)
    assert remote.show("trunk", "public/theirs.txt") == "theirs\n"
    # And again, from the first step on.
    desk.press("Begin again", panel(desk))
    expect(step(desk, "Push trunk")).to_contain_text("to do")


def test_what_both_sides_changed_stops_it_and_nothing_is_merged(desk: Desk, remote: Remote) -> None:
    remote.push("trunk", "public/note.txt", "theirs\n")
    desk.write("hero", "public/note.txt", "ours\n")
    desk.commit("hero", "Ours")
    desk.open("hero", "Publish")
    desk.page.get_by_role("radio", name="At once").check()
    desk.press("Publish", panel(desk))
    first = step(desk, "Bring in what is new on trunk")
    expect(first).to_contain_text("failed")
    expect(first).to_contain_text("public/note.txt changed on both sides")
    expect(step(desk, "Build the site")).to_contain_text("to do")
    assert remote.log("trunk")[0] == "Somebody changes public/note.txt"
