"""What every service took in the last hour, in columns."""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Mapping

from msgspec import Struct, field

from supervisor.cell import Cell
from supervisor.meter import Taken

PERIOD = 10.0  # seconds
MOST = 360
# Of services that have nothing running: builds and installations come and go all day.
MOST_AT_REST = 32


class Sample(Struct, frozen=True):
    """What was measured at one moment, in Unix seconds.

    `cores` is what each service took of a processor since the sample before, 1.0 for all of one;
    `restarts` is how many lives began since then because the one before broke.
    """

    at: float
    restarts: int
    taken: Mapping[str, Taken]
    cores: Mapping[str, float]


class Column(Struct, frozen=True):
    """Of one service the values from sample number `first` on; None where it had no process."""

    first: int
    cores: list[float | None]
    memory: list[int | None]


class Columns(Struct, frozen=True):
    """The hour: when was measured, and of each time the restarts and what each service took."""

    at: list[float] = field(default_factory=list[float])
    restarts: list[int] = field(default_factory=list[int])
    services: dict[str, Column] = field(default_factory=dict[str, Column])


class _Column:
    """The values of a service, the last one at the latest sample that it has a value of."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.cores = array("f")
        self.memory = array("Q")

    @property
    def end(self) -> int:
        return self.first + len(self.cores)

    def put(self, number: int, cores: float, memory: int) -> None:
        missing = number - self.end
        self.cores.extend([math.nan] * missing + [cores])
        self.memory.extend([0] * missing + [memory])

    def forget_before(self, number: int) -> None:
        gone = max(0, number - self.first)
        del self.cores[:gone]
        del self.memory[:gone]
        self.first += gone

    def told(self, start: int) -> Column:
        cores = [None if math.isnan(value) else round(value, 4) for value in self.cores]
        memory = [
            None if core is None else value for core, value in zip(cores, self.memory, strict=True)
        ]
        return Column(self.first - start, cores, memory)


class Usage:
    """The last samples: `latest`, for whoever waits for the next one, and the `columns` of all."""

    def __init__(self, most: int = MOST, most_at_rest: int = MOST_AT_REST) -> None:
        self.latest: Cell[Sample | None] = Cell(None)
        self._most = most
        self._most_at_rest = most_at_rest
        self._number = 0  # of the next sample
        self._at: deque[float] = deque(maxlen=most)
        self._restarts: deque[int] = deque(maxlen=most)
        self._services: dict[str, _Column] = {}

    def add(self, at: float, seconds: float, restarts: int, taken: Mapping[str, Taken]) -> None:
        """Take in what was measured, so many `seconds` after the last time."""
        last = self.latest.value
        cores: dict[str, float] = {}
        for name, now in taken.items():
            before = last.taken.get(name) if last else now  # the first time nobody knows since when
            ran = now.cpu - (before.cpu if before else 0.0)
            cores[name] = max(0.0, ran) / seconds if seconds else 0.0
            column = self._services.setdefault(name, _Column(self._number))
            column.put(self._number, cores[name], now.memory)
        self._number += 1
        self._at.append(at)
        self._restarts.append(restarts)
        self._forget()
        self.latest.set(Sample(at, restarts, dict(taken), cores))

    @property
    def columns(self) -> Columns:
        start = self._number - len(self._at)
        services = {name: column.told(start) for name, column in self._services.items()}
        return Columns([*self._at], [*self._restarts], services)

    def _forget(self) -> None:
        for name, column in tuple(self._services.items()):
            column.forget_before(self._number - self._most)
            if not column.cores:
                del self._services[name]
        resting = [name for name, column in self._services.items() if column.end < self._number]
        resting.sort(key=lambda name: self._services[name].end)
        for name in resting[: max(0, len(resting) - self._most_at_rest)]:
            del self._services[name]
