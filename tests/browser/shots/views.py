"""The views of the studio, and how a person comes to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from playwright.sync_api import expect

from tests.browser.studio import Studio

NARROW = 800  # pixels; below that the chat and the site take turns


def is_narrow(studio: Studio) -> bool:
    size = studio.page.viewport_size
    return size is not None and size["width"] < NARROW


def sign_in(studio: Studio) -> None:
    studio.page.goto(studio.origin)
    expect(studio.page.get_by_role("heading", name="Sign in")).to_be_visible()


def welcome(studio: Studio) -> None:
    token = studio.daemon.token
    studio.page.goto(f"{studio.origin}/studio/acme/nobody?token={token}")
    expect(studio.page.get_by_role("button", name="Open the first conversation")).to_be_visible()


def begin(studio: Studio) -> None:
    studio.thread = "second"
    site(studio)
    if is_narrow(studio):
        studio.view("Chat")


def site(studio: Studio) -> None:
    studio.open()
    studio.live()
    if is_narrow(studio):
        studio.view("Site")
    expect(studio.page.locator("#site")).to_be_visible()
    if studio.thread != "broken":
        studio.shown_any()


def chat(studio: Studio) -> None:
    site(studio)
    if is_narrow(studio):
        studio.view("Chat")
    files = studio.turns.first.locator(".files summary").first
    files.click()
    expect(studio.turns.first.locator("nu-diff")).to_be_visible()
    files.scroll_into_view_if_needed()


def working(studio: Studio) -> None:
    studio.thread = "third"
    site(studio)
    if is_narrow(studio):
        studio.view("Chat")
    expect(studio.last.locator(".step")).to_have_count(1)


def broken(studio: Studio) -> None:
    studio.thread = "broken"
    site(studio)
    error = studio.page.get_by_role("button", name="Ask to fix it")
    expect(error).to_be_visible(timeout=90_000)


def changes(studio: Studio) -> None:
    site(studio)
    studio.view("Changes")
    expect(studio.page.get_by_role("heading", name="History")).to_be_visible()


def publish(studio: Studio) -> None:
    site(studio)
    studio.view("Publish")
    expect(studio.page.get_by_role("heading", name="From here to the live site")).to_be_visible()


def threads(studio: Studio) -> None:
    site(studio)
    studio.page.get_by_role("button", name="Conversations", exact=True).click()
    expect(studio.page.get_by_role("button", name="New conversation")).to_be_visible()


def operator(studio: Studio) -> None:
    studio.page.goto(f"{studio.origin}/ops?token={studio.daemon.token}")
    expect(studio.page.get_by_text("workspaces").first).to_be_visible()


VIEWS: Mapping[str, Callable[[Studio], None]] = {
    each.__name__.replace("_", "-"): each
    for each in (
        sign_in,
        welcome,
        begin,
        chat,
        site,
        working,
        broken,
        changes,
        publish,
        threads,
        operator,
    )
}
