"""The run itself: rounds in which all of it goes wrong at once, with a rest before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.endurance.watching import Watch
from tests.endurance.world import World

LOOKS = 10  # at a daemon at rest, with nothing that waits to be written any more


@dataclass(frozen=True, slots=True)
class Sizes:
    """In each round at least so many restarts, and so many lines lost on the way to the log.

    Half a round that takes more than so many seconds will come to nothing.
    """

    rounds: int
    restarts: int
    lost: int
    patience: float


FULL = Sizes(rounds=10, restarts=1000, lost=1_000_000, patience=300.0)
SHORT = Sizes(rounds=2, restarts=50, lost=1000, patience=60.0)


class Trial:
    """One round to warm up, a rest, then the rounds that count, and a rest again."""

    def __init__(self, world: World, sizes: Sizes) -> None:
        self.world = world
        self.sizes = sizes
        self.warm = Watch()
        self.rest = Watch()
        self.rounds = [Watch() for _ in range(sizes.rounds)]
        self.rest_again = Watch()

    def run(self) -> Iterator[Watch]:
        """Each round, when it is over; after the last one, everything is at rest."""
        self.world.start()
        yield self._round(self.warm, self.sizes.restarts)
        self._rest(self.rest)
        self.world.start()
        for number, watch in enumerate(self.rounds, 1):
            yield self._round(watch, number * self.sizes.restarts)
        self._rest(self.rest_again)

    def _round(self, watch: Watch, restarts: int) -> Watch:
        before = self.world.lost()

        def has_lost() -> bool:
            now = self.world.lost()
            return now.flood - before.flood >= self.sizes.lost and now.diary > before.diary

        self.world.die()
        watch.watch(self.world, has_lost, self.sizes.patience)
        self.world.revive()
        size = self.world.diary.stat().st_size

        def goes_on() -> bool:
            return watch.restarts >= restarts and self.world.diary.stat().st_size > size

        watch.watch(self.world, goes_on, self.sizes.patience)
        return watch

    def _rest(self, watch: Watch) -> None:
        self.world.stop()
        watch.watch(self.world, lambda: watch.is_calm(LOOKS), self.sizes.patience)
