"""What changes in a message's headers on its way through. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from services.forwarded import forwarding, is_forwarding
from services.hmr.access import Admit
from services.hmr.credentials import is_for_us, sets_ours, site_cookies
from services.hmr.route import on_this_host
from services.http11.head import CHUNKED, Headers, RequestHead, ResponseHead

# RFC 9110 7.6.1, and what older software sends though it means only its neighbour. The framing is
# among them: whatever a Connection header names, how long a body is we say ourselves.
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"content-length",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_OURS = _HOP_BY_HOP | {
    b"cookie",
    b"expect",
    b"host",
    b"origin",
}
# A preview may not rule over others that a browser sees on the same origin, now or later.
_NOT_FOR_BROWSERS = _HOP_BY_HOP | {b"clear-site-data", b"location", b"service-worker-allowed"}
_COMMON = frozenset({b"close", b"keep-alive", b"upgrade"})


def tokens(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> frozenset[bytes]:
    """The comma-separated members of all headers of that name, in lower case."""
    return frozenset(
        token.strip().lower()
        for key, value in headers
        if key == name
        for token in value.split(b",")
    )


def is_websocket(head: RequestHead) -> bool:
    """Whether a request asks to go on as a WebSocket, in the one way that RFC 6455 has."""
    given = head.given
    return (
        head.method == b"GET"
        and head.modern
        and head.length == 0
        and given.get(b"upgrade", b"").lower() == b"websocket"
        and b"upgrade" in tokens(head.headers, b"connection")
        and b"sec-websocket-key" in given
        and b"sec-websocket-version" in given
    )


def to_upstream(
    head: RequestHead, *, port: int, admitted: Admit, tokens: Collection[str]
) -> Headers:
    """A request's headers as the dev server on `port` gets them; `tokens` are the operator's.

    It gets a Host that it allows and, where the page and the request have one origin, an Origin
    to match: Astro refuses forms from elsewhere. What shows who the visitor is it does not get.
    """
    given = head.given
    host = admitted.host.encode("latin-1")
    upstream = b"localhost:%d" % port
    sent: Headers = [(b"host", upstream)]
    sent += [
        (name, value)
        for name, value in _end_to_end(head.headers, given)
        if not (
            name in _OURS
            or is_forwarding(name)
            or (name == b"authorization" and is_for_us(value, tokens))
        )
    ]
    if (origin := given.get(b"origin")) is not None:
        own = origin in (b"http://" + host, b"https://" + host)
        sent.append((b"origin", b"http://" + upstream if own else origin))
    if b"cookie" in given:
        # One header a cookie is HTTP/2's way, which a load balancer may have passed on.
        cookies = b"; ".join([value for name, value in head.headers if name == b"cookie"])
        if kept := site_cookies(cookies):
            sent.append((b"cookie", kept))
    if head.length == CHUNKED:
        sent.append((b"transfer-encoding", b"chunked"))
    elif b"content-length" in given:
        sent.append((b"content-length", given[b"content-length"]))
    sent += forwarding(admitted.seen, admitted.host)
    if b"upgrade" in given and is_websocket(head):
        sent += [(b"connection", b"upgrade"), (b"upgrade", b"websocket")]
    return sent


def to_client(head: ResponseHead, *, port: int) -> Headers:
    """A response's headers as the browser gets them, without its framing.

    Redirects stay on the browser's origin.
    """
    given = dict(head.headers)
    sent = [field for field in _end_to_end(head.headers, given) if _is_for_browsers(*field)]
    if (location := given.get(b"location")) is not None:
        own = b"http://localhost:%d/" % port
        path = location[len(own) - 1 :]
        stays = on_this_host(path) if location.startswith(own) else location
        sent.append((b"location", stays))
    return sent


def switching(head: ResponseHead) -> Headers:
    """The headers of an answer by which both ends go on as a WebSocket."""
    kept = [field for field in head.headers if _is_for_browsers(*field)]
    return [*kept, (b"connection", b"Upgrade"), (b"upgrade", b"websocket")]


def written(headers: Headers) -> bytes:
    """Headers as they are sent, and the blank line after them."""
    return b"".join([b"%b: %b\r\n" % field for field in headers]) + b"\r\n"


def _is_for_browsers(name: bytes, value: bytes) -> bool:
    return name not in _NOT_FOR_BROWSERS and not (name == b"set-cookie" and sets_ours(value))


def _end_to_end(headers: Headers, given: dict[bytes, bytes]) -> Headers:
    if b"connection" not in given:
        return headers
    named = tokens(headers, b"connection") - _COMMON
    return [field for field in headers if field[0] not in named] if named else headers
