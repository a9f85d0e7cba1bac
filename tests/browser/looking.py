"""What a person does with a preview in a browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Page

INSTALLING = 180_000  # milliseconds that its dependencies may take
GIVEN_WAY = "document.readyState === 'complete' && document.getElementById('why') === null"


def wait_for_site(page: Page, address: str) -> None:
    """Open a page of a site and wait until the notice that it is on its way has given way to it."""
    page.goto(address)
    page.wait_for_function(GIVEN_WAY, timeout=INSTALLING)


def listen(page: Page, address: str) -> None:
    """Open a page of a site and wait until Vite's client listens for edits."""
    door = urlsplit(address).netloc
    with page.expect_event("websocket", lambda socket: f"//{door}/" in socket.url):
        page.goto(address)
    page.wait_for_load_state("networkidle")


def hydrated(page: Page, part: str) -> None:
    """Wait until the island with this part, a selector, hears what is done to it."""
    page.locator(part).wait_for()
    page.wait_for_function(
        "(part) => document.querySelector(`astro-island[ssr] ${part}`) === null", arg=part
    )


def stay(page: Page) -> None:
    """Mark the page as it is: a reload takes the mark away."""
    page.evaluate("window.stillTheSamePage = true")


def stayed(page: Page) -> bool:
    """Whether it is still the page that was marked, and was not loaded again."""
    return page.evaluate("window.stillTheSamePage === true")
