"""From kill -9 to the replacement, of a child that lived long enough to be restarted at once."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import ExitStack

from tests.benchmarks.field import Field
from tests.benchmarks.figures import Aim, Figure, percentile
from tests.benchmarks.journal import Entry
from tests.benchmarks.running import Running

MEDIAN = Figure("restart", "kill -9 to replacement, p50", "ms", (Aim("runit"),))
TAIL = Figure("restart", "kill -9 to replacement, p90", "ms", summary=percentile(90))
# Those that restart at once do so within this; for others nobody waits while their second passes.
GLANCE = 0.05


class Victim:
    """One supervisor's only child, and when it was killed (ns) if its successor is not there."""

    def __init__(self, running: Running) -> None:
        running.until_up()
        self._journal = running.journal
        self._child: Entry = running.journal.entries[-1]
        self._killed: int | None = None

    @property
    def gone(self) -> bool:
        return self._killed is not None

    def kill_after(self, life: float) -> None:
        time.sleep(max(0.0, life - (time.monotonic_ns() - self._child.at) / 1e9))
        time.sleep(random.uniform(0, 0.1))  # in step with nobody's tick
        self._killed = time.monotonic_ns()
        os.kill(self._child.pid, signal.SIGKILL)

    def restarted(self, within: float) -> float | None:
        """Wait for the successor; ms from the kill, or None if it is not there in time."""
        deadline = time.monotonic() + within
        while self._killed is not None and time.monotonic() < deadline:
            for child in self._journal.read():
                took, self._child = (child.at - self._killed) / 1e6, child
                self._killed = None
                return took
            time.sleep(0.001)
        return None


def measure(field: Field) -> None:
    """All supervisors are up at once, and one child after the other is killed."""
    victims: dict[str, Victim] = {}
    with ExitStack() as everybody:
        for peer in field.rounds("restart", 1):
            with field.trying("restart", peer):
                started = field.supervised("restart", peer, 1, "idle", fast=True)
                victims[peer.name] = Victim(everybody.enter_context(started))

        def look(name: str, within: float) -> None:
            if (took := victims[name].restarted(within)) is not None:
                field.results.add(MEDIAN, name, took)
                field.results.add(TAIL, name, took)

        for _ in range(field.sizes.kills):
            for name in tuple(victims):
                victims[name].kill_after(field.sizes.life)
                look(name, GLANCE)
            for name in tuple(victims):
                look(name, 5.0)
                if victims[name].gone:
                    field.results.lacks("restart", name, "did not restart its child within 5 s")
                    del victims[name]
