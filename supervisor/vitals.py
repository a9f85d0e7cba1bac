"""How all services do besides their states: what they take, what was found, what happened."""

from __future__ import annotations

import time
from collections import deque

import structlog
import trio

from supervisor.cell import Cell
from supervisor.events import Events
from supervisor.happening import Happening, happening
from supervisor.meter import Meter
from supervisor.model import Change
from supervisor.usage import PERIOD, Usage

log = structlog.get_logger()

MOST_HAPPENINGS = 500
SETTLING = 0.5  # seconds


class Vitals:
    """What is kept of one run of the daemon, which `began` then, in Unix seconds.

    `looks` grows whenever a check looked at a service, or what was found of one was forgotten:
    whoever waits on it asks for `Health` then. `restarts` are all since the beginning, `count` is
    how much `happened`, with what is not kept any more.
    """

    def __init__(self, events: Events) -> None:
        self.began = time.time()
        self.usage = Usage()
        self.looks = Cell(0)
        self.restarts = 0
        self.count = 0
        self._events = events
        self._happened: deque[Happening] = deque(maxlen=MOST_HAPPENINGS)
        events.subscribe(self._note)

    @property
    def happened(self) -> tuple[Happening, ...]:
        """The last things that happened, the oldest first."""
        return tuple(self._happened)

    def looked(self) -> None:
        """What the checks say may be different now."""
        self.looks.set(self.looks.value + 1)

    async def measure(self, prefix: str, period: float = PERIOD) -> None:
        """Measure what every service takes, each `period` seconds, until cancelled.

        `prefix` is what the markers of this run begin with. The first time every process of the
        machine is looked at, which waits until services had a moment to begin. Where there is no
        descriptor or no thread left to measure with, a sample is left out, and that is said once.
        """
        meter = Meter(prefix)
        await trio.sleep(min(period, SETTLING))
        last, counted, measured = trio.current_time(), 0, True
        while True:
            leaders = {it.pid: it.name for it in self._events.snapshot if it.pid is not None}
            try:
                taken = await trio.to_thread.run_sync(meter.read, leaders, abandon_on_cancel=True)
            except (OSError, RuntimeError) as error:
                if measured:
                    log.warning("cannot measure what services take", reason=str(error))
                measured = False
            else:
                now, restarts = trio.current_time(), self.restarts
                self.usage.add(time.time(), now - last, restarts - counted, taken)
                last, counted, measured = now, restarts, True
            await trio.sleep(period)

    def _note(self, change: Change) -> None:
        before, now = change.before, change.now
        if now is not None:
            self.restarts += max(0, now.restarts - (before.restarts if before else 0))
        found = happening(change, time.time())
        if found is not None:
            self._happened.append(found)
            self.count += 1
