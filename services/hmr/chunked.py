"""Bodies in chunks (RFC 9112 section 7.1): their data, whatever pieces they arrive in. Pure."""

from __future__ import annotations

import re

from services.http11.head import BadHead, Headers, read_fields

LINE = 256  # bytes of a line that announces a chunk; what stands there besides its size is dropped
TRAILERS = 8 * 1024  # bytes

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n")
# What must be known before a body begins, or concerns one connection only (RFC 9110 6.5.1).
_FORBIDDEN = frozenset(
    {
        b"authorization",
        b"connection",
        b"content-encoding",
        b"content-length",
        b"content-range",
        b"content-type",
        b"cookie",
        b"host",
        b"keep-alive",
        b"proxy-authorization",
        b"set-cookie",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)


class Dechunker:
    """Takes what arrives and gives the data in it. When `done`, `rest` is what came after.

    `trailers` are the fields after the last chunk, but for those that have no business there.
    """

    __slots__ = ("_ends", "_left", "_pending", "_trailing", "done", "rest", "trailers")

    def __init__(self) -> None:
        self.done = False
        self.rest = b""
        self.trailers: Headers = []
        self._pending = b""  # a piece of a line, or of the trailers
        self._left = 0  # of the chunk at hand
        self._ends = False  # its CRLF is still to come
        self._trailing = False

    def feed(self, data: bytes) -> bytes:
        """The data in the next piece. Raises `BadHead` where it is no chunked body."""
        if self._pending:
            data = self._pending + data
            self._pending = b""
        found: list[bytes] = []
        at = 0
        while not self.done and at < len(data):
            if self._left:
                piece = data[at : at + self._left]
                self._left -= len(piece)
                at += len(piece)
                found.append(piece)
                self._ends = True
            elif self._ends:
                if data[at : at + 2] != b"\r\n"[: len(data) - at]:
                    raise BadHead(400, "a chunk is longer than it said")
                if len(data) - at < 2:
                    break
                at += 2
                self._ends = False
            elif self._trailing:
                after = self._read_trailers(data, at)
                if after == at:
                    break
                at = after
            else:
                after = self._read_size(data, at)
                if after == at:
                    break
                at = after
        if self.done:
            self.rest = data[at:]
        else:
            self._pending = data[at:]
        return found[0] if len(found) == 1 else b"".join(found)

    def _read_size(self, data: bytes, at: int) -> int:
        line = _SIZE.match(data, at)
        if line is None:
            # In time: before a body that never gets to its line end has filled the memory.
            if len(data) - at > LINE or data.find(b"\n", at) >= 0:
                raise BadHead(400, "a chunk does not say its size")
            return at
        if line.end() - at > LINE:
            raise BadHead(400, "a chunk says too much beside its size")
        self._left = int(line[1], 16)
        self._trailing = self._left == 0
        return line.end()

    def _read_trailers(self, data: bytes, at: int) -> int:
        if data.startswith(b"\r\n", at):
            self.done = True
            return at + 2
        end = data.find(b"\r\n\r\n", at)
        if (end if end >= 0 else len(data) - 4) - at > TRAILERS:
            raise BadHead(431, f"its trailers are longer than {TRAILERS} bytes")
        if end < 0:
            return at
        self.trailers = [
            field for field in read_fields(data[at : end + 2]) if field[0] not in _FORBIDDEN
        ]
        self.done = True
        return end + 4


def chunk(data: bytes) -> bytes:
    """Some data as a chunk; nothing for none, since an empty chunk is the end."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def last_chunk(trailers: Headers) -> bytes:
    """The end of a body in chunks."""
    return b"0\r\n%b\r\n" % b"".join([b"%b: %b\r\n" % field for field in trailers])
