"""How much of everything. Durations are seconds, counts of connections as named."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Sizes:
    """`scale` divides numbers of connections and sizes of bodies."""

    rounds: int = 3
    seconds: float = 1.0
    scale: int = 1
    idle: tuple[tuple[int, int], ...] = ((1000, 3), (5000, 1))  # connections, rounds
    settle: float = 0.5
    edits: int = 40
    starts: int = 3

    def in_rounds(self, rounds: int) -> Sizes:
        return replace(
            self, rounds=rounds, starts=rounds, idle=tuple((n, rounds) for n, _ in self.idle)
        )


TINY = Sizes(rounds=1, seconds=0.1, scale=50, idle=((5, 1),), settle=0.0, edits=2, starts=1)
