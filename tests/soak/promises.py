"""What is promised of a daemon that does the same for a whole day, beside what was found. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from tests.endurance.promise import Promise
from tests.soak.trend import Point, trend, windows
from tests.soak.watching import Look, Volume

PARTS = 40  # of a run, for each of which is seen what it cost
# For a thousand of whatever is done. What can be noise is no leak: see `trend`.
MEMORY = {"turns": 4096.0}  # KB: what a turn said and did is kept, since it is asked for
MEMORY_OF_OTHERS = 64.0
# ms on a processor. How long something takes says as much of who else is at work on the machine:
# that is told, and nothing fails for it.
COST = 1.0
STEADY = 0.5  # of a descriptor, a thread, a task
# Files and KB that one turn leaves: objects of git, and lines of the journal.
FILES, GIT, JOURNAL = 8.0, 8.0, 8.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen while it was done."""

    name: str
    looks: list[Look]
    volumes: list[Volume]
    took: list[Point]

    def series(self) -> Mapping[str, list[Point]]:
        """What is to be flat, by its name and unit."""

        def of(seen: Callable[[Look], float]) -> list[Point]:
            return [(look.done, seen(look)) for look in self.looks]

        looked = {
            "KB of memory": of(lambda look: look.memory * 1024),
            "descriptors": of(lambda look: look.descriptors),
            "threads": of(lambda look: look.threads),
            "tasks": of(lambda look: look.tasks),
            "ms to answer /health": of(lambda look: look.health),
            "ms to answer a list": of(lambda look: look.listing),
        }
        took = [(done, seconds * 1000) for done, seconds in windows(self.took)]
        return looked | {"ms of processor for each": costs(self.looks), "ms for each": took}


def costs(looks: Sequence[Look]) -> list[Point]:
    """What was spent on each, between looks far enough apart that something was done."""
    size = max(1, len(looks) // PARTS)
    few = looks[::size]
    return [
        (after.done, (after.spent - before.spent) / (after.done - before.done))
        for before, after in pairwise(few)
        if after.done > before.done
    ]


def bounds(name: str) -> Mapping[str, float]:
    return {
        "KB of memory": MEMORY.get(name, MEMORY_OF_OTHERS),
        "descriptors": STEADY,
        "threads": STEADY,
        "tasks": STEADY,
        "ms of processor for each": COST,
    }


def slopes(seen: Seen) -> Iterator[Promise]:
    """None of it rises by more than its bound, as far as that can be told from noise: nothing is
    promised of what was seen too seldom.
    """
    series = seen.series()
    for what, bound in bounds(seen.name).items():
        found = trend(series[what])
        if found is None:
            continue
        text = f"{what} for 1,000 {seen.name} ({found.slope:.3g}, up to {found.high:.3g}), at least"
        yield Promise(text, round(found.low, 3), bound, least=-inf)
    zombies = max(look.zombies for look in seen.looks)
    yield Promise("zombies: lives that have just ended", zombies, 4)
