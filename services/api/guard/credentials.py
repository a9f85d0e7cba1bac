"""What a request shows of who asks, and what that is good for. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers

from services.messages import EVERYTHING, TOKEN_COOKIES
from services.messages.tokens import (
    TICKET_QUERY,
    Access,
    BadToken,
    Grant,
    Verified,
    is_scoped,
    verify,
)

PAGE_QUERY = "token"  # the parameter of a page's address that holds one
LOOKING = ("GET", "HEAD")


class Way(Enum):
    """How a token was shown."""

    HEADER = auto()
    PAGE = auto()  # in the address of a page, which puts it into a cookie
    TICKET = auto()
    COOKIE = auto()


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever asks: what may be done, by which token, and which of the operator's stands behind."""

    grant: Grant
    signer: str
    token: str
    way: Way

    @property
    def is_operator(self) -> bool:
        """Whether the token is the operator's own, rather than one that it signed."""
        return self.token == self.signer

    def until(self, wanted: int) -> int:
        """When what is handed on ends that is to end at `wanted`: not after the token itself.

        Both are in Unix seconds.
        """
        own = self.grant.expires
        return wanted if own is None else min(wanted, own)


def tokens_shown(
    method: str,
    authorization: str | None,
    query: Mapping[str, str],
    cookies: Mapping[str, str],
    *,
    page: bool,
) -> Iterator[tuple[Way, str]]:
    """The tokens that a request shows, the one to try first first.

    Whoever sends one in a header means that one. In an address a ticket counts, to look, and
    any token to open a page.
    """
    if (given := bearer(authorization)) is not None:
        yield Way.HEADER, given
        return
    if method in LOOKING:
        if page and PAGE_QUERY in query:
            yield Way.PAGE, query[PAGE_QUERY]
        if TICKET_QUERY in query:
            yield Way.TICKET, query[TICKET_QUERY]
    for name in TOKEN_COOKIES:
        if name in cookies:
            yield Way.COOKIE, cookies[name]


def bearer(authorization: str | None) -> str | None:
    """The token of an Authorization header; None where it has another kind of credentials."""
    scheme, _, value = (authorization or "").strip().partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def examine(way: Way, token: str, operators: Collection[str], now: float) -> Asker:
    """Who shows this; `operators` are the operator's tokens, `now` is in Unix seconds.

    Compares in constant time. Raises `BadToken`.
    """
    for own in operators:
        if own and hmac.compare_digest(token.encode(errors="replace"), own.encode()):
            found = Verified(Grant(EVERYTHING), own)
            break
    else:
        if not is_scoped(token):
            raise BadToken("it is none of this server's")
        found = verify(operators, token, now)
    if way is Way.TICKET and found.grant.access is not Access.TICKET:
        raise BadToken("only a ticket may stand in an address; make one with POST /v1/tickets")
    return Asker(found.grant, found.signer, token, way)


def is_from_elsewhere(method: str, headers: Headers, host: str) -> bool:
    """Whether nothing but a cookie stands behind a request, and another origin's page may too.

    A cookie does not know ports, so a page in the preview, which is code that an agent wrote,
    would otherwise command the API with the cookie of the person who looks at it. A browser says
    which site asks, in `Sec-Fetch-Site` or with a change at least in `Origin`: who says neither
    of a change is not believed.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    if method in (*LOOKING, "OPTIONS"):
        return False
    try:
        origin = urlsplit(headers.get("Origin", "")).netloc
    except ValueError:
        return True
    return not origin or origin != host
