"""What children write: lines to the log, the last ones kept, and whoever follows told."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Generator
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
        *whole, self._rest = (self._rest + data).split(b"\n")
        lines = [part for line in whole for part in _cut(line)]
        while len(self._rest) > LINE_LIMIT:
            lines.append((_text(self._rest[:LINE_LIMIT]), True))
            self._rest = self._rest[LINE_LIMIT:]
        return lines

    def flush(self) -> list[tuple[str, bool]]:
        """What is left when the stream ends without a newline."""
        rest, self._rest = self._rest, b""
        return [(_text(rest), False)] if rest else []


def _cut(line: bytes) -> list[tuple[str, bool]]:
    pieces = [line[i : i + LINE_LIMIT] for i in range(0, len(line), LINE_LIMIT)] or [b""]
    return [(_text(piece), n + 1 < len(pieces)) for n, piece in enumerate(pieces)]


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "backslashreplace")


class Output:
    """Every service's lines. `write` is told each one; the last `keep` are kept per service."""

    def __init__(self, write: Callable[[Line], None], keep: int = 200) -> None:
        self._write = write
        self._sequences: defaultdict[str, int] = defaultdict(int)
        self._kept: defaultdict[str, deque[Line]] = defaultdict(partial(deque[Line], maxlen=keep))
        self._followers: defaultdict[str, set[trio.MemorySendChannel[Line]]] = defaultdict(set)

    def tail(self, service: str) -> tuple[Line, ...]:
        """The last lines of a service, oldest first."""
        return tuple(self._kept.get(service, ()))

    def forget(self, service: str) -> None:
        """Drop what is kept of a service that vanished."""
        self._kept.pop(service, None)
        self._sequences.pop(service, None)

    @contextmanager
    def follow(
        self, service: str, capacity: int = 256
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
            for follower in self._followers.get(service, ()):
                try:
                    follower.send_nowait(line)
                except trio.WouldBlock:
                    continue
