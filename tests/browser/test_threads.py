"""Two threads of one site in two tabs: each sees its own edits, and nothing of the other's."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.looking import listen, stay, stayed, wait_for_site
from tests.whole.daemon import Daemon

pytestmark = pytest.mark.system


def test_edits_reach_their_own_tab_and_leave_the_other_alone(
    daemon: Daemon, browser: BrowserContext
) -> None:
    one, two = browser.new_page(), browser.new_page()
    for thread, tab in (("one", one), ("two", two)):
        own = daemon.init(thread)["astro"]["ownUrl"]
        wait_for_site(tab, own)
        listen(tab, own)
    other = two.locator("h1").inner_text()
    stay(two)
    daemon.execute("change the heading of the home page to Only here", "one")
    expect(one.locator("h1")).to_have_text("Only here")
    assert two.locator("h1").inner_text() == other
    assert stayed(two)
    stay(one)
    daemon.execute("change the background colour to rebeccapurple", "two")
    two.wait_for_function("getComputedStyle(document.body).backgroundColor === 'rgb(102, 51, 153)'")
    assert stayed(one)
    assert "rgb(102, 51, 153)" not in one.evaluate(
        "getComputedStyle(document.body).backgroundColor"
    )
