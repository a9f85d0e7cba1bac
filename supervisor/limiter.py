"""A storm of one event costs a bounded number of records, and one that counts the others."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import structlog
from structlog.typing import EventDict, WrappedLogger

PERIOD = 1.0  # seconds
MOST = 10  # of an event of a service within a period
LEFT_OUT = "log events left out"


class Limiter:
    """A processor for structlog. How many were left out is told with the next event of any kind.

    An error is never left out: that a service is FATAL, above all, is what a storm ends in.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun = clock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def __call__(self, _logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        if event.get("event") == LEFT_OUT or method == "error":
            return event
        if self._clock() - self._begun >= PERIOD:
            self.tell()
        kind = str(event.get("event")), str(event.get("service", ""))
        self._counts[kind] += 1
        if self._counts[kind] > MOST:
            raise structlog.DropEvent
        return event

    def tell(self) -> None:
        """Say what was left out, and begin a new period."""
        counts, self._counts = self._counts, Counter()
        self._begun = self._clock()
        for (event, service), count in counts.items():
            if count > MOST:
                whose = {"service": service} if service else {}
                structlog.get_logger().warning(LEFT_OUT, of=event, count=count - MOST, **whose)
