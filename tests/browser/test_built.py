"""A production build of a thread, shown by the same door at an address of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import wait_for_site
from tests.whole.daemon import Daemon

pytestmark = pytest.mark.system


def test_a_build_is_served_beside_the_dev_server_and_errors_are_data(
    daemon: Daemon, page: Page
) -> None:
    daemon.init()
    daemon.shown("<h1")
    status, answer = daemon.post("/v1/threads/acme/ada/first/preview/build", {})
    assert status == 200, answer
    wait_for_site(page, answer["preview"]["url"])
    expect(page.locator("h1")).to_have_text("Grow something you will love")
    assert page.locator("script[src*='@vite/client']").count() == 0
    source = daemon.worktree() / "src/pages/about.astro"
    source.write_text(source.read_text() + "{")
    status, answer = daemon.post("/v1/threads/acme/ada/first/preview/build", {})
    assert status == 422
    assert answer["errors"][0]["file"] == "src/pages/about.astro"
    assert answer["errors"][0]["line"] > 0
    page.reload()
    expect(page.locator("h1")).to_have_text("Grow something you will love")
