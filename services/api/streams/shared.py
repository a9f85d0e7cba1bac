"""One question where many listeners wait for the same answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import random

import trio

from services.api.streams.journals import Batch
from services.api.streams.sse import HEARTBEAT
from services.stopping import unless
from supervisor.desk import Refused

# What comes after an id, waiting so many seconds where there is nothing.
Ask = Callable[[int, float], Awaitable[Batch]]


class _Asked:
    def __init__(self) -> None:
        self.answered = trio.Event()
        self.batch: Batch | None = None
        self.given_up = False


class Shared:
    """Reads one journal, or one scope's, for all who listen to it.

    Those who have come to the same id wait together: one of them asks, and what comes is written
    into bytes once. When that one leaves, the next one asks.
    """

    def __init__(self, ask: Ask, stopping: trio.Event) -> None:
        self._ask = ask
        self._stopping = stopping
        self._asked: dict[int, _Asked] = {}
        self.phase = random()  # when those who listen are written to

    async def read(self, after: int) -> Batch | None:
        """What comes after `after`; None where there will be nothing for now."""
        while (asked := self._asked.get(after)) is not None:
            await asked.answered.wait()
            if not asked.given_up:
                return asked.batch
        self._asked[after] = asked = _Asked()
        asked.given_up = True
        try:
            asked.batch = await self._until_stopping(after)
            asked.given_up = False
        finally:
            del self._asked[after]
            asked.answered.set()
        return asked.batch

    async def _until_stopping(self, after: int) -> Batch | None:
        batch: Batch | None = None
        began = trio.current_time()
        with suppress(Refused):
            batch = await unless(self._stopping, lambda: self._ask(after, HEARTBEAT))
        if batch is None or batch.pieces or batch.reached != after:
            return batch
        # Answered before its time, and without news: whoever is asked is about to end.
        return batch if trio.current_time() - began >= HEARTBEAT else None
