"""A user's studio as a person has it open, and the files behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.studio import Studio
from tests.whole.daemon import Daemon

CLIENT = "acme"


class Desk:
    """One user's; each test has a user of its own, so that all share a daemon."""

    def __init__(self, daemon: Daemon, user: str, page: Page) -> None:
        self.daemon = daemon
        self.user = user
        self.page = page
        self._listening = Studio(daemon, page)

    @property
    def complaints(self) -> list[str]:
        """What went wrong in the page."""
        return self._listening.complaints

    # By the API, and on disk.

    def ask(self, method: str, path: str, body: object = None) -> Any:
        status, answer = self.daemon.ask(method, path, body)
        assert status in (200, 201, 202), answer
        return answer

    def make(self, thread: str, **more: object) -> None:
        self.ask("PUT", f"/v1/threads/{CLIENT}/{self.user}/{thread}", more)

    def execute(self, thread: str, instruction: str) -> None:
        ids = {"clientId": CLIENT, "userId": self.user, "threadId": thread}
        self.ask("POST", "/api/execute", {"instruction": instruction, **ids})

    def files(self, thread: str) -> Path:
        workspace = self.daemon.folder / ".nurseryd/workspace"
        return workspace / CLIENT / self.user / "threads" / thread

    def write(self, thread: str, path: str, text: str) -> None:
        file = self.files(thread) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self, thread: str, message: str) -> None:
        path = f"/v1/threads/{CLIENT}/{self.user}/{thread}/commit"
        self.ask("POST", path, {"message": message})

    # On the page.

    def open(self, thread: str | None = None, view: str | None = None) -> None:
        """Come with the token to a thread, or to the list of them, and go to a view."""
        place = f"/studio/{CLIENT}/{self.user}" + (f"/{thread}" if thread else "")
        address = f"http://127.0.0.1:{self.daemon.api_port}{place}"
        self.page.goto(f"{address}?token={self.daemon.token}")
        assert self.page.url == address
        if view is not None:
            self.view(view)

    def view(self, name: str) -> None:
        views = self.page.get_by_role("navigation", name="Views")
        views.get_by_role("button", name=name, exact=True).click()

    def press(self, name: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def region(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    def told(self, text: str) -> None:
        """It is said at the edge of the page."""
        expect(self.page.locator("nu-toasts")).to_contain_text(text)

    def look_again(self) -> None:
        """Come back to the window from another."""
        self.page.evaluate("window.dispatchEvent(new Event('focus'))")

    @property
    def dialog(self) -> Locator:
        """The element that is a dialog, which its text and its buttons are slotted into."""
        return self.page.locator("nu-dialog[open]")
