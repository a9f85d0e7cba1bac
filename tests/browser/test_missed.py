"""An edit in the moment between a page's load and its socket, of which nobody tells the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.looking import listen
from tests.browser.writing import write
from tests.whole.daemon import Daemon, until

pytestmark = pytest.mark.system
CONFIG = "astro.config.mjs"


@contextmanager
def opened(browser: BrowserContext, address: str) -> Iterator[Page]:
    """A page of which everything is there but Vite's client, which follows at the end."""
    page = browser.new_page()
    held: list[Route] = []
    page.route("**/@vite/client", lambda route: held.append(route), times=1)
    with page.expect_request("**/@vite/client"):
        page.goto(address, wait_until="commit")
    yield page
    for route in held:
        route.continue_()


def test_a_page_that_was_not_told_of_an_edit_is_loaded_again(
    daemon: Daemon, browser: BrowserContext
) -> None:
    daemon.init()
    daemon.shown("<h1")
    told = browser.new_page()
    listen(told, daemon.preview)
    source = daemon.worktree() / "src/pages/index.astro"
    sound = source.read_text(encoding="utf-8")
    with opened(browser, daemon.preview) as missing:
        expect(missing.locator("main h1")).to_have_text("Grow something you will love")
        write(source, sound.replace("Grow something", "Plant something"))
        expect(told.locator("main h1")).to_have_text("Plant something you will love")
    expect(missing.locator("main h1")).to_have_text("Plant something you will love")

    write(source, "---\nthrow new Error('too dry');\n---\n" + sound)
    expect(told.locator("vite-error-overlay")).to_be_attached()
    with opened(browser, daemon.preview) as broken:
        write(source, sound.replace("Grow something", "Mend something"))
        expect(told.locator("main h1")).to_have_text("Mend something you will love")
    expect(broken.locator("main h1")).to_have_text("Mend something you will love")


def test_a_page_that_missed_an_edit_that_astro_began_anew_for_is_loaded_again(
    daemon: Daemon, browser: BrowserContext
) -> None:
    daemon.init()
    daemon.shown("<h1")
    told = browser.new_page()
    listen(told, daemon.preview)
    page, config = (daemon.worktree() / name for name in ("src/pages/index.astro", CONFIG))
    text = page.read_text(encoding="utf-8")
    write(page, text.replace("</h1>", " at {import.meta.env.SITE}</h1>"))
    expect(told.locator("main h1")).to_contain_text("https://example.com")
    with opened(browser, daemon.preview) as missing:
        expect(missing.locator("main h1")).to_contain_text("https://example.com")
        write(config, config.read_text(encoding="utf-8").replace("example.com", "acre.example"))
        expect(told.locator("main h1")).to_contain_text("https://acre.example")
    expect(missing.locator("main h1")).to_contain_text("https://acre.example")


def test_a_page_that_was_asked_for_after_an_edit_stays(
    daemon: Daemon, browser: BrowserContext
) -> None:
    daemon.init()
    daemon.shown("<h1")
    told, later = browser.new_page(), browser.new_page()
    listen(told, daemon.preview)
    source = daemon.worktree() / "src/pages/index.astro"
    sound = source.read_text(encoding="utf-8")
    write(source, sound.replace("Grow something", "Plant something"))
    expect(told.locator("main h1")).to_have_text("Plant something you will love")
    loads: list[str] = []
    heard: list[str | bytes] = []
    later.on("domcontentloaded", lambda page: loads.append(page.url))

    def hear(frame: str | bytes) -> None:  # a method of C is no handler for Playwright
        heard.append(frame)

    later.on("websocket", lambda socket: socket.on("framereceived", hear))
    later.goto(daemon.preview)

    def answered() -> bool:
        later.wait_for_load_state()  # and Playwright tells what it heard
        return any("nurseryd:edited" in str(frame) for frame in heard)

    until("how long ago the edit was", answered)
    later.wait_for_load_state("networkidle")
    assert len(loads) == 1
