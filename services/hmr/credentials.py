"""What shows who a visitor is: read for the door, and taken out for the site behind it. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from services.messages import TOKEN_COOKIE
from services.messages.tickets import TICKET_COOKIE

_TOKEN, _TICKET = TOKEN_COOKIE.encode(), TICKET_COOKIE.encode()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows. A browser may send several cookies of one name."""

    bearer: tuple[bytes, ...] = ()
    token_cookies: tuple[bytes, ...] = ()
    ticket_cookies: tuple[bytes, ...] = ()


def read_shown(headers: Iterable[tuple[bytes, bytes]]) -> Shown:
    """What these headers show; their names are in lower case."""
    bearer: list[bytes] = []
    cookies: dict[bytes, list[bytes]] = {_TOKEN: [], _TICKET: []}
    for name, value in headers:
        if name == b"authorization":
            bearer += _bearer(value)
        elif name == b"cookie":
            for cookie in value.split(b";"):
                key, _, content = cookie.partition(b"=")
                if (kept := cookies.get(key.strip())) is not None:
                    kept.append(content.strip().strip(b'"'))
    return Shown(tuple(bearer), tuple(cookies[_TOKEN]), tuple(cookies[_TICKET]))


def is_token(given: Iterable[bytes], token: str) -> bool:
    """Whether one of these is the token; never where there is none. Compares in constant time."""
    ours = token.encode()
    return bool(ours) and any(hmac.compare_digest(each, ours) for each in given)


def site_cookies(value: bytes) -> bytes:
    """A Cookie header without the cookies that are ours."""
    each = (cookie.strip() for cookie in value.split(b";"))
    return b"; ".join(cookie for cookie in each if not _is_ours(cookie))


def is_for_us(authorization: bytes, token: str) -> bool:
    """Whether an Authorization header is the API's, of which a site must not learn."""
    return is_token(_bearer(authorization), token)


def sets_ours(set_cookie: bytes) -> bool:
    """Whether a site's Set-Cookie would replace a cookie of ours.

    Browsers do not tell the ports of a host apart, so it would end the API's session too.
    """
    return _is_ours(set_cookie)


def _is_ours(cookie: bytes) -> bool:
    return cookie.partition(b"=")[0].strip() in (_TOKEN, _TICKET)


def _bearer(authorization: bytes) -> list[bytes]:
    scheme, _, value = authorization.partition(b" ")
    return [value.strip()] if scheme.lower() == b"bearer" else []
