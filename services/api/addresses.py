"""Where previews are found: their addresses, and signed links to them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from services.api.guard.credentials import Asker
from services.keyring.ring import Keyring
from services.messages.tickets import TICKET_PARAMETER, issue

LOOPBACK = ("127.0.0.1", "::1", "localhost")
LINK_SECONDS = 3600  # how long a link is good for where nobody says so


@dataclass(frozen=True, slots=True)
class Addresses:
    """`public` is the address of them all, which by itself shows the one last active.

    With `wildcard` each has a host name of its own below it, else a link puts a cookie in its
    place. `signed` says that nobody is let in without a token or a link. `keyring` has the
    operator's tokens.
    """

    public: str
    wildcard: bool
    signed: bool
    keyring: Keyring

    @property
    def token(self) -> str:
        """The operator's token as it is now."""
        return self.keyring.current

    @property
    def websocket(self) -> str:
        """The address of the HMR socket: the preview's own, over ws or wss."""
        parts = urlsplit(self.public)
        return urlunsplit(parts._replace(scheme="wss" if parts.scheme == "https" else "ws"))

    @property
    def frames(self) -> str:
        """All previews, as a content security policy names what may be in frames."""
        parts = urlsplit(self.plain("*"))
        return f"{parts.scheme}://{parts.netloc}"

    def plain(self, preview_id: str) -> str:
        """The address of one preview, as it is in the address bar."""
        if not self.wildcard:
            return self.public
        parts = urlsplit(self.public)
        host = parts.hostname or "localhost"
        domain = "localhost" if host in LOOPBACK else host
        port = f":{parts.port}" if parts.port else ""
        return urlunsplit(parts._replace(netloc=f"{preview_id}.{domain}{port}"))

    def link(self, preview_id: str, asker: Asker, expires: int) -> str:
        """An address that shows one preview to anybody until `expires`, in Unix seconds.

        It ends with the token of whoever asks for it, or with the operator's token behind that.
        """
        made = issue(asker.signer, preview_id, asker.until(expires))
        ticket = f"{TICKET_PARAMETER}={made}"
        return urlunsplit(urlsplit(self.plain(preview_id))._replace(query=ticket))

    def to_open(self, preview_id: str, asker: Asker, now: float) -> str:
        """The address to give to whoever asks: a link where one is needed to get there."""
        if self.wildcard and not self.signed:
            return self.plain(preview_id)
        return self.link(preview_id, asker, int(now) + LINK_SECONDS)
