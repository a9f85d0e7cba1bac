"""Every open socket of the front door, in one epoll of its own that one task looks after.

Trio's own `wait_readable` costs a system call and two turns of its loop for each message. Here a
socket is registered once, edge-triggered, for as long as it is open; Trio waits for the inner
epoll alone, and a whole batch of events costs as much as one. Tunnels are served right in the
batch and need no task at all.
"""

from __future__ import annotations

import os
import select
from typing import Protocol

import trio
from trio.lowlevel import wait_readable

BATCH = 64  # events of one look
LOOKS = 4  # at most, between two turns of everything else
BUFFER = 256 * 1024  # bytes
EDGE = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
# The other side will send no more, or the connection is gone.
GONE = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR


class Handler(Protocol):
    """Who is told what becomes of a socket. Neither may wait, nor raise."""

    def notify(self, mask: int) -> None:
        """There is news, as epoll's bits. Edge-triggered: it is not told again."""
        ...

    def overdue(self, now: float) -> bool:
        """Act if a deadline has passed; False when there is none to look at any more."""
        ...


class Switchboard:
    """`buffer` is for whoever receives: it holds until the next one does, so never over an await.

    `tick` is how exactly, in seconds, deadlines are kept. `has_woken` is for handlers to say that
    they have woken a task.
    """

    def __init__(self, tick: float = 1.0) -> None:
        self.has_woken = False
        self.buffer = memoryview(bytearray(BUFFER))
        self._tick = tick
        self._epoll = select.epoll()
        self._handlers: dict[int, Handler] = {}
        self._unfinished: list[Handler] = []
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._bell, select.EPOLLIN | select.EPOLLET)
        self._parked = False
        self._timed: list[Handler] = []
        self._some_timed = trio.Event()

    @property
    def handlers(self) -> tuple[Handler, ...]:
        return tuple(self._handlers.values())

    def add(self, fd: int, handler: Handler) -> None:
        """Tell `handler` of the socket from now on, and of what is there already."""
        self._handlers[fd] = handler
        self._epoll.register(fd, EDGE)

    def hand_over(self, fd: int, handler: Handler) -> None:
        """Tell another one. What the one before was told is not told again."""
        self._handlers[fd] = handler

    def remove(self, fd: int) -> None:
        """Before the socket is closed: whatever gets its number next is another."""
        del self._handlers[fd]
        self._epoll.unregister(fd)

    def again(self, handler: Handler) -> None:
        """Its turn was over before its work: notify it with the next batch."""
        self._unfinished.append(handler)
        if self._parked:
            self._parked = False
            os.eventfd_write(self._bell, 1)

    def watch_deadline(self, handler: Handler) -> None:
        """Ask `handler` about its deadline until it says that it has none."""
        self._timed.append(handler)
        self._some_timed.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_deadlines)
            await self._serve()

    def close(self) -> None:
        """Forget everything; the sockets are closed by whoever has them, and before this."""
        self._epoll.close()
        os.close(self._bell)

    async def _serve(self) -> None:
        handlers = self._handlers
        poll = self._epoll.poll
        looks = 0
        while True:
            events = poll(0, BATCH)
            if self._unfinished:
                unfinished, self._unfinished = self._unfinished, []
                for handler in unfinished:
                    handler.notify(select.EPOLLIN)
            for number, mask in events:
                # One of this batch may have closed another: see tunnel.py.
                handler = handlers.get(number)
                if handler is not None:
                    handler.notify(mask)
            looks += 1
            if events and not self.has_woken and looks < LOOKS:
                continue  # while tunnels were served more has come, and no task wants its turn
            looks = 0
            self.has_woken = False
            if self._unfinished or len(events) == BATCH:
                await trio.lowlevel.checkpoint()
            else:
                self._parked = True
                await wait_readable(self._epoll.fileno())
                self._parked = False

    async def _keep_deadlines(self) -> None:
        while True:
            await self._some_timed.wait()
            await trio.sleep(self._tick)
            now = trio.current_time()
            timed, self._timed = self._timed, []
            self._timed += [handler for handler in timed if handler.overdue(now)]
            if not self._timed:
                self._some_timed = trio.Event()
