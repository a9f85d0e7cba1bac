"""The requests in what has come of a connection. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from services.api.server.patience import Patience
from services.http11.head import CHUNKED, BadHead, RequestHead, is_hopeless, read_request

_END = b"\r\n\r\n"
_REPEATED = 4096  # bytes of a head that are kept: who polls asks again with the same fields


class Beyond(Exception):
    """A request that is not for us: its body is large, chunked, or waits for a word of ours."""


@dataclass(slots=True)
class Request:
    """One that has come whole."""

    head: RequestHead
    body: bytes


class Requests:
    """Takes requests out of the bytes of one connection, in their order."""

    __slots__ = ("_begun", "_head", "_known", "_patience", "_rest", "_seen", "_size", "buffer")

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self.buffer = bytearray()
        self._seen = 0
        self._begun: RequestHead | None = None  # its body is not all here yet
        self._size = 0
        self._known: RequestHead | None = None
        self._rest = b""

    @property
    def waiting(self) -> bool:
        """Whether part of a request is here."""
        return bool(self.buffer)

    def take(self) -> Request | None:
        """The next request; None while it is not all here.

        Raises `BadHead` for what cannot be read, and `Beyond`, which leaves everything in `buffer`.
        """
        buffer = self.buffer
        head = self._begun
        if head is None:
            if not buffer:
                return None
            end = self._end_of_head()
            if end < 0:
                return None
            head = self._read(bytes(buffer[:end]))
            self._size = end
            if head.length:
                if self._is_beyond(head):
                    raise Beyond
                self._begun = head
        size = self._size + head.length
        if len(buffer) < size:
            return None
        body = bytes(buffer[self._size : size]) if head.length else b""
        del buffer[:size]
        self._begun = None
        self._seen = 0
        return Request(head, body)

    def _end_of_head(self) -> int:
        """How long the head is, -1 while it has no end."""
        buffer = self.buffer
        found = buffer.find(_END, max(0, self._seen - 3))
        size = len(buffer) if found < 0 else found + len(_END)
        if size > self._patience.longest_head:
            raise BadHead(431, f"its head is longer than {self._patience.longest_head} bytes")
        if found >= 0:
            return size
        if self._seen < 1024 and is_hopeless(bytes(buffer[:2048])):
            raise BadHead(400, "it is no HTTP")
        self._seen = size
        return -1

    def _read(self, data: bytes) -> RequestHead:
        rest = data[data.find(b" HTTP/") :]
        if self._known is not None and rest == self._rest:
            return read_request(data, self._known)
        head = read_request(data)
        self._known, self._rest = (head, rest) if len(rest) <= _REPEATED else (None, b"")
        return head

    def _is_beyond(self, head: RequestHead) -> bool:
        beyond = (
            head.length == CHUNKED
            or b"expect" in head.given
            or head.length > self._patience.longest_body
        )
        if beyond and b"upgrade" in head.given:
            raise BadHead(400, "what has a body is no beginning of another protocol")
        return beyond
