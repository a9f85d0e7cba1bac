"""The studio, as a person uses it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Frame, FrameLocator, Locator, Page, expect

from tests.whole.daemon import Daemon

HEADING = "Grow something you will love"  # of the starter site's home page
INSTALLING = 180_000  # milliseconds that a site's dependencies may take
CHECKING = 90_000  # and the first look at its pages, on a machine that does other things as well

# What goes wrong in the page itself; a site in a frame of it may complain as it likes.
LISTEN = """
if (window === window.top) {
  // That sizes take two frames to settle is no mistake, though browsers tell it like one.
  addEventListener('error', ({ message }) =>
    message.startsWith('ResizeObserver') || complain(message));
  addEventListener('unhandledrejection', ({ reason }) => complain(String(reason)));
  addEventListener('securitypolicyviolation', (violation) =>
    complain(`${violation.violatedDirective} forbids ${violation.blockedURI}`));
}
"""
# The longest text that was to be seen of the last turn, again and again while it grew.
GROWTH = """() => {
  const all = (root, selector) => [...root.querySelectorAll('*')].flatMap((element) => [
    ...(element.matches(selector) ? [element] : []),
    ...(element.shadowRoot ? all(element.shadowRoot, selector) : []),
  ]);
  window.lengths = new Set();
  const look = () => {
    const [article] = all(document, 'article').slice(-1);
    const state = article?.querySelector('.state')?.textContent;
    window.lengths.add(`${state} ${article?.querySelector('.said')?.textContent.trim().length}`);
    requestAnimationFrame(look);
  };
  look();
}"""


class Studio:
    """A page of the studio with one thread, and what a person does with it."""

    def __init__(self, daemon: Daemon, page: Page, thread: str = "first") -> None:
        self.page = page
        self.daemon = daemon
        self.thread = thread
        self.complaints: list[str] = []
        self.origin = f"http://127.0.0.1:{daemon.api_port}"
        page.on("console", self._heard)
        page.expose_binding("complain", self._complained)
        page.add_init_script(LISTEN)

    def _heard(self, message: ConsoleMessage) -> None:
        # A browser names every answer that is an error, one of a preview on its way included.
        ours = message.location["url"].startswith(f"{self.origin}/")
        if message.type == "error" and ours and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _complained(self, source: dict[str, Any], what: str) -> None:
        if source["frame"] == self.page.main_frame:
            self.complaints.append(what)

    @property
    def address(self) -> str:
        return f"{self.origin}/studio/acme/ada/{self.thread}"

    def open(self) -> None:
        """Come by the address with the token in it, which does not stay there."""
        self.page.goto(f"{self.address}?token={self.daemon.token}")
        assert self.page.url == self.address

    def live(self) -> None:
        expect(self.page.locator("#connection")).to_have_text("live")

    def broken_off(self) -> None:
        """A browser complains of a connection that broke: that is no fault of the page."""
        self.complaints.clear()

    # The chat.

    @property
    def box(self) -> Locator:
        return self.page.get_by_label("What should change?")

    def ask(self, instruction: str) -> None:
        """Type it and press Enter."""
        self.box.click()
        self.page.keyboard.type(instruction)
        self.page.keyboard.press("Enter")
        expect(self.box).to_have_value("")

    @property
    def turns(self) -> Locator:
        return self.page.get_by_role("article")

    @property
    def last(self) -> Locator:
        return self.turns.last

    def said(self, turn: Locator | None = None) -> Locator:
        """What the agent said in a turn, paragraph by paragraph."""
        return (turn or self.last).locator(".said > p")

    def press(self, name: str, turn: Locator | None = None) -> None:
        (turn or self.last).get_by_role("button", name=name, exact=True).click()

    def ended(self, state: str, turn: Locator | None = None) -> None:
        """Wait until a turn is in that state; its pages are looked at before it is done."""
        expect((turn or self.last).locator(".state")).to_have_text(state, timeout=CHECKING)

    def changed(self, *paths: str, turn: Locator | None = None) -> None:
        expect((turn or self.last).locator(".files li")).to_have_text(paths)

    def watch_growth(self) -> None:
        """Note from now on how long the text of the last turn is that a person sees."""
        self.page.evaluate(GROWTH)

    @property
    def growth(self) -> list[str]:
        """How long it was while the agent worked."""
        seen: list[str] = self.page.evaluate("[...window.lengths]")
        return [each for each in seen if each.startswith("working ")]

    # The site.

    @property
    def site(self) -> FrameLocator:
        return self.page.frame_locator("#site")

    @property
    def heading(self) -> Locator:
        return self.site.locator("main h1")

    def shown(self, heading: str = HEADING) -> None:
        expect(self.heading).to_have_text(heading, timeout=INSTALLING)

    def shown_any(self) -> None:
        """Wait until there is a page of the site, whatever is on it."""
        expect(self.heading).to_be_attached(timeout=INSTALLING)

    @property
    def frame(self) -> Frame:
        """That of the site, as a program has it."""
        handle = self.page.locator("#site").element_handle()
        assert handle is not None
        frame = handle.content_frame()
        assert frame is not None
        return frame

    @property
    def site_origin(self) -> str:
        parts = urlsplit(self.frame.url)
        return f"{parts.scheme}://{parts.netloc}"

    # The views beside it.

    def view(self, name: str) -> None:
        """Chat, Site, Changes or Publish."""
        views = self.page.get_by_role("navigation", name="Views")
        views.get_by_role("button", name=name, exact=True).click()
