"""What a series of looks amounts to: by how much it rises, whatever noise is on it. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

WARM_UP = 0.25  # of a series: caches fill, an allocator finds its size
FEW = 30  # points after it
CONFIDENCE = 1.96  # standard deviations on either side: 95 %
WINDOWS = 100

Point = tuple[float, float]  # how much was done by then, and what was seen


@dataclass(frozen=True, slots=True)
class Trend:
    """By how much it rises in a thousand; between `low` and `high` with a confidence of 95 %."""

    slope: float
    low: float
    high: float


def trend(series: Sequence[Point], warm_up: float = WARM_UP) -> Trend | None:
    """The median of the slopes between any two points after the warm-up: Theil and Sen.

    A third of the points may be anything at all. What lies between `low` and `high` is not told
    from noise. None where there are less than `FEW` points, whose noise passes for a trend.
    """
    points = series[int(len(series) * warm_up) :]
    if len(points) < FEW:
        return None
    slopes = sorted(
        (y - before) / (x - start) * 1000
        for number, (x, y) in enumerate(points)
        for start, before in points[:number]
        if x > start
    )
    if not slopes:
        return None
    number = len(points)
    spread = CONFIDENCE * sqrt(number * (number - 1) * (2 * number + 5) / 18)
    first = max(0, int((len(slopes) - spread) / 2))
    last = min(len(slopes) - 1, int((len(slopes) + spread) / 2))
    return Trend(statistics.median(slopes), slopes[first], slopes[last])


def windows(series: Sequence[Point], number: int = WINDOWS) -> list[Point]:
    """The same in so many points at most, each the median of as many that follow one another."""
    size = max(1, -(-len(series) // number))
    parts = (series[first : first + size] for first in range(0, len(series), size))
    return [(part[-1][0], statistics.median(y for _, y in part)) for part in parts]


def percentiles(values: Iterable[float]) -> tuple[float, float, float]:
    """p50, p99 and the greatest."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], ordered[-1]
