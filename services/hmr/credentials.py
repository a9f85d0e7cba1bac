"""What shows who a visitor is: read for the door, and taken out for the site behind it. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.messages import TOKEN_COOKIES
from services.messages.tickets import TICKET_COOKIE
from services.messages.tokens import is_scoped

_TOKENS = tuple(name.encode() for name in TOKEN_COOKIES)
_TICKET = TICKET_COOKIE.encode()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows. A browser may send several cookies of one name."""

    bearer: tuple[bytes, ...] = ()
    token_cookies: tuple[bytes, ...] = ()
    ticket_cookies: tuple[bytes, ...] = ()


def read_shown(headers: Iterable[tuple[bytes, bytes]]) -> Shown:
    """What these headers show; their names are in lower case."""
    bearer: list[bytes] = []
    tokens: list[bytes] = []
    cookies = {**dict.fromkeys(_TOKENS, tokens), _TICKET: []}
    for name, value in headers:
        if name == b"authorization":
            bearer += _bearer(value)
        elif name == b"cookie":
            for cookie in value.split(b";"):
                key, _, content = cookie.partition(b"=")
                if (kept := cookies.get(key.strip())) is not None:
                    kept.append(content.strip().strip(b'"'))
    return Shown(tuple(bearer), tuple(tokens), tuple(cookies[_TICKET]))


def is_token(given: Iterable[bytes], tokens: Collection[str]) -> bool:
    """Whether one of these is one of the operator's `tokens`. Compares in constant time."""
    ours = [token.encode() for token in tokens if token]
    return any(hmac.compare_digest(each, token) for each in given for token in ours)


def site_cookies(value: bytes) -> bytes:
    """A Cookie header without the cookies that are ours."""
    each = (cookie.strip() for cookie in value.split(b";"))
    return b"; ".join(cookie for cookie in each if not _is_ours(cookie))


def is_for_us(authorization: bytes, tokens: Collection[str]) -> bool:
    """Whether an Authorization header is meant for the API, so that a site must not learn of it."""
    given = _bearer(authorization)
    return any(is_scoped(each.decode("latin-1")) for each in given) or is_token(given, tokens)


def sets_ours(set_cookie: bytes) -> bool:
    """Whether a site's Set-Cookie would replace a cookie of ours.

    Browsers do not tell the ports of a host apart, so it would end the API's session too. One
    without a name is sent as its value alone, and so may be taken for another.
    """
    return _is_ours(set_cookie.strip().removeprefix(b"="))


def _is_ours(cookie: bytes) -> bool:
    return cookie.partition(b"=")[0].strip() in (*_TOKENS, _TICKET)


def _bearer(authorization: bytes) -> list[bytes]:
    scheme, _, value = authorization.partition(b" ")
    return [value.strip()] if scheme.lower() == b"bearer" else []
