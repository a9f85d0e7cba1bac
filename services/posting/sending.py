"""POSTs to one receiver, each within its time whatever the receiver does."""

from __future__ import annotations

import time
from collections.abc import Mapping

import trio

from services.posting.answer import Answer
from services.posting.exchange import Exchange

TIMEOUT = 10.0  # seconds for one attempt as a whole
THREADS = 4  # one that is under way, and some that were given up and have not noticed yet


class Sender:
    """To `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._limiter = trio.CapacityLimiter(THREADS)

    async def send(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send it and wait for the answer. Cancelled, it is hung up on, and may have arrived."""
        with trio.move_on_after(TIMEOUT):
            exchange = await trio.to_thread.run_sync(Exchange, self._url, headers, body)
            try:
                return await trio.to_thread.run_sync(
                    exchange.run, time.time(), limiter=self._limiter, abandon_on_cancel=True
                )
            finally:
                exchange.hang_up()
        return Answer(0, "no answer in time")
