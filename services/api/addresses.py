"""Where previews are found: their addresses, and signed links to them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from services.messages.tickets import TICKET_PARAMETER, issue

LOOPBACK = ("127.0.0.1", "::1", "localhost")
LINK_SECONDS = 3600  # how long a link is good for where nobody says so


@dataclass(frozen=True, slots=True)
class Addresses:
    """`public` is the address of them all, which by itself shows the one last active.

    With `wildcard` each has a host name of its own below it, else a link puts a cookie in its
    place. `signed` says that nobody is let in without the API's `token` or a link.
    """

    public: str
    wildcard: bool
    signed: bool
    token: str

    @property
    def websocket(self) -> str:
        """The address of the HMR socket: the preview's own, over ws or wss."""
        parts = urlsplit(self.public)
        return urlunsplit(parts._replace(scheme="wss" if parts.scheme == "https" else "ws"))

    def plain(self, preview_id: str) -> str:
        """The address of one preview, as it is in the address bar."""
        if not self.wildcard:
            return self.public
        parts = urlsplit(self.public)
        host = parts.hostname or "localhost"
        domain = "localhost" if host in LOOPBACK else host
        port = f":{parts.port}" if parts.port else ""
        return urlunsplit(parts._replace(netloc=f"{preview_id}.{domain}{port}"))

    def link(self, preview_id: str, expires: int) -> str:
        """An address that shows one preview to anybody until `expires`, in Unix seconds."""
        ticket = f"{TICKET_PARAMETER}={issue(self.token, preview_id, expires)}"
        return urlunsplit(urlsplit(self.plain(preview_id))._replace(query=ticket))

    def to_open(self, preview_id: str, now: float) -> str:
        """The address to give to a browser: a link where one is needed to get there."""
        if self.wildcard and not self.signed:
            return self.plain(preview_id)
        return self.link(preview_id, int(now) + LINK_SECONDS)
