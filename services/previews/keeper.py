"""Puts servers to sleep that are too many, too big, or not used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import inf

import trio

from services.previews.budget import Limits, Live, excess, idle, next_idle

UNUSED = "nobody looked at it for a while"
MADE_ROOM = "it made room for others"
EVERY = 10.0  # seconds between two measurements of memory, while there is a server


class Keeper:
    """Looks at the moments when something is due, and whenever `look` is called; else it rests.

    `live` are the servers as they are; `measure` finds out what they take; `sleep` ends one, or
    begins to: it is not live any more when the call returns.
    """

    def __init__(
        self,
        limits: Limits,
        live: Callable[[], list[Live]],
        measure: Callable[[], Awaitable[None]],
        sleep: Callable[[str, str], None],
    ) -> None:
        self._limits = limits
        self._live = live
        self._measure = measure
        self._sleep = sleep
        self._changed = trio.Event()

    def look(self) -> None:
        """Something changed that may matter."""
        self._changed.set()

    async def run(self) -> None:
        """Keep the limits until cancelled."""
        measured = -inf
        while True:
            self._changed = trio.Event()
            if self._live() and trio.current_time() >= measured + EVERY:
                await self._measure()
                measured = trio.current_time()
            for server in idle(self._live(), self._limits, trio.current_time()):
                self._sleep(server, UNUSED)
            for server in excess(self._live(), self._limits):
                self._sleep(server, MADE_ROOM)
            live = self._live()
            due = min(next_idle(live, self._limits), measured + EVERY if live else inf)
            with trio.move_on_at(due):
                await self._changed.wait()

    def too_many(self, but: str) -> list[str]:
        """Who must go so that one more, which is `but`, can run."""
        others = [server for server in self._live() if server.id != but]
        return excess(others, self._limits, coming=1)
