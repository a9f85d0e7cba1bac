"""What goes wrong, when and for how long: all of it by the seed, but for time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from random import Random

import trio

from tests.chaos.turns.tally import Tally

PAUSE = (0.4, 2.0)  # seconds between two faults; several last at a time


class Storm:
    """Each of `faults` takes the storm's generator, and undoes what it did before it returns,
    also where it is cancelled. `bag` has each of their names as often as it is to come.
    """

    def __init__(
        self,
        rng: Random,
        faults: Mapping[str, Callable[[Random], Awaitable[bool]]],
        bag: tuple[str, ...],
        tally: Tally,
    ) -> None:
        self._rng = rng
        self._faults = faults
        self._bag = bag
        self._left: list[str] = []
        self._tally = tally

    async def rage(self, seconds: float) -> None:
        """One fault after the other, for so long; then nothing is wrong any more."""
        with trio.move_on_after(seconds):
            async with trio.open_nursery() as nursery:
                while True:
                    nursery.start_soon(self._strike, self._next(), Random(self._rng.random()))
                    await trio.sleep(self._rng.uniform(*PAUSE))

    def _next(self) -> str:
        if not self._left:
            self._left = self._rng.sample(self._bag, len(self._bag))
        return self._left.pop()

    async def _strike(self, name: str, rng: Random) -> None:
        self._tally.kills[name] += 1
        if not await self._faults[name](rng):
            self._tally.kills[name] -= 1
