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
# By how much each may rise in a whole run, however long: an allocator, a pool of connections or of
# worker threads is never twice the same. Of a leak of 0.4 KB in 10,000 it is as much.
# How long something takes says as much of who else is at work on the machine as of us: that is
# told, and nothing fails for it. What it costs of a processor is ours.
ONCE = {
    "KB of memory": 4096.0,
    "descriptors": 8.0,
    "threads": 6.0,
    "tasks": 16.0,
    "ms of processor for each": 10.0,
}
# What rises by its nature, by so much with each: a turn is kept in memory, since its thread's list
# and its backend ask for it (2 KB of objects, and what an allocator leaves between them); its lines
# are in the journal, its files and its commit in git.
BY_NATURE = {("turns", "KB of memory"): 6.0}
JOURNAL, GIT, FILES = 6.0, 4.0, 8.0  # KB, KB and files


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


def bound(name: str, what: str, done: float) -> float:
    """By how much that may have risen when so many are done."""
    return ONCE[what] + BY_NATURE.get((name, what), 0.0) * done


def rises(seen: Seen) -> Iterator[Promise]:
    """None of it rises by more than its bound, as far as that can be told from noise: nothing is
    promised of what was seen too seldom.
    """
    series = seen.series()
    done = seen.looks[-1].done
    for what in ONCE:
        found = trend(series[what])
        if found is not None:
            text = f"{what} more after {done:,} {seen.name}: {_in(found.slope, done)}, at least"
            yield Promise(text, _in(found.low, done), bound(seen.name, what, done), least=-inf)
    zombies = max(look.zombies for look in seen.looks)
    yield Promise("zombies: lives that have just ended", zombies, 4)
    if seen.name == "turns":
        yield from _on_the_volume(seen.volumes[0], seen.volumes[-1])


def _on_the_volume(first: Volume, last: Volume) -> Iterator[Promise]:
    """What each turn leaves there."""
    done = last.done - first.done
    yield Promise("KB of a journal for each turn", (last.journals - first.journals) / done, JOURNAL)
    yield Promise("KB of git for each turn", (last.git - first.git) / done, GIT)
    yield Promise("files of git for each turn", (last.git_files - first.git_files) / done, FILES)


def _in(slope: float, done: float) -> float:
    """How much a slope comes to."""
    return round(slope * done / 1000, 2)
