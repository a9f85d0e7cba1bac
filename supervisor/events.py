"""What happened: every change of a status, to whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

import trio

from supervisor.model import Change, ServiceStatus

Watch = tuple[tuple[ServiceStatus, ...], trio.MemoryReceiveChannel[Change]]


class Events:
    """A table of statuses and its changes. Publishing never waits.

    A watcher that falls behind is cut off, not waited for: it sees the end of its channel and
    may watch again from a fresh snapshot.
    """

    def __init__(self) -> None:
        self._table: dict[str, ServiceStatus] = {}
        self._watchers: set[trio.MemorySendChannel[Change]] = set()
        self._subscribers: list[Callable[[Change], None]] = []

    @property
    def snapshot(self) -> tuple[ServiceStatus, ...]:
        return tuple(self._table.values())

    def get(self, name: str) -> ServiceStatus | None:
        return self._table.get(name)

    def publish(self, status: ServiceStatus) -> None:
        """Announce a service as it now is; an equal status says nothing."""
        before = self._table.get(status.name)
        if before != status:
            self._table[status.name] = status
            self._send(Change(before, status))

    def remove(self, name: str) -> None:
        """Announce that a service vanished."""
        before = self._table.pop(name, None)
        if before is not None:
            self._send(Change(before, None))

    def subscribe(self, callback: Callable[[Change], None]) -> None:
        """Call back at every change from now on, before anybody else can act. It must not wait."""
        self._subscribers.append(callback)

    def _send(self, change: Change) -> None:
        for callback in self._subscribers:
            callback(change)
        for watcher in tuple(self._watchers):
            try:
                watcher.send_nowait(change)
            except (trio.WouldBlock, trio.BrokenResourceError):  # too slow, or no longer there
                self._watchers.discard(watcher)
                watcher.close()

    @contextmanager
    def watch(self, capacity: int = 1024) -> Generator[Watch]:
        """The statuses of this moment, and a channel of every change after it."""
        send, receive = trio.open_memory_channel[Change](capacity)
        self._watchers.add(send)
        try:
            with send, receive:
                yield self.snapshot, receive
        finally:
            self._watchers.discard(send)
