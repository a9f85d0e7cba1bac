"""The operator's page, as an operator uses it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from services.messages import Scope
from services.messages.tokens import Access, Grant, sign
from tests.whole.daemon import Daemon


class Operator:
    """Who has it open, and what they do with it."""

    def __init__(self, daemon: Daemon, page: Page) -> None:
        self.daemon = daemon
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', (it) => { throw Error(it.blockedURI) })"
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.daemon.api_port}/ops"

    def open(self, token: str | None = None) -> None:
        self.page.goto(f"{self.address}?token={token or self.daemon.token}")
        assert self.page.url == self.address

    def sign_in(
        self, scope: Scope, access: Access = Access.FULL, expires: int | None = None
    ) -> None:
        """With a token that is made for it."""
        token = sign(self.daemon.token, Grant(scope, access, expires))
        self.page.get_by_label("Token").fill(token)
        self.press("Sign in")

    def service(self, name: str) -> Locator:
        named = self.page.get_by_text(name, exact=True)
        return self.page.get_by_role("row").filter(has=named)

    def state(self, name: str, state: str) -> None:
        expect(self.service(name).locator(".state")).to_have_text(state)

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).click()

    def panel(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name)

    @property
    def lines(self) -> Locator:
        return self.page.get_by_role("log").locator(".text")
