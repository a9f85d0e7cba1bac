"""How many may listen at once, and how often they are written to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator

import trio

from services.api.auth import caller
from services.api.errors import RETRY_AFTER, Problem
from services.api.guard.visitors import visitor
from services.api.streams.holding import Holding
from services.api.streams.sse import GOODBYE
from services.forwarded import Forwarders

# All streams together are written to so often in a second.
PIECES = 1000


class Audience:
    """So many as `most` for all, and `each` for one who listens; 0 is no limit."""

    def __init__(self, most: int, each: int, forwarders: Forwarders) -> None:
        self._most = most
        self._each = each
        self._forwarders = forwarders
        self._taken: Counter[str] = Counter()

    def admit(self) -> str:
        """Who makes the current request; raises `Problem` where there is no place for one more.

        All who use one token at one address share their places.
        """
        who = f"{caller()} {visitor(self._forwarders).client}"
        self.check(who)
        return who

    def check(self, who: str) -> None:
        """Raises `Problem` where there is no place for one more."""
        headers = {"Retry-After": str(RETRY_AFTER)}
        if self._each and self._taken[who] >= self._each:
            raise Problem(
                429,
                f"cannot listen to one more stream: {self._each} are open with this token from"
                " this address; close one, or listen to all threads with GET /v1/events",
                headers,
            )
        if self._most and self._taken.total() >= self._most:
            raise Problem(
                429, f"cannot listen now: {self._most} streams are open; try again later", headers
            )

    async def keep(self, who: str, stream: AsyncGenerator[bytes] | Holding) -> AsyncIterator[bytes]:
        """What comes from `stream`, which has a place for as long as it goes on."""
        try:
            self.check(who)
        except Problem:  # others came at the same moment
            yield GOODBYE
            return
        self._taken[who] += 1
        try:
            async for piece in stream:
                yield piece
        finally:
            self._taken[who] -= 1
            self._taken += Counter()  # forgets those who have none
            await stream.aclose()

    async def pause(self, phase: float) -> None:
        """Wait for the moment when streams with this phase, 0 to 1, are written to next.

        It is further away the more there are: what comes until then goes out together. Those who
        listen to the same have the same phase, and so wait for the same.
        """
        every = self._taken.total() / PIECES
        now = trio.current_time()
        moment = (math.ceil(now / every - phase) + phase) * every if every else now
        await trio.sleep_until(moment)
