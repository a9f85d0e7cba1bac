"""Lines to a descriptor that may be slow, or gone, without anybody waiting for it."""

from __future__ import annotations

import os
import select
from collections import deque
from contextlib import suppress
from threading import Condition, Thread

ROOM = 4 * 1024 * 1024  # bytes


class Sink:
    """Where the log goes.

    A worker thread writes them; at most `room` bytes wait for it. What finds no room is counted,
    and the count is written as soon as there is some.
    """

    def __init__(self, descriptor: int, room: int = ROOM) -> None:
        self._descriptor = descriptor
        self._room = room
        self._waiting: deque[bytes] = deque()
        self._lost = 0
        self._closed = False
        self._changed = Condition()
        self._thread = Thread(target=self._carry, name="log", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Take whole lines; for `structlog.WriteLogger`."""
        lines = text.encode("utf-8", "backslashreplace")
        with self._changed:
            if len(lines) > self._room:
                self._lost += 1
                return
            self._room -= len(lines)
            self._waiting.append(lines)
            self._changed.notify()

    def flush(self) -> None:
        """Nothing: `write` waits for nobody."""

    def close(self, patience: float = 1.0) -> None:
        """Write what waits; give up after so many seconds."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(patience)

    def _carry(self) -> None:
        while lines := self._next():
            with suppress(OSError):  # nobody reads any more: no reason to end anything
                self._write_all(lines)

    def _next(self) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            lines = b"".join(self._waiting)
            self._waiting.clear()
            self._room += len(lines)
            if self._lost:
                lines += b'{"event":"log lines lost","level":"warning","lost":%d}\n' % self._lost
                self._lost = 0
        return lines

    def _write_all(self, lines: bytes) -> None:
        rest = memoryview(lines)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # whoever shares a terminal with us can make it so
                select.select((), (self._descriptor,), ())
