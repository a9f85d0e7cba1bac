"""Getting one notice to one receiver: an attempt, and as many more as it takes."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Mapping
from itertools import count

import structlog
import trio

from services.messages import Delivery
from services.posting import signing
from services.posting.answer import Answer
from services.posting.notice import Notice
from services.webhooks.hook import Hook
from services.webhooks.retrying import Again, Delivered, Dropped, Over, decide

log = structlog.get_logger()

Post = Callable[[Mapping[str, str], bytes], Awaitable[Answer]]


class Deliverer:
    """Delivers to one hook by `post`, one notice after the other. `number` is its place.

    `most` and `longest` bound the attempts, by their number and by the seconds since it happened.
    """

    def __init__(
        self,
        hook: Hook,
        number: int,
        post: Post,
        stopping: trio.Event,
        *,
        most: int,
        longest: float,
    ) -> None:
        self.delivered = 0
        self.dropped = 0
        self.pending: str | None = None
        self.last: Delivery | None = None
        self.over: str | None = None
        self._hook = hook
        self._post = post
        self._log = log.bind(hook=number, host=hook.host)
        self._stopping = stopping
        self._most = most
        self._longest = longest
        self._turn = trio.Lock()

    async def deliver(self, notice: Notice) -> bool:
        """Whether it is done with: delivered, or dropped with a word in the log.

        Waits while another one is under way. When the service is asked to stop, what is there is
        tried once more, and then left for the next start. Cancelled, it may have arrived.
        """
        async with self._turn:
            return await self._deliver(notice)

    async def _deliver(self, notice: Notice) -> bool:
        self.pending = notice.type
        try:
            for attempts in count(1):
                last_time = self._stopping.is_set()
                answer = await self.attempt(notice)
                outcome = decide(
                    answer,
                    attempts,
                    time.time() - notice.time,
                    most=self._most,
                    longest=self._longest,
                    chance=random.random(),
                )
                if not isinstance(outcome, Again):
                    return self._note(outcome, notice)
                if last_time:
                    return False
                with trio.move_on_after(outcome.seconds):
                    await self._stopping.wait()
        finally:
            self.pending = None
        raise AssertionError

    async def attempt(self, notice: Notice) -> Answer:
        """Try once."""
        now = time.time()
        headers = signing.headers(notice.id, int(now), notice.body, self._hook.secrets)
        answer = await self._post(headers, notice.body)
        error = None if answer.took_it else answer.error or f"it answered {answer.status}"
        self.last = Delivery(now, notice.type, answer.status, error)
        return answer

    def _note(self, outcome: Delivered | Dropped | Over, notice: Notice) -> bool:
        match outcome:
            case Delivered():
                self.delivered += 1
            case Dropped(reason):
                self.dropped += 1
                self._log.warning("webhook dropped", type=notice.type, id=notice.id, reason=reason)
            case Over(reason):
                self.over = reason
                self._log.warning("webhook over", reason=reason)
        return True
