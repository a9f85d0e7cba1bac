"""How much of everything. Durations are seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    rounds: int = 5
    seconds: float = 2.0


TINY = Sizes(rounds=1, seconds=0.2)
