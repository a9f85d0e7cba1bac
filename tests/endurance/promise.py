"""What is promised, beside what was found."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Promise:
    """What was found, and between what it has to be."""

    what: str
    found: float
    most: float = inf
    least: float = 0

    @property
    def kept(self) -> bool:
        return self.least <= self.found <= self.most

    def __str__(self) -> str:
        bound = f"at least {self.least:,g}" if self.most == inf else f"at most {self.most:,.7g}"
        if self.least == self.most:
            bound = f"{self.most:,.12g}"
        return f"{'kept' if self.kept else 'BROKEN':6}  {self.what}: {self.found:,.12g} ({bound})"


def exactly(what: str, found: float, wanted: float) -> Promise:
    return Promise(what, found, wanted, wanted)
