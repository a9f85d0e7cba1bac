"""What children write: lines to the log, the last ones kept, and whoever follows told."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial

import trio
from msgspec import Struct

LINE_LIMIT = 16 * 1024
CHUNK = 64 * 1024


class Line(Struct, frozen=True):
    """One line of one stream. `sequence` counts the service's lines; `at` is Unix seconds.

    `partial` says that the line was longer than 16 KiB and goes on in the next record.
    """

    service: str
    stream: str
    pid: int
    sequence: int
    at: float
    text: str
    partial: bool = False


class Assembler:
    """Bytes in, whole lines out: never cut at a buffer's border, cut at `LINE_LIMIT`."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[str, bool]]:
        """The lines that `data` completes, each with whether it goes on in the next."""
        *whole, begun = (self._rest + data).split(b"\n")
        lines: list[tuple[str, bool]] = []
        for line in whole:
            pieces, end = _cut(line)
            lines += [*((piece, True) for piece in pieces), (_text(end.removesuffix(b"\r")), False)]
        pieces, self._rest = _cut(begun)
        return lines + [(piece, True) for piece in pieces]

    def flush(self) -> list[tuple[str, bool]]:
        """What is left when the stream ends without a newline."""
        rest, self._rest = self._rest, b""
        return [(_text(rest.removesuffix(b"\r")), False)] if rest else []


def _cut(line: bytes) -> tuple[list[str], bytes]:
    """The full pieces of a long line, and its end. A closing CR may belong to the newline."""
    pieces: list[str] = []
    while len(line.removesuffix(b"\r")) > LINE_LIMIT:
        border = LINE_LIMIT
        while border > LINE_LIMIT - 3 and line[border] & 0xC0 == 0x80:
            border -= 1  # not within a character of UTF-8
        pieces.append(_text(line[:border]))
        line = line[border:]
    return pieces, line


def _text(line: bytes) -> str:
    return line.decode("utf-8", "backslashreplace")


class Output:
    """Every service's lines. `write` is told each one; the last `keep` are kept per service."""

    def __init__(self, write: Callable[[Line], None], keep: int = 200) -> None:
        self._write = write
        self._sequences: defaultdict[str, int] = defaultdict(int)
        self._kept: defaultdict[str, deque[Line]] = defaultdict(partial(deque[Line], maxlen=keep))
        self._followers: defaultdict[str | None, set[trio.MemorySendChannel[Line]]] = defaultdict(
            set
        )

    @property
    def lost(self) -> Mapping[str, int]:
        """Lines that were dropped, by service or sink."""
        return {}

    def tail(self, service: str, lines: int | None = None) -> tuple[Line, ...]:
        """The last lines of a service, oldest first."""
        kept = tuple(self._kept.get(service, ()))
        return kept if lines is None else kept[max(0, len(kept) - lines) :]

    def window(self, service: str, stream: str) -> tuple[int, bytes]:
        """The kept bytes of a stream, and how many came before them."""
        lines = [line.text for line in self.tail(service) if line.stream == stream]
        return 0, b"".join(text.encode() + b"\n" for text in lines)

    def clear(self, service: str) -> None:
        """Drop what is kept."""
        self._kept.pop(service, None)

    def forget(self, service: str) -> None:
        """Drop what is kept of a service that vanished."""
        self._kept.pop(service, None)
        self._sequences.pop(service, None)

    @contextmanager
    def follow(
        self, service: str | None, capacity: float = 256
    ) -> Generator[trio.MemoryReceiveChannel[Line]]:
        """Lines from now on. A follower that falls behind misses some: `sequence` shows it."""
        send, receive = trio.open_memory_channel[Line](capacity)
        self._followers[service].add(send)
        try:
            with send, receive:
                yield receive
        finally:
            self._followers[service].discard(send)
            if not self._followers[service]:
                del self._followers[service]

    async def drain(
        self, source: trio.abc.ReceiveStream, service: str, pid: int, stream: str
    ) -> None:
        """Read a stream to its end. Cancelling it loses no line that was read."""
        assembler = Assembler()
        try:
            while data := await source.receive_some(CHUNK):
                self._add(service, pid, stream, assembler.feed(bytes(data)))
        finally:
            self._add(service, pid, stream, assembler.flush())

    def _add(self, service: str, pid: int, stream: str, lines: list[tuple[str, bool]]) -> None:
        for text, partial_line in lines:
            self._sequences[service] += 1
            line = Line(
                service, stream, pid, self._sequences[service], time.time(), text, partial_line
            )
            self._kept[service].append(line)
            self._write(line)
            for follower in (
                *self._followers.get(service, ()),
                *self._followers.get(None, ()),
            ):
                try:
                    follower.send_nowait(line)
                except trio.WouldBlock:
                    continue
