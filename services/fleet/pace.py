"""How often AWS is asked again, and for how long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """ECS tells nobody when a task changes: one has to look. `every` is in seconds."""

    every: float = 3.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time

    def within(self, patience: float) -> Iterator[None]:
        """A turn at once and one every so often, the last when `patience` seconds are over."""
        end = self.clock() + patience
        yield
        while (left := end - self.clock()) > 0:
            self.sleep(min(self.every, left))
            yield
