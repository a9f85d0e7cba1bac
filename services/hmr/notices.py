"""Answers of the front door's own. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.hmr.headers import written
from services.http11.head import Headers

_REASONS = {
    303: b"See Other",
    400: b"Bad Request",
    401: b"Unauthorized",
    403: b"Forbidden",
    404: b"Not Found",
    408: b"Request Timeout",
    414: b"URI Too Long",
    417: b"Expectation Failed",
    421: b"Misdirected Request",
    431: b"Request Header Fields Too Large",
    501: b"Not Implemented",
    502: b"Bad Gateway",
    503: b"Service Unavailable",
    504: b"Gateway Timeout",
    505: b"HTTP Version Not Supported",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A status, a body of that type, and what other headers go with it."""

    status: int
    kind: bytes
    body: bytes
    headers: Headers = field(default_factory=list[tuple[bytes, bytes]])

    def message(self, method: bytes, connection: bytes) -> bytes:
        """All of it as it is sent, in answer to `method`."""
        head = written(
            [
                (b"content-type", self.kind),
                (b"content-length", b"%d" % len(self.body)),
                (b"cache-control", b"no-store"),
                *self.headers,
                (b"connection", connection),
            ]
        )
        body = b"" if method == b"HEAD" else self.body
        return b"HTTP/1.1 %d %b\r\n%b%b" % (self.status, _REASONS[self.status], head, body)


def plain(status: int, why: str, *headers: tuple[bytes, bytes]) -> Notice:
    """One line of text."""
    return Notice(status, b"text/plain; charset=utf-8", why.encode() + b"\n", [*headers])
