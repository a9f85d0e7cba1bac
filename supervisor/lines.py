"""Bytes of a stream become pieces that end with a line, or say that they do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

LINE_LIMIT = 16 * 1024  # bytes
# How long a line may grow while it is needed whole, to see what of it must be hidden.
WHOLE_LIMIT = 1024 * 1024

# Whole lines, each with its newline; or a part of one, and whether it goes on in the next piece.
Piece = tuple[bytes, bool]


class Filter(Protocol):
    """What lines go through on their way out."""

    @property
    def active(self) -> bool:
        """Whether it would change anything at all."""
        ...

    @property
    def whole_lines(self) -> bool:
        """Whether a part of a line cannot be judged."""
        ...

    def __call__(self, lines: bytes) -> bytes: ...

    def safe(self, begun: bytes) -> int:
        """How many bytes of a line without its end can go through, whatever follows."""
        ...


class Assembler:
    """Whole lines, as many at once as have come: never cut at a buffer's border.

    A line longer than `LINE_LIMIT` goes on in the next piece, and no piece ends within a character
    of UTF-8. A filter sees lines whole, up to `WHOLE_LIMIT`.
    """

    def __init__(self, through: Filter) -> None:
        self._through = through
        self._rest = b""
        self._open = False  # a part of the line has been given out

    @property
    def pending(self) -> bool:
        """Whether `pause` may have something to show."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[Piece]:
        """What `data` completes."""
        end = data.rfind(b"\n") + 1
        pieces: list[Piece] = []
        if end:
            lines = data
            if self._rest or end < len(data):
                lines = b"".join((self._rest, memoryview(data)[:end]))
            pieces += _cut(self._filtered(lines))
            self._rest = b""
            self._open = False
        self._rest += data[end:]
        if len(self._rest) > LINE_LIMIT:
            pieces += self._overlong()
        return pieces

    def pause(self) -> list[Piece]:
        """What may be shown of a line whose end is long in coming, such as a prompt."""
        if self._through.active and self._through.whole_lines:
            return []
        return self._let_go(len(self._rest.removesuffix(b"\r")))

    def flush(self) -> list[Piece]:
        """What is left when the stream ends without a newline."""
        if not self._rest and not self._open:
            return []
        rest, self._rest, self._open = self._filtered(self._rest), b"", False
        return list(_cut(rest))

    def _overlong(self) -> list[Piece]:
        pieces: list[Piece] = []
        if not self._through.active:
            *pieces, (self._rest, _) = _cut(self._rest)
            self._open |= bool(pieces)
        while len(self._rest) > WHOLE_LIMIT and (more := self._let_go(WHOLE_LIMIT)):
            pieces += more
        return pieces

    def _let_go(self, size: int) -> list[Piece]:
        begun = self._rest[: _border(self._rest, size)]
        if self._through.active:
            begun = begun[: self._through.safe(begun)]
        if not begun:
            return []
        self._rest = self._rest[len(begun) :]
        self._open = True
        return [(part, True) for part, _ in _cut(self._filtered(begun))]

    def _filtered(self, lines: bytes) -> bytes:
        return self._through(lines) if self._through.active else lines


def _cut(lines: bytes) -> Iterator[Piece]:
    """The same in pieces without a line longer than `LINE_LIMIT`; the last one need not end."""
    start = end = 0  # between them are whole lines
    while len(lines) - end > LINE_LIMIT:
        full = end + LINE_LIMIT
        newline = lines.rfind(b"\n", end, full + 1)
        if newline >= 0:
            end = newline + 1
        elif lines.startswith(b"\r\n", full):
            end = full + 2
        elif lines[full:] == b"\r":
            break  # it may belong to a newline
        else:
            if start < end:
                yield lines[start:end], False
            start = _border(lines, full)
            yield lines[end:start], True
            end = start
    yield lines[start:], False


def _border(data: bytes, at: int) -> int:
    """The last place up to `at` that is not within a character of UTF-8."""
    for back in range(1, min(4, at + 1)):
        byte = data[at - back]
        if byte & 0xC0 != 0x80:
            length = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            return at - back if length > back else at
    return at
