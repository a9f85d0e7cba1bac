"""The product: its pages, as files of this folder, and tokens for those who use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.browser.product import Served, serving
from tests.whole.daemon import Daemon

HERE = Path(__file__).parent
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


@dataclass
class Bloom:
    """One that runs at `origin`, with `daemon` behind it.

    `query` is what its frame asks for besides. Its tokens are for `scope`; the next one is good for
    `seconds`, those after it for an hour.
    """

    origin: str
    query: str = ""
    scope: str = "thread:acme/ada/first"
    seconds: int = 3600
    given: list[str] = field(default_factory=list[str])  # tokens, in order
    _daemon: Daemon | None = None

    @property
    def daemon(self) -> Daemon:
        assert self._daemon is not None
        return self._daemon

    @daemon.setter
    def daemon(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def server(self) -> str:
        return f"http://127.0.0.1:{self.daemon.api_port}"

    def token(self) -> str:
        """A token, as a product's server asks for it on behalf of its user."""
        body = {"scope": self.scope, "seconds": self.seconds}
        self.seconds = 3600
        status, answer = self.daemon.post("/v1/tokens", body)
        assert status == 201, answer
        self.given.append(answer["token"])
        return self.given[-1]

    def policy(self) -> str:
        """What its pages may load: nurseryd's parts and API, and previews, beside its own."""
        return (
            f"default-src 'none'; script-src 'self' {self.server}; style-src 'self';"
            f" connect-src 'self' {self.server}; img-src 'self' data: blob: {self.server};"
            f" frame-src {self.server} http://*.localhost:{self.daemon.hmr_port};"
            " base-uri 'none'; form-action 'none';"
            " require-trusted-types-for 'script'; trusted-types lit-html"
        )

    def file(self, name: str) -> tuple[str, str]:
        path = HERE / name
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            values = {"server": self.server, "query": self.query}
            text = Template(text).substitute(values)
        return TYPES[path.suffix], text


@contextmanager
def bloom() -> Iterator[Bloom]:
    """The product on a site of its own: browsers take localhost and 127.0.0.1 for two."""
    product = Bloom("")
    files = ("element.html", "element.js", "frame.html", "frame.js", "product.css")
    pages: dict[str, Served] = {f"/{name}": lambda name=name: product.file(name) for name in files}
    pages["/token"] = lambda: ("text/plain", product.token())
    with serving(pages, product.policy) as port:
        product.origin = f"http://localhost:{port}"
        yield product


class Visit:
    """A page of the product, and what a person or a script does there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        # A browser names every answer that is an error, one of a preview on its way included, and
        # every script of a page that only fetches a cookie.
        usual = ("Failed to load resource", "Blocked script execution")
        if message.type == "error" and not message.text.startswith(usual):
            self.complaints.append(message.text)

    @property
    def told(self) -> Locator:
        return self.page.locator("#told li")

    def hears(self, text: str) -> None:
        """Wait until it was told that once, in those words or with more behind them."""
        expect(self.told.filter(has_text=text).first).to_be_attached()
