"""How many there may be of something, in all and of one client each."""

from __future__ import annotations

import resource
from collections import Counter

SPARE = 256  # descriptors for everything else in this process


def room_for(connections: int, each: int) -> int:
    """How many of so many connections, of which each takes `each`, there are descriptors for."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return connections if soft < 0 else max(1, min(connections, (soft - SPARE) // each))


class Tally:
    """Counts what is there; `most` in all, `each` of one client, by its address."""

    def __init__(self, most: int, each: int | None = None) -> None:
        self.total = 0
        self._most = most
        self._each = most if each is None else each
        self._of: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        return self.total >= self._most

    def enter(self, client: str | None = None) -> bool:
        """Count one more, unless it would be too many; what belongs to no client counts in all."""
        if self.full:
            return False
        if client is not None:
            if self._of[client] >= self._each:
                return False
            self._of[client] += 1
        self.total += 1
        return True

    def leave(self, client: str | None = None) -> None:
        """Count one less, of those that entered."""
        self.total -= 1
        if client is not None:
            self._of[client] -= 1
            if not self._of[client]:
                del self._of[client]
