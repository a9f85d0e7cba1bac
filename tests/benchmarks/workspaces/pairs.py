"""Two ways of doing one thing, by turns."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks.figures import Figure, Results

OURS = "nurseryd"


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of the table: what is measured, us at it, and the other one."""

    figure: Figure
    ours: Callable[[], object]
    theirs: Callable[[], object]


def take(results: Results, pair: Pair, peer: str, turn: int) -> None:
    """Time both once, in ms; who is first changes with every turn."""
    order = [(OURS, pair.ours), (peer, pair.theirs)]
    for name, work in order if turn % 2 else reversed(order):
        begun = time.perf_counter()
        work()
        results.add(pair.figure, name, (time.perf_counter() - begun) * 1e3)
