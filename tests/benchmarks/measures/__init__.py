"""The benchmarks, in the order in which they run. Each puts its samples into the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.benchmarks.field import Field
from tests.benchmarks.measures import capture, idle, memory, orphans, restart, start, stop

MEASURES: Mapping[str, Callable[[Field], None]] = {
    "start": start.measure,
    "restart": restart.measure,
    "idle": idle.measure,
    "memory": memory.measure,
    "capture": capture.measure,
    "stop": stop.measure,
    "deaf": stop.measure_deaf,
    "orphans": orphans.measure,
}
