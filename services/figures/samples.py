"""What happened since it was last written: the values of each figure. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum


class Figure(StrEnum):
    """The figures by the names that CloudWatch has them under; `unit` is CloudWatch's, too."""

    TURN_SECONDS = "TurnSeconds"
    TURN_FAILURES = "TurnFailures"
    PREVIEW_SECONDS = "PreviewSeconds"
    SERVICE_FAILURES = "ServiceFailures"
    MEMORY = "MemoryMegabytes"

    @property
    def unit(self) -> str:
        return _UNITS[self]


_UNITS = {
    Figure.TURN_SECONDS: "Seconds",
    Figure.TURN_FAILURES: "Count",
    Figure.PREVIEW_SECONDS: "Seconds",
    Figure.SERVICE_FAILURES: "Count",
    Figure.MEMORY: "Megabytes",
}
# Of a figure, while nobody knows the fleet to write them under: the first ones are as good as any.
MOST = 1000


class Samples:
    """The values of each figure, in the order in which they came; up to `MOST` of them."""

    def __init__(self) -> None:
        self._values: defaultdict[Figure, list[float]] = defaultdict(list)

    def add(self, figure: Figure, value: float) -> None:
        values = self._values[figure]
        if len(values) < MOST:
            values.append(round(value, 3))

    def take(self) -> Mapping[Figure, list[float]]:
        """All that there are, and begin anew; a figure without a value is not among them."""
        taken, self._values = self._values, defaultdict(list)
        return taken
