"""What must never be printed: the values of the variables that `supervisor.secrets` names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from supervisor.config.words import visible

HIDDEN = "********"


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Hides values in texts, also where they were quoted or escaped on the way."""

    values: frozenset[str] = frozenset()

    @classmethod
    def of(cls, values: Iterable[str]) -> Secrets:
        return cls(frozenset(value for value in values if value))

    def hide(self, text: str) -> str:
        for spelled in sorted(self._spellings(), key=len, reverse=True):
            text = text.replace(spelled, HIDDEN)
        return text

    def _spellings(self) -> set[str]:
        return {
            spelled
            for value in self.values
            for spelled in (value, repr(value)[1:-1], ascii(value)[1:-1], visible(value))
        }

    def __repr__(self) -> str:
        return f"Secrets({len(self.values)})"
