"""What is measured, what is aimed at, and what came out."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Summary = Callable[[Sequence[float]], float]


def percentile(percent: int) -> Summary:
    """The nearest sample at or above so much of them."""

    def of(samples: Sequence[float]) -> float:
        ordered = sorted(samples)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]

    return of


@dataclass(frozen=True, slots=True)
class Aim:
    """Ours is to be at most `ratio` of a peer's, or at least where more is better.

    Without a peer, `ratio` is the figure itself.
    """

    peer: str
    ratio: float = 1.0
    ours: str = "nurseryd"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `what` is the benchmark that it belongs to."""

    what: str
    name: str
    unit: str
    aims: tuple[Aim, ...] = ()
    more_is_better: bool = False
    summary: Summary = statistics.median


@dataclass(slots=True)
class Results:
    """Samples by figure and peer, in the order in which they came, and what has none and why."""

    samples: dict[Figure, dict[str, list[float]]] = field(
        default_factory=dict[Figure, dict[str, list[float]]]
    )
    missing: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def add(self, figure: Figure, peer: str, sample: float) -> None:
        self.samples.setdefault(figure, {}).setdefault(peer, []).append(sample)

    def lacks(self, what: str, peer: str, why: str) -> None:
        self.missing.setdefault((what, peer), why)

    def value(self, figure: Figure, peer: str) -> float | None:
        samples = self.samples[figure].get(peer)
        return figure.summary(samples) if samples else None
