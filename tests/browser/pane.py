"""The site beside the chat, as a person uses it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.studio import INSTALLING, Studio
from tests.whole.daemon import Daemon

POINT = "Point at something to change"
# What the pane tells the studio around it is kept where a test finds it.
HEARING = """
window.heard = [];
for (const name of ['nu-pick', 'nu-say', 'nu-tell']) {
  document.addEventListener(name, ({ detail }) => window.heard.push({ name, ...detail }));
}
"""


class Pane:
    """The pane of a thread's preview, in a page of the studio, which does not complain of it.

    A context manager. The site is there, and can be spoken to, when it begins.
    """

    def __init__(self, daemon: Daemon, page: Page, thread: str = "first") -> None:
        self.page = page
        self.studio = Studio(daemon, page, thread)
        self.pane = page.locator("nu-preview")
        self.address: Locator = self.pane.get_by_label("Address in the site")

    def __enter__(self) -> Pane:
        self.page.add_init_script(HEARING)
        self.studio.open()
        expect(self.button(POINT)).to_be_enabled(timeout=INSTALLING)
        return self

    def __exit__(self, kind: object, *_error: object) -> None:
        if kind is None:
            assert self.studio.complaints == []

    @property
    def site(self) -> FrameLocator:
        return self.studio.site

    @property
    def heading(self) -> Locator:
        return self.site.get_by_role("heading", level=1)

    def button(self, name: str) -> Locator:
        return self.pane.get_by_role("button", name=name, exact=True)

    def go(self, address: str) -> None:
        self.address.fill(address)
        self.address.press("Enter")

    def heard(self, name: str) -> list[dict[str, Any]]:
        """What the pane told under that name."""
        return [each for each in self.page.evaluate("window.heard") if each["name"] == name]

    def point(self) -> None:
        """Begin to point at something."""
        self.button(POINT).click()
        expect(self.button(POINT)).to_have_attribute("aria-pressed", "true")

    def click(self, element: Locator) -> None:
        """Click where an element of the site is, whatever is above it."""
        element.scroll_into_view_if_needed()
        box = element.bounding_box()
        assert box is not None
        at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(*at)
        self.page.mouse.click(*at)

    def picked(self) -> dict[str, Any]:
        """What was pointed at last, once the pane has told it."""
        expect(self.button(POINT)).to_have_attribute("aria-pressed", "false")
        return self.heard("nu-pick")[-1]["selection"]
