"""The page to talk on, as a person uses it."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, FrameLocator, Locator, Page, expect

from tests.whole.daemon import Daemon

HEADING = "Grow something you will love"  # of the starter site's home page


class Chat:
    """The page, and what a person does with it."""

    def __init__(self, daemon: Daemon, page: Page) -> None:
        self.page = page
        self.daemon = daemon
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        # A browser names every answer that is an error, one of a preview on its way included.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def open(self) -> None:
        address = f"http://127.0.0.1:{self.daemon.api_port}/chat/acme/ada/first"
        self.page.goto(f"{address}?token={self.daemon.token}")
        assert self.page.url == address

    def live(self) -> None:
        expect(self.page.locator("#connection")).to_have_text("live")

    def ask(self, instruction: str) -> None:
        """Type it and press Enter."""
        box = self.page.get_by_label("What should change?")
        box.click()
        self.page.keyboard.type(instruction)
        self.page.keyboard.press("Enter")
        expect(box).to_have_value("")

    @property
    def turns(self) -> Locator:
        return self.page.locator("article")

    @property
    def last(self) -> Locator:
        return self.turns.last

    def press(self, name: str, turn: Locator | None = None) -> None:
        (turn or self.last).get_by_role("button", name=name, exact=True).click()

    def ended(self, state: str, turn: Locator | None = None) -> None:
        expect((turn or self.last).locator(".state")).to_have_text(state)

    @property
    def site(self) -> FrameLocator:
        return self.page.frame_locator("#preview")
