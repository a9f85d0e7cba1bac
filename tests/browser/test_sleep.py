"""A preview that nobody looks at sleeps, whatever tabs are open, and comes back for a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.looking import listen, stay, stayed
from tests.whole.daemon import Daemon, until

pytestmark = pytest.mark.system


@pytest.fixture
def sleepy(tmp_path: Path, cache: Path) -> Iterator[Daemon]:
    """A daemon whose previews sleep after four idle seconds."""
    soon = {"NURSERYD__SERVICE__PREVIEWS__OPTIONS__sleep_after": "4"}
    with Daemon(tmp_path, cache, **soon) as daemon:
        yield daemon


def state(daemon: Daemon) -> str:
    return daemon.get("/v1/threads/acme/ada/first/preview")[1]["preview"]["state"]


def test_it_sleeps_under_an_open_tab_and_wakes_for_a_navigation(
    sleepy: Daemon, browser: BrowserContext
) -> None:
    sleepy.init()
    sleepy.shown("<h1")
    forgotten = browser.new_page()
    # So that it asks whether its server is back from the page, where it can be seen to.
    forgotten.add_init_script("delete window.SharedWorker")
    listen(forgotten, sleepy.preview)
    stay(forgotten)
    until("a sleeping preview", lambda: state(sleepy) == "asleep")
    for _ in range(3):
        forgotten.wait_for_event("websocket")
    assert state(sleepy) == "asleep"
    page = browser.new_page()
    page.goto(sleepy.preview)
    expect(page.locator("h1")).to_have_text("Grow something you will love", timeout=60_000)
    forgotten.wait_for_function("window.stillTheSamePage === undefined")
    expect(forgotten.locator("h1")).to_have_text("Grow something you will love")
    assert not stayed(forgotten)


def test_a_turn_wakes_it_and_the_open_tab_shows_the_edit(
    sleepy: Daemon, browser: BrowserContext
) -> None:
    sleepy.init()
    sleepy.shown("<h1")
    page = browser.new_page()
    listen(page, sleepy.preview)
    until("a sleeping preview", lambda: state(sleepy) == "asleep")
    sleepy.execute("change the heading of the home page to Good morning")
    expect(page.locator("h1")).to_have_text("Good morning", timeout=60_000)
