"""When somebody last did something, and the moment from which that is too long ago."""

from __future__ import annotations

import trio

from services.idle.decide import seconds_left
from services.messages import Activity, Turns
from supervisor.cell import Cell


class Watch:
    """Looks at the activity and the turns of a container; `limit` is in seconds, 0 for never."""

    def __init__(
        self,
        activity: trio.MemoryReceiveChannel[Activity],
        turns: Cell[Turns | None],
        limit: float,
    ) -> None:
        self._activity = activity
        self._turns = turns
        self._seen = turns.value
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

        Counts what has been sent but waits in the channel, and turns that have changed but
        nobody has woken up to: nothing that came before this look is missed.
        """
        if self._drained() or self._turns.value != self._seen:
            self._seen = self._turns.value
            self._last = trio.current_time()
        return seconds_left(self._last, self._held(), trio.current_time(), self._limit)

    async def note_turns(self) -> None:
        """Look whenever a turn begins or ends; runs until cancelled."""
        while True:
            await self._turns.change(self._seen)
            self.seconds_left()

    async def until_idle(self) -> None:
        """Return at a moment of idleness, without a checkpoint after the look that found it.

        With a `limit` of 0 that moment never comes, but the channel is emptied all the same.
        """
        while left := self.seconds_left():
            if self._held():
                await self._turns.until(lambda _: not self._held())
                continue
            await self.pause(left)

    async def pause(self, seconds: float) -> None:
        """Wait for so long, or until somebody does something, which counts."""
        with trio.move_on_after(seconds):
            await self._activity.receive()
            self._last = trio.current_time()

    def _held(self) -> bool:
        turns = self._turns.value
        return bool(turns and turns.running)

    def _drained(self) -> bool:
        some = False
        while True:
            try:
                self._activity.receive_nowait()
            except trio.WouldBlock:
                return some
            some = True
