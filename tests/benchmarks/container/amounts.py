"""How much of everything."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amounts:
    """Repetitions; `idle` and `settle` are seconds before memory is looked at.

    `push` says whether the larger image is compressed, too.
    """

    starts: int = 7
    warm: int = 5
    cold: int = 3
    idle: float = 300.0
    settle: float = 30.0
    push: bool = True


TINY = Amounts(starts=1, warm=1, cold=0, idle=0.0, settle=0.0, push=False)
