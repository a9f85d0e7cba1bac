"""What can be seen of a daemon from outside while it works: how soon it answers, what it holds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.benchmarks import procfs
from tests.endurance.world import World

PAUSE = 0.01  # seconds between two questions
EVERY = 10  # questions between two looks
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Look:
    """What the daemon holds. `memory` is MB of its own, without what is mapped from files;
    `opened` are the descriptors one by one.
    """

    memory: float
    opened: tuple[str, ...]
    threads: int
    children: int
    zombies: int
    flooded: float  # MB in the flood's files

    @property
    def descriptors(self) -> int:
        return len(self.opened)


def look(world: World) -> Look:
    # First, so that where nothing is written any more the descriptors are of a time after it.
    flooded = world.flooded() / MB
    children = procfs.children(world.pid)
    return Look(
        memory=procfs.own_mb(world.pid),
        opened=tuple(procfs.opened(world.pid)),
        threads=procfs.threads(world.pid),
        children=len(children),
        zombies=sum(map(procfs.is_zombie, children)),
        flooded=flooded,
    )


@dataclass(slots=True)
class Watch:
    """What was seen for a while: looks, and in how many seconds each question was answered."""

    looks: list[Look] = field(default_factory=list[Look])
    answers: list[float] = field(default_factory=list[float])
    restarts: int = 0

    def watch(self, world: World, until: Callable[[], bool], within: float) -> None:
        """Ask how everybody is, again and again, until that is so; in seconds, or it fails."""
        began = time.monotonic()
        while True:
            time.sleep(PAUSE)
            if len(self.answers) % EVERY == 0:
                self.looks.append(look(world))
            asked = time.monotonic()
            statuses = {status["name"]: status for status in world.client.services()}
            self.answers.append(time.monotonic() - asked)
            self.restarts = statuses["looper"]["restarts"]
            if len(self.answers) % EVERY == 0 and until():
                return
            if asked - began > within:
                raise TimeoutError(f"waited for {within:g} s: {statuses}, {self.looks[-1]}")

    def most(self, what: str) -> float:
        return max(getattr(look, what) for look in self.looks)

    def least(self, what: str) -> float:
        return min(getattr(look, what) for look in self.looks)

    def is_calm(self, looks: int) -> bool:
        """Whether so many looks in a row found as much in the flood's files as there is now.

        A service that has ended leaves MB behind that are still to be written, and while a full
        file is put aside, none is open.
        """
        return len({look.flooded for look in self.looks[-looks:]}) == 1 and len(self.looks) >= looks

    def opened(self, looks: int) -> tuple[str, ...]:
        """The fewest descriptors that one of the last looks found.

        Another may have met with a connection that was just closing.
        """
        return min((look.opened for look in self.looks[-looks:]), key=len)

    def __str__(self) -> str:
        ms = sorted(1000 * seconds for seconds in self.answers)
        return (
            f"{self.restarts:6} restarts; {len(ms)} answers,"
            f" p50 {ms[len(ms) // 2]:.1f} p99 {ms[len(ms) * 99 // 100]:.1f} max {ms[-1]:.1f} ms;"
            f" {self.most('memory'):.1f} MB, {self.most('descriptors'):g} descriptors at most"
        )
