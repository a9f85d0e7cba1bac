"""How answers are written. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import formatdate
from http import HTTPStatus

import msgspec

CLOSE = b"connection: close\r\n"
LAST_CHUNK = b"0\r\n\r\n"
_LINES = {
    status.value: b"HTTP/1.1 %d %b\r\n" % (status, status.phrase.encode()) for status in HTTPStatus
}


class BadAnswer(Exception):
    """The application answers with what would not be HTTP."""


class Dates:
    """The Date header, made once a second."""

    def __init__(self) -> None:
        self._second = -1
        self._line = b""

    def line(self, now: float) -> bytes:
        """With its end; `now` is Unix time."""
        if int(now) != self._second:
            self._second = int(now)
            self._line = b"date: %b\r\n" % formatdate(self._second, usegmt=True).encode()
        return self._line


def has_no_body(method: bytes, status: int) -> bool:
    """Whether nothing may follow the head (RFC 9112 6.3)."""
    return method == b"HEAD" or status in (204, 304)


def head(status: int, headers: Iterable[tuple[bytes, bytes]], more: bytes) -> bytes:
    """The head of an answer; `more` are further lines of it, each with its end.

    Raises `BadAnswer` for a header that would begin another line.
    """
    fields = [b"%b: %b\r\n" % field for field in headers]
    text = b"".join(fields)
    if text.count(b"\n") != len(fields) or text.count(b"\r") != len(fields) or b"\0" in text:
        raise BadAnswer("cannot send a header with a line break in it")
    line = _LINES.get(status) or b"HTTP/1.1 %d \r\n" % status
    return b"%b%b%b\r\n" % (line, text, more)


def chunk(data: bytes) -> bytes:
    """A piece of a body that says how long it is."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def problem(status: int, text: str, date: bytes, *headers: tuple[bytes, bytes]) -> bytes:
    """A whole answer that no application gave, with which the connection ends (RFC 9457)."""
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": text,
    }
    body = msgspec.json.encode(told)
    fields = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        *headers,
    ]
    return head(status, fields, date + CLOSE) + body
