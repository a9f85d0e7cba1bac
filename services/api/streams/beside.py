"""What boards say beside a journal, for one who listens to all of them at once."""

from __future__ import annotations

from functools import partial
from typing import Any

from services.api.streams.boards import Onlooker
from services.api.streams.journals import Batch, Read
from services.api.streams.together import first
from services.stopping import before


class Beside:
    """What is new on the boards; it is told before the events that it came with.

    It has no ids: whoever comes back is told how the boards are, and not what they said between.
    """

    def __init__(self, *onlookers: Onlooker[Any, Any]) -> None:
        self._onlookers = onlookers

    def news(self) -> bytes:
        """What there is to tell."""
        return b"".join(onlooker.news() for onlooker in self._onlookers)

    def reading(self, read: Read) -> Read:
        """As `read`, but what is new on a board is read as well."""
        return partial(self._read, read)

    async def _read(self, read: Read, after: int) -> Batch | None:
        told: list[bytes] = []
        batch = await before(partial(first, self._onlookers, told), partial(read, after))
        if not told:
            return batch
        come = batch or Batch((), after)
        return Batch((b"".join(told), *come.pieces), come.reached)
