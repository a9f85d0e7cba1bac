"""Sites that somebody else wrote, each on another version of Astro, live in a browser."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sites
from tests.browser.looking import hydrated, listen, stay, stayed, wait_for_site
from tests.whole.daemon import Daemon, until

pytestmark = pytest.mark.system


def edit(file: Path, old: str, new: str) -> None:
    """In one step, as the agent and the API write: nobody finds half of it, or nothing."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    worktree = next(folder for folder in file.parents if (folder / ".git").exists())
    written = worktree.with_name("written")
    written.write_text(text.replace(old, new), encoding="utf-8")
    written.replace(file)


def open_site(name: str, daemon: Daemon, templates: Path, page: Page, path: str = "") -> Path:
    """Open a thread of a site of that name and a page of it; the thread's worktree."""
    origin = sites.repository(name, templates, daemon.folder / "origin")
    own = daemon.init(repoUrl=str(origin))["astro"]["ownUrl"]
    wait_for_site(page, own)
    listen(page, own + path)
    return daemon.worktree()


def test_a_blog_shows_an_edit_of_a_page_and_of_a_post(
    daemon: Daemon, templates: Path, page: Page
) -> None:
    worktree = open_site("blog", daemon, templates, page)
    edit(worktree / "src/pages/index.astro", "Hello, Astronaut!", "Hello, reader!")
    expect(page.locator("h1").first).to_contain_text("Hello, reader!")
    page.goto(page.url + "blog/first-post")
    edit(worktree / "src/pages/blog/first-post.md", "First post", "The very first")
    expect(page.locator("h1")).to_have_text("The very first")


def test_documentation_shows_an_edit_and_its_islands_work(
    daemon: Daemon, templates: Path, page: Page
) -> None:
    worktree = open_site("docs", daemon, templates, page, "en/introduction")
    page.set_viewport_size({"width": 600, "height": 800})  # on more it hides its menu's button
    hydrated(page, "#menu-toggle")
    page.get_by_role("button", name="Toggle sidebar").click()
    expect(page.locator("body.mobile-sidebar-toggle")).to_be_visible()
    edit(worktree / "src/pages/en/introduction.md", "title: Introduction", "title: Welcome")
    expect(page.locator("h1.content-title")).to_have_text("Welcome")


def test_an_island_hydrates_and_keeps_its_state_when_it_is_edited(
    daemon: Daemon, templates: Path, page: Page
) -> None:
    worktree = open_site("islands", daemon, templates, page)
    counter = worktree / "src/components/Counter.tsx"
    hydrated(page, ".counter")
    page.get_by_role("button", name="+").click()
    expect(page.locator("pre")).to_have_text("1")
    stay(page)
    edit(counter, ">+<", ">one more<")
    page.get_by_role("button", name="one more").click()
    expect(page.locator("pre")).to_have_text("2")
    assert stayed(page)
    style = worktree / "src/components/Counter.css"
    edit(style, "text-align: center", "text-align: right")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.counter-message')).textAlign === 'right'"
    )
    expect(page.locator("pre")).to_have_text("2")


def test_a_broken_island_is_shown_over_the_page_until_it_is_mended(
    daemon: Daemon, templates: Path, page: Page
) -> None:
    worktree = open_site("islands", daemon, templates, page)
    counter = worktree / "src/components/Counter.tsx"
    hydrated(page, ".counter")  # before that, Vite may still load the page anew for what it bundled
    stay(page)
    edit(counter, "const add = (", "const add = = (")
    expect(page.locator("vite-error-overlay")).to_be_attached()
    expect(page.locator("main h1")).to_have_text("Hello, React!")
    assert stayed(page)
    edit(counter, "const add = = (", "const add = (")
    page.wait_for_function("window.stillTheSamePage === undefined")  # Vite's client loads it anew
    hydrated(page, ".counter")
    expect(page.locator("vite-error-overlay")).not_to_be_attached()
    page.get_by_role("button", name="+").click()
    expect(page.locator("pre")).to_have_text("1")


def test_it_comes_back_from_a_killed_dev_server(
    daemon: Daemon, templates: Path, page: Page
) -> None:
    worktree = open_site("docs", daemon, templates, page, "en/introduction")
    stay(page)
    os.kill(until("a dev server", daemon.dev_server)["pid"], signal.SIGKILL)
    page.wait_for_function("window.stillTheSamePage === undefined")
    page.wait_for_load_state("networkidle")  # Vite's client listens again
    expect(page.locator("h1.content-title")).to_have_text("Introduction")
    edit(worktree / "src/pages/en/introduction.md", "title: Introduction", "title: Back again")
    expect(page.locator("h1.content-title")).to_have_text("Back again")
