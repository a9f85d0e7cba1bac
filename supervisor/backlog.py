"""What waits to be written by a worker thread, so that nobody waits for whoever is slow."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread

import trio

ROOM = 8 * 1024 * 1024  # bytes
# How long a writer that stands still is waited for, in seconds.
PATIENCE = 1.0
AT_ONCE = 1024 * 1024  # bytes

Write = Callable[[list[bytes]], None]


class Backlog:
    """Bytes of several owners on their way to writers, which one worker thread calls in turn.

    At most `room` bytes wait. An owner may have as many waiting as are free (the dynamic threshold
    of Choudhury and Hahne, 1998): one that floods takes half, and there is always room for the
    others. A writer handles its own errors.
    """

    def __init__(self, name: str, room: int = ROOM) -> None:
        self._name = name
        self._free = room
        self._held: Counter[str] = Counter()
        self._waiting: deque[tuple[str, Write, bytes]] = deque()
        self._waiters: list[tuple[trio.lowlevel.TrioToken, trio.Event]] = []
        self._changed = Condition()
        self._closed = False
        self._since = 0.0  # when the worker last took or finished something
        self._thread: Thread | None = None

    def put(self, owner: str, write: Write, data: bytes) -> bool:
        """Whether there was room for it, and a worker to carry it.

        It waits for nobody, and may be called in any thread. Where no thread can be started, the
        next call tries again.
        """
        with self._changed:
            if self._crowded(owner, len(data)) or not self._has_worker():
                return False
            if not self._held:
                self._since = time.monotonic()
            self._free -= len(data)
            self._held[owner] += len(data)
            self._waiting.append((owner, write, data))
            self._changed.notify()
        return True

    async def relief(self, owner: str, size: int) -> None:
        """Wait until `owner` could put so many bytes, but for no writer that stands still."""
        while self._crowded(owner, size):
            patience = self._since + PATIENCE - time.monotonic()
            event = trio.Event()
            with self._changed:
                if not self._held or patience <= 0:
                    return
                self._waiters.append((trio.lowlevel.current_trio_token(), event))
            with trio.move_on_after(patience):
                await event.wait()

    def close(self, patience: float = 1.0) -> None:
        """Write what waits; give up after so many seconds."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(patience)

    def _crowded(self, owner: str, size: int) -> bool:
        return self._held[owner] + size > self._free

    def _has_worker(self) -> bool:
        if self._thread is None:
            thread = Thread(target=self._carry, name=self._name, daemon=True)
            try:
                thread.start()
            except RuntimeError:  # as many are there as may be
                return False
            self._thread = thread
        return True

    def _carry(self) -> None:
        while taken := self._take():
            write = taken[0][1]
            write([data for _, _, data in taken])
            self._give_back(taken)

    def _take(self) -> list[tuple[str, Write, bytes]]:
        """What waits for one writer, in order."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._since = time.monotonic()
            taken: list[tuple[str, Write, bytes]] = []
            size = 0
            writer = self._waiting[0][1] if self._waiting else None
            while self._waiting and self._waiting[0][1] == writer and size < AT_ONCE:
                taken.append(self._waiting.popleft())
                size += len(taken[-1][2])
            return taken

    def _give_back(self, taken: list[tuple[str, Write, bytes]]) -> None:
        with self._changed:
            for owner, _, data in taken:
                self._free += len(data)
                self._held[owner] -= len(data)
                if not self._held[owner]:
                    del self._held[owner]
            self._since = time.monotonic()
            waiters, self._waiters = self._waiters, []
        for token, event in waiters:
            with suppress(trio.RunFinishedError):
                token.run_sync_soon(event.set)
