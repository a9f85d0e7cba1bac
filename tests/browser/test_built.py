"""A production build of a thread, shown by the same door at an address of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.looking import wait_for_site
from tests.browser.pane import POINT, Pane
from tests.browser.studio import INSTALLING
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


def test_a_build_goes_on_beside_another_conversation_which_hears_nothing_of_it(
    daemon: Daemon, page: Page
) -> None:
    daemon.init()
    assert daemon.ask("PUT", "/v1/threads/acme/ada/other", {})[0] == 201
    held: list[Route] = []
    page.route("**/first/preview/build", lambda route: held.append(route))
    with Pane(daemon, page) as pane:
        pane.pane.get_by_label("What to show").select_option("Production build")
        pane.button("Build it").click()
        expect(pane.pane.get_by_text("Building the site")).to_be_visible()
        page.get_by_role("button", name="Conversations", exact=True).click()
        listed = page.get_by_role("navigation", name="Conversations")
        listed.get_by_role("link", name="other").click()
        # It has its site without a word, as has every conversation that is opened.
        expect(pane.button(POINT)).to_be_enabled(timeout=INSTALLING)
        [build] = held
        error = {"message": "cannot build", "file": "", "line": None, "column": None, "frame": ""}
        with page.expect_response("**/first/preview/build"):
            build.fulfill(status=422, json={"detail": "cannot build", "errors": [error]})
        page.evaluate("fetch('/v1/session').then((answer) => answer.json())")
        expect(pane.pane.get_by_text("The site cannot be built")).to_have_count(0)
        expect(page.locator("nu-toasts")).to_have_text("")
