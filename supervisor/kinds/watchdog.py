"""The longest silence between two signs of life."""

from __future__ import annotations

import math
from collections.abc import Callable

import trio


class Watchdog:
    """`seconds` may change at any time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._heard = 0.0
        self._broken = False
        self._changed = trio.Event()

    def pet(self) -> None:
        self._heard = trio.current_time()

    def allow(self, seconds: float) -> None:
        """Another silence from now on; 0 is any."""
        self.seconds = seconds or math.inf
        self.pet()
        self._wake()

    def trigger(self) -> None:
        """As if it had been silent."""
        self._broken = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = trio.Event()

    async def until_expired(self, catch_up: Callable[[], object]) -> str:
        """Watch from now on; why it expired.

        Before it says so it has all heard that was said, by `catch_up`: whoever watches may
        have been kept busy himself. That costs one wake-up per silence allowed, not one per sign.
        """
        self.pet()
        while not self._broken and trio.current_time() < self._heard + self.seconds:
            with trio.move_on_at(self._heard + self.seconds):
                await self._changed.wait()
            catch_up()
        if self._broken:
            return "watchdog: it triggered it itself"
        return f"watchdog: nothing heard for {self.seconds:g} s"
