"""What happened so far, in numbers that only grow: counted as it happens, read when asked."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter, defaultdict
from itertools import accumulate
from signal import Signals
from typing import Any

from msgspec import Struct, field

from supervisor.control import Control, Looked
from supervisor.desk import Request
from supervisor.events import Events
from supervisor.model import Change, ServiceStatus, State

ALIVE = frozenset({State.STARTING, State.RUNNING, State.STOPPING})
# Seconds. A program may need half a minute to get ready, and is reaped within milliseconds.
READY_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
GONE_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class Durations(Struct):
    """A histogram of seconds. `counts` has one more than `bounds`: what is longer than all."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list[int])
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds

    @property
    def cumulative(self) -> list[tuple[str, float]]:
        """As Prometheus has it: each bound with how many were at most as long."""
        names = [*(f"{bound:g}" for bound in self.bounds), "+Inf"]
        return [*zip(names, map(float, accumulate(self.counts)), strict=True)]


class ServiceCounts(Struct):
    """Of one service since it appeared: starts by hand do not set anything back."""

    starts: int = 0
    restarts: int = 0
    exits: Counter[str] = field(default_factory=Counter[str])
    ready: Durations = field(default_factory=lambda: Durations(READY_BOUNDS))
    gone: Durations = field(default_factory=lambda: Durations(GONE_BOUNDS))


class Metrics:
    """Counts from its creation on. A service that vanished takes its numbers along, so that
    instances that come and go do not pile up.
    """

    def __init__(self, events: Events, control: Control) -> None:
        self.began = time.time()
        self.services: defaultdict[str, ServiceCounts] = defaultdict(ServiceCounts)
        self.commands: Counter[str] = Counter()
        self.looks: Counter[tuple[str, str, str]] = Counter()  # check, service, result
        for status in events.snapshot:
            self._count(Change(None, status))
        events.subscribe(self._count)
        control.listen(self._heard)

    def _count(self, change: Change) -> None:
        before, now = change.before, change.now
        if now is None:
            self._forget(change.name)
            return
        counts = self.services[now.name]
        was = before.state if before else State.STOPPED
        if now.state is State.STARTING and was is not State.STARTING:
            counts.starts += 1
        counts.restarts += max(0, now.restarts - (before.restarts if before else 0))
        if now.state is State.RUNNING and was is not State.RUNNING and now.ready_after is not None:
            counts.ready.add(now.ready_after)
        if was in ALIVE and now.state not in ALIVE:
            counts.exits[_cause(now)] += 1
            if now.gone_after is not None:
                counts.gone.add(now.gone_after)

    def _forget(self, service: str) -> None:
        self.services.pop(service, None)
        for key in [key for key in self.looks if key[1] == service]:
            del self.looks[key]

    def _heard(self, request: Request[Any]) -> None:
        if not isinstance(request, Looked):
            self.commands[type(request).__name__] += 1
        elif request.service in self.services:
            result = "passed" if request.passed else "failed"
            self.looks[request.check, request.service, result] += 1


def _cause(status: ServiceStatus) -> str:
    """How a life ended: an exit code, a signal's name, or for a coroutine how it left."""
    code = status.exit_code
    if code is None:
        bad = status.failed or status.state is State.BACKOFF
        return "failed" if bad else "completed"
    if code >= 0:
        return str(code)
    try:
        return Signals(-code).name
    except ValueError:
        return f"SIG{-code}"
