"""What changes in a message's headers on its way through. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from services.messages import TOKEN_COOKIE

Headers = list[tuple[bytes, bytes]]

# RFC 9110 7.6.1, and what older software sends though it means only its neighbour.
HOP_BY_HOP = frozenset(
    {
        b"connection",
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


def tokens(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> frozenset[bytes]:
    """The comma-separated members of all headers of that name, in lower case."""
    return frozenset(
        token.strip().lower()
        for key, value in headers
        if key == name
        for token in value.split(b",")
        if token.strip()
    )


def is_websocket(headers: Headers) -> bool:
    """Whether a request asks to go on as a WebSocket."""
    return b"upgrade" in tokens(headers, b"connection") and b"websocket" in tokens(
        headers, b"upgrade"
    )


def end_to_end(headers: Headers) -> Headers:
    """Without what concerns one connection only."""
    dropped = HOP_BY_HOP | tokens(headers, b"connection")
    return [(name, value) for name, value in headers if name not in dropped]


def without_token(cookies: bytes) -> bytes:
    """A Cookie header without the API's own cookie."""
    each = (cookie.strip() for cookie in cookies.split(b";"))
    return b"; ".join(
        cookie for cookie in each if cookie.partition(b"=")[0].strip() != TOKEN_COOKIE.encode()
    )


def to_upstream(headers: Headers, *, port: int, peer: str) -> Headers:
    """A request's headers as the dev server on `port` gets them; `peer` is who connected to us.

    It gets a Host that it allows and, where the page and the request have one origin, an Origin
    to match: Astro refuses forms from elsewhere.
    """
    given = dict(headers)
    host = given.get(b"host", b"")
    upstream = b"localhost:%d" % port
    sent: Headers = [(b"host", upstream)]
    for name, value in end_to_end(headers):
        if name == b"origin" and value in (b"http://" + host, b"https://" + host):
            sent.append((name, b"http://" + upstream))
        elif name == b"cookie":
            if kept := without_token(value):
                sent.append((name, kept))
        elif name not in (b"host", b"expect", b"x-forwarded-for", b"x-forwarded-host"):
            sent.append((name, value))
    if b"chunked" in tokens(headers, b"transfer-encoding"):
        sent.append((b"transfer-encoding", b"chunked"))
    chain = [value for name, value in headers if name == b"x-forwarded-for"]
    sent.append((b"x-forwarded-for", b", ".join([*chain, peer.encode()])))
    sent.append((b"x-forwarded-host", host))
    if b"x-forwarded-proto" not in given:
        sent.append((b"x-forwarded-proto", b"http"))
    if is_websocket(headers):
        sent += [(b"connection", b"upgrade"), (b"upgrade", b"websocket")]
    else:
        sent.append((b"connection", b"close"))
    return sent


def to_client(headers: Headers, *, port: int) -> Headers:
    """A response's headers as the browser gets them: redirects stay on the browser's origin."""
    own = b"http://localhost:%d/" % port
    return [
        (name, value[len(own) - 1 :] if name == b"location" and value.startswith(own) else value)
        for name, value in end_to_end(headers)
    ]
