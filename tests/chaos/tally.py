"""What was done, where it was killed, and what was found on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.daemon import Life


def _counter() -> Counter[str]:
    return Counter()


@dataclass(slots=True)
class Tally:
    """`inside` are operations that had their repository when the kill came, `behind` waited.

    `left` is what the killed ones left on disk, `recovered` what starts did about it.
    """

    kills: int = 0
    early: int = 0
    in_recovery: int = 0
    lives: int = 0
    edits: int = 0
    answered: Counter[str] = field(default_factory=_counter)
    inside: Counter[str] = field(default_factory=_counter)
    behind: Counter[str] = field(default_factory=_counter)
    left: Counter[str] = field(default_factory=_counter)
    recovered: Counter[str] = field(default_factory=_counter)

    def leaves(self, paths: Iterable[Path]) -> None:
        for path in paths:
            marks = {".partial-": "half-made", "_git2_": "half-written", ".lock": "lock"}
            kinds = [kind for mark, kind in marks.items() if mark in path.name]
            self.left[kinds[0] if kinds else "journal"] += 1

    def lived(self, life: Life) -> None:
        self.lives += 1
        for what in life.recovered:
            words = what.split()
            finished = words[0] == "finished"
            self.recovered[" ".join(words[: 3 if finished else 1])] += 1

    def __str__(self) -> str:
        counters = (
            ("answered", self.answered),
            ("killed inside", self.inside),
            ("killed waiting", self.behind),
            ("left on disk", self.left),
            ("recovered", self.recovered),
        )
        return "\n".join(
            [
                f"{self.kills} kills in {self.lives} lives, {self.early} of them in a start"
                f" ({self.in_recovery} in its recovery)",
                f"{self.edits} edits and {self.answered.total()} answers acknowledged",
                *(
                    f"{name}: {counter.total()}"
                    + "".join(f", {kind} {count}" for kind, count in counter.most_common())
                    for name, counter in counters
                ),
            ]
        )
