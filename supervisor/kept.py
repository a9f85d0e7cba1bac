"""The last lines of a service: as they came, and made into `Line`s only for whoever asks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

KEPT_BYTES = 256 * 1024


class Line(Struct, frozen=True):
    """One line of one stream. `sequence` counts the service's lines; `at` is Unix seconds.

    `partial` says that it goes on in the next one: it is longer than 16 KiB, or its end was long
    in coming.
    """

    service: str
    stream: str
    pid: int
    sequence: int
    at: float
    text: str
    partial: bool = False


class Chunk(Struct, frozen=True):
    """Lines of one stream that came together: `count` of them, the first numbered `first`.

    `data` holds them with their newlines, or is part of one (`partial`), without. Iterating makes
    the lines. `begun` is when the count of the service's lines began, in Unix seconds: of one that
    vanished and came back they are counted anew.
    """

    service: str
    stream: str
    pid: int
    first: int
    at: float
    data: bytes
    count: int = 1
    partial: bool = False
    begun: float = 0.0

    def text(self) -> str:
        """All of it; what is no UTF-8 is shown as what it is, and lines end as ours do."""
        text = self.data.decode("utf-8", "backslashreplace")
        return text.replace("\r\n", "\n") if "\r" in text and not self.partial else text

    def texts(self) -> list[str]:
        """The lines of it, without their ends."""
        return [self.text()] if self.partial else self.text().split("\n")[:-1]

    def __iter__(self) -> Iterator[Line]:
        for sequence, text in enumerate(self.texts(), self.first):
            yield Line(self.service, self.stream, self.pid, sequence, self.at, text, self.partial)

    def last(self, count: int) -> Chunk:
        """At most so many of its lines."""
        if self.count <= count:
            return self
        data = b"\n".join(self.data.rsplit(b"\n", count + 1)[1:])
        first = self.first + self.count - count
        return replace(self, first=first, data=data, count=count)


class Kept:
    """The last `limit` lines of a service, and no more than `KEPT_BYTES` of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._chunks: list[Chunk] = []  # an empty deque is ten times as large
        self._count = 0
        self._size = 0
        self._written: dict[str, int] = {}  # bytes, by stream

    def add(self, chunk: Chunk) -> None:
        self._written[chunk.stream] = self._written.get(chunk.stream, 0) + len(chunk.data)
        chunk = chunk.last(self._limit)
        self._chunks.append(chunk)
        self._count += chunk.count
        self._size += len(chunk.data)
        while self._count - self._chunks[0].count >= self._limit or (
            self._size > KEPT_BYTES and len(self._chunks) > 1
        ):
            dropped = self._chunks.pop(0)
            self._count -= dropped.count
            self._size -= len(dropped.data)

    def last(self, count: int | None) -> tuple[Chunk, ...]:
        """The last lines, oldest first."""
        left = self._limit if count is None else min(count, self._limit)
        found: deque[Chunk] = deque()
        for chunk in reversed(self._chunks):
            if left <= 0:
                break
            found.appendleft(chunk.last(left))
            left -= chunk.count
        return tuple(found)

    def window(self, stream: str) -> tuple[int, bytes]:
        """The kept bytes of one stream, and how many came before them."""
        data = b"".join(chunk.data for chunk in self._chunks if chunk.stream == stream)
        return self._written.get(stream, 0) - len(data), data

    def clear(self) -> None:
        self.__init__(self._limit)


def ends(data: bytes) -> int:
    """How many lines end in it. `data.count` says the same, but takes a time for each byte."""
    return len(data) - len(data.replace(b"\n", b""))
