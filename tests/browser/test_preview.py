"""The preview in a real browser: edits arrive by themselves, and it heals by itself."""

import json
import os
import signal
import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import listen
from tests.whole.daemon import SERVICES, Daemon, until

pytestmark = pytest.mark.system


def open_preview(daemon: Daemon, page: Page) -> None:
    """Open the preview and wait until Vite's client listens for edits."""
    daemon.init()
    daemon.shown("<h1")
    listen(page, daemon.preview)


def test_an_edit_appears_with_no_manual_reload(daemon: Daemon, page: Page) -> None:
    open_preview(daemon, page)
    daemon.execute("change the heading of the home page to Grüß Gott")
    expect(page.locator("h1")).to_have_text("Grüß Gott", timeout=10_000)


def test_scroll_survives_an_edit_of_styles_alone(daemon: Daemon, page: Page) -> None:
    open_preview(daemon, page)
    page.evaluate("window.stillTheSamePage = true; window.scrollTo(0, 300)")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    daemon.execute("change the background colour to rebeccapurple")
    page.wait_for_function(
        "getComputedStyle(document.body).backgroundColor === 'rgb(102, 51, 153)'"
    )
    assert before != "rgb(102, 51, 153)"
    assert page.evaluate("window.scrollY") == 300
    assert page.evaluate("window.stillTheSamePage") is True


def test_an_open_page_recovers_from_a_killed_dev_server(daemon: Daemon, page: Page) -> None:
    open_preview(daemon, page)
    page.evaluate("window.beforeTheKill = true")
    victim = until("a dev server", daemon.dev_server)["pid"]
    os.kill(victim, signal.SIGKILL)
    page.wait_for_function("window.beforeTheKill === undefined")
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_load_state("networkidle")  # Vite's client listens again
    daemon.execute("change the heading of the home page to Alive again")
    expect(page.locator("h1")).to_have_text("Alive again", timeout=10_000)


def test_a_first_visit_shows_what_it_waits_for_and_then_the_site(
    tmp_path: Path, page: Page
) -> None:
    # npm waits for us: on a quick day it is done before the page has asked a second time.
    go = tmp_path / "go"
    wait = ["sh", "-c", f'until [ -e "{go}" ]; do sleep 0.05; done; exec "$0" "$@"']
    npm = tomllib.loads(SERVICES.read_text(encoding="utf-8"))["service"]["install@"]["command"]
    command = {"NURSERYD__SERVICE__INSTALL__COMMAND": json.dumps([*wait, *npm])}
    with Daemon(tmp_path, tmp_path / "empty cache", **command) as daemon:
        page.goto(daemon.preview)
        expect(page.locator("h1")).to_have_text("No site is open yet")
        daemon.init()
        expect(page.locator("h1")).to_have_text("Setting up your site", timeout=30_000)
        expect(page.locator("#why")).to_contain_text("installing dependencies")
        go.touch()
        expect(page.locator("h1")).to_have_text("Grow something you will love", timeout=180_000)
