"""What is beside the chat, by the ways that a person takes: a site that sleeps, and a push."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import services
from tests.browser.studio import Studio
from tests.whole.daemon import Daemon, git, until

STARTER = Path(services.__path__[0]) / "workspaces" / "starter"

pytestmark = pytest.mark.system


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository with an Astro site on `main`."""
    site, bare = tmp_path / "site", tmp_path / "remote.git"
    shutil.copytree(STARTER, site)
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-qm", "A site"],
        ["clone", "-q", "--bare", str(site), str(bare)],
    ):
        git(site, *words)
    return bare


@pytest.fixture
def sleepy(tmp_path: Path, cache: Path) -> Iterator[Daemon]:
    """A daemon whose previews sleep after four idle seconds."""
    soon = {"NURSERYD__SERVICE__PREVIEWS__OPTIONS__sleep_after": "4"}
    with Daemon(tmp_path, cache, **soon) as daemon:
        yield daemon


def test_an_edit_is_pushed_to_the_remote(daemon: Daemon, remote: Path, page: Page) -> None:
    daemon.init(repoUrl=f"file://{remote}")
    studio = Studio(daemon, page)
    studio.open()
    studio.ask("change the heading of the home page to To be pushed")
    studio.ended("done")
    studio.view("Changes")
    branch = page.get_by_role("region", name="Branch")
    expect(branch).to_contain_text("thread-first")
    branch.get_by_role("button", name="Push", exact=True).click()
    expect(
        page.get_by_role("status").filter(has_text="thread-first is at the remote.")
    ).to_be_visible()
    expect(branch).to_contain_text("The remote has all of it")
    said = git(remote, "log", "-1", "--format=%s", "thread-first").strip()
    assert said == "change the heading of the home page to To be pushed"
    assert studio.complaints == []


def test_a_site_that_sleeps_under_the_page_is_woken(sleepy: Daemon, page: Page) -> None:
    sleepy.init()
    studio = Studio(sleepy, page)
    studio.open()
    studio.shown()

    def state() -> str:
        state: str = sleepy.get("/v1/threads/acme/ada/first/preview")[1]["preview"]["state"]
        return state

    until("a preview that sleeps", lambda: state() == "asleep")
    notice = page.get_by_text("The preview is asleep, to save memory")
    expect(notice).to_be_visible()
    expect(page.get_by_role("button", name="Wake it")).to_be_visible()
    box = page.locator("nu-preview").bounding_box()
    assert box is not None
    # Whoever comes back with the mouse need not press it.
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(notice).to_be_hidden()
    until("a preview that runs", lambda: state() == "ready")
    studio.shown()
    until("a preview that sleeps again", lambda: state() == "asleep")
    studio.ask("change the heading of the home page to Awake")
    studio.ended("done")
    studio.shown("Awake")
    assert studio.complaints == []
