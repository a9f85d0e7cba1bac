"""How many turns went on at which time of the last hour."""

from __future__ import annotations

import time
from collections import deque

from services.messages import Turns
from supervisor.cell import Cell

HOUR = 3600.0  # seconds
MOST = 2000  # steps


class Lately:
    """The steps, each from when on, in Unix seconds, and how many turns.

    One life of the API keeps them: it knows nothing of what was before it.
    """

    def __init__(self) -> None:
        self.latest: Cell[tuple[float, int]] = Cell((time.time(), 0))
        self._steps: deque[tuple[float, int]] = deque([self.latest.value], maxlen=MOST)

    @property
    def steps(self) -> list[tuple[float, int]]:
        """Those of the last hour, with the one that it began in."""
        hour = time.time() - HOUR
        while len(self._steps) > 1 and self._steps[1][0] <= hour:
            self._steps.popleft()
        return [*self._steps]

    async def follow(self, board: Cell[Turns | None]) -> None:
        """Keep every change of the board's, until cancelled."""
        seen: Turns | None = None
        while True:
            seen = await board.change(seen)
            self.note(len(seen.running) if seen else 0)

    def note(self, turns: int) -> None:
        """So many go on from now on."""
        if turns != self.latest.value[1]:
            step = (time.time(), turns)
            self._steps.append(step)
            self.latest.set(step)
