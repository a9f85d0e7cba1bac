"""Every view of the studio keeps nobody out, in the light and in the dark; and it is there soon."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.studio import Studio
from tests.browser.talking import studio, talking
from tests.whole.daemon import Daemon

__all__ = ["studio", "talking"]

pytestmark = pytest.mark.system

GROUNDS = "them => new Set(them.map(it => getComputedStyle(it).backgroundColor)).size"
SIZES = [{"width": 1440, "height": 900}, {"width": 360, "height": 740}]


def test_who_has_no_token_and_who_has_no_conversation_yet(talking: Daemon, page: Page) -> None:
    studio = Studio(talking, page)
    page.goto(studio.origin)
    expect(page.get_by_role("main").get_by_role("heading", name="Sign in")).to_be_visible()
    assert axe.in_both_schemes(page) == {}
    page.goto(f"{studio.origin}/studio/acme/nobody?token={talking.token}")
    expect(page.get_by_role("button", name="Open the first conversation")).to_be_visible()
    assert axe.in_both_schemes(page) == {}
    assert studio.complaints == []


def test_what_keeps_people_out_is_found(page: Page) -> None:
    page.set_content("<main><button></button></main>")
    assert "button-name" in axe.findings(page)[0]


def test_the_operators_page(talking: Daemon, page: Page) -> None:
    studio = Studio(talking, page)
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(f"{studio.origin}/ops?token={talking.token}")
        expect(page.get_by_text("workspaces").first).to_be_visible()
        assert axe.in_both_schemes(page) == {}
    assert studio.complaints == []


@pytest.mark.parametrize("size", SIZES, ids=["wide", "narrow"])
def test_a_conversation_and_what_is_beside_it(studio: Studio, size: dict[str, int]) -> None:
    page = studio.page
    page.set_viewport_size(size)  # type: ignore[arg-type]
    narrow = size["width"] < 800
    if narrow:
        studio.view("Chat")
    assert axe.in_both_schemes(page) == {}  # with nothing said yet
    studio.ask("change the heading of the home page to Seen by everybody")
    studio.ended("done")
    studio.ask("publish it")
    expect(studio.last.locator(".permission")).to_be_visible()
    studio.last.get_by_role("button", name="Allow").click()
    studio.ended("done")
    studio.turns.first.locator(".files summary").click()
    expect(studio.turns.first.locator("nu-diff")).to_be_visible()
    studio.ask("never end")
    studio.changed("public/half.txt")
    assert axe.in_both_schemes(page) == {}  # at work
    studio.press("Cancel")
    studio.ended("cancelled")
    studio.view("Site")
    studio.shown("Seen by everybody")
    assert axe.in_both_schemes(page) == {}
    for view, there in (("Changes", "History"), ("Publish", "From here to the live site")):
        studio.view(view)
        expect(page.get_by_role("heading", name=there)).to_be_visible()
        assert axe.in_both_schemes(page) == {}
    page.emulate_media(forced_colors="active")  # the view that is shown is still to be told
    views = page.get_by_role("navigation", name="Views").get_by_role("button")
    assert views.evaluate_all(GROUNDS) == 2
    page.emulate_media(forced_colors="none")
    page.get_by_role("button", name="Conversations", exact=True).click()
    expect(page.get_by_role("button", name="New conversation")).to_be_visible()
    assert axe.in_both_schemes(page) == {}


def test_there_is_something_to_see_soon(talking: Daemon, page: Page) -> None:
    """By the browser's own clock; other tests may keep the machine busy meanwhile."""
    talking.init("soon")
    studio = Studio(talking, page, "soon")
    studio.open()
    page.goto(studio.address)
    studio.live()
    paint = page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) => {
            const [it] = list.getEntriesByName('first-contentful-paint');
            if (it) resolve(it.startTime);
        }).observe({ type: 'paint', buffered: true }))"""
    )
    print(f"first contentful paint after {paint:.0f} ms")
    assert paint < 5000
    talking.ask("DELETE", "/v1/threads/acme/ada/soon/preview")
