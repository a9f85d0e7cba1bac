"""When somebody last did something, and the moment from which that is too long ago."""

from __future__ import annotations

from typing import TypeVar

import trio

from services.idle.decide import seconds_left
from services.messages import Activity, Routes, Turns
from supervisor.cell import Cell

T = TypeVar("T")


class Watch:
    """Looks at the activity and the work of a container; `limit` is in seconds, 0 for never.

    Work are turns, and installations and builds of previews: each ends by itself, in its time.
    """

    def __init__(
        self,
        activity: trio.MemoryReceiveChannel[Activity],
        turns: Cell[Turns | None],
        routes: Cell[Routes | None],
        limit: float,
    ) -> None:
        self._activity = activity
        self._turns = turns
        self._routes = routes
        self._seen = Cell(self._work())
        self._limit = limit
        self._last = trio.current_time()

    @property
    def unused(self) -> float:
        """Seconds since somebody last did something."""
        return trio.current_time() - self._last

    @property
    def idle(self) -> bool:
        """Whether it is time to stop, as things are now; see `seconds_left`."""
        return not self.seconds_left()

    def seconds_left(self) -> float:
        """Seconds until it is time to stop, as things are now.

        Counts what has been sent but waits in the channel, and work that has changed but
        nobody has woken up to: nothing that came before this look is missed.
        """
        work = self._work()
        if self._drained() or work != self._seen.value:
            self._seen.set(work)
            self._last = trio.current_time()
        return seconds_left(self._last, bool(work), trio.current_time(), self._limit)

    async def note_work(self) -> None:
        """Look whenever some work begins or ends; runs until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._note, self._turns)
            nursery.start_soon(self._note, self._routes)

    async def _note(self, board: Cell[T]) -> None:
        while True:
            now = board.value
            self.seconds_left()
            await board.change(now)

    async def until_idle(self) -> None:
        """Return at a moment of idleness, without a checkpoint after the look that found it.

        With a `limit` of 0 that moment never comes, but the channel is emptied all the same.
        """
        while left := self.seconds_left():
            if self._seen.value:
                await self._seen.until(lambda work: not work)
                continue
            await self.pause(left)

    async def pause(self, seconds: float) -> None:
        """Wait for so long, or until somebody does something, which counts."""
        with trio.move_on_after(seconds):
            await self._activity.receive()
            self._last = trio.current_time()

    def _work(self) -> frozenset[str]:
        turns, routes = self._turns.value, self._routes.value
        running = turns.running if turns else frozenset[str]()
        return running | (routes.working if routes else frozenset[str]())

    def _drained(self) -> bool:
        some = False
        while True:
            try:
                self._activity.receive_nowait()
            except trio.WouldBlock:
                return some
            some = True
