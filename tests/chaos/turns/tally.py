"""What was done and killed, and how turns ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


def _counter() -> Counter[str]:
    return Counter()


@dataclass(slots=True)
class Tally:
    lives: int = 0
    kills: Counter[str] = field(default_factory=_counter)
    events: Counter[str] = field(default_factory=_counter)
    ends: Counter[str] = field(default_factory=_counter)

    def __str__(self) -> str:
        counters = (("killed", self.kills), ("turns", self.ends), ("happened", self.events))
        return "\n".join(
            [
                f"{self.lives} lives of the daemon",
                *(
                    f"{name}: {counter.total()}"
                    + "".join(f", {kind} {count}" for kind, count in counter.most_common())
                    for name, counter in counters
                ),
            ]
        )
