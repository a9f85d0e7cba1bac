"""What happens in the threads of one hook, told to its receiver event by event."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

import structlog
import trio

from services.messages import (
    Blocked,
    Ending,
    FindTurn,
    HookState,
    ReadAllEvents,
    ThreadEvent,
    ThreadEventPage,
    TurnInfo,
)
from services.nonsense import NONSENSE
from services.posting.notice import Notice
from services.stopping import unless
from services.webhooks import notices
from services.webhooks.delivering import Deliverer
from services.webhooks.hook import Hook
from services.webhooks.notices import line_of
from supervisor.desk import Refused, Request

log = structlog.get_logger()

R = TypeVar("R")

WAIT = 30.0  # seconds for which a look waits for the next event
BEAT = 0.25  # between two looks: while a model speaks there is news many times in a second
LATER = 1.0  # before another look where there was no answer
NO_MORE = 2**62  # no event has that stamp


class Ask(Protocol):
    """Asks the agent."""

    def __call__(self, request: Request[R]) -> Awaitable[R]: ...


class Follower:
    """One hook's. `stamp` is the last event that is done with, None before the first look."""

    def __init__(
        self,
        hook: Hook,
        number: int,
        stamp: int | None,
        ask: Ask,
        deliverer: Deliverer,
        stopping: trio.Event,
    ) -> None:
        self.hook = hook
        self.number = number
        self.stamp = stamp
        self.deliverer = deliverer
        self._ask = ask
        self._stopping = stopping
        self._wait = 0.0  # the first look is for how things are

    @property
    def state(self) -> HookState:
        done = self.deliverer
        return HookState(
            number=self.number,
            host=self.hook.host,
            events=self.hook.events,
            scope=self.hook.scope,
            delivered=done.delivered,
            dropped=done.dropped,
            pending=done.pending,
            last=done.last,
            over=done.over,
        )

    async def follow(self, keep: Callable[[], Awaitable[None]]) -> None:
        """Deliver what comes, and `keep` how far it came; ends when the service is to stop.

        A hook begins with what happens after it was first seen. Whatever is there when the service
        is asked to stop is tried once.
        """
        while self.deliverer.over is None:
            page = await self._look()
            if self._stopping.is_set() and (page is None or not page.events):
                return
            if page is None:
                await self._pause(LATER)
                continue
            if self.stamp is None or page.reached < self.stamp:
                self.stamp = page.reached  # a new hook, or another volume
                await keep()
            for event in page.events:
                if not await self._tell(event, keep):
                    return
            self.stamp = page.reached  # what was not for this hook is not looked at again
            self._wait = WAIT
            await self._pause(BEAT)

    async def tell_of_the_end(self, endings: Sequence[Ending], run: str) -> None:
        """Deliver why the container ends, where the hook wants to know."""
        if "idle.stop" in self.hook.events and self.deliverer.over is None:
            for ending in endings:
                await self.deliverer.deliver(notices.of_ending(ending, time.time(), run))

    async def tell_of_a_block(self, blocked: Blocked, run: str) -> None:
        """Deliver why the container cannot end, where the hook wants to know."""
        if "idle.blocked" in self.hook.events and self.deliverer.over is None:
            await self.deliverer.deliver(notices.of_block(blocked, time.time(), run))

    async def _tell(self, event: ThreadEvent, keep: Callable[[], Awaitable[None]]) -> bool:
        """Whether to go on with the next one."""
        notice = await self._notice(event)
        if notice is not None and not await self.deliverer.deliver(notice):
            return False
        self.stamp = event.stamp
        if notice is not None:
            await keep()
        return self.deliverer.over is None

    async def _notice(self, event: ThreadEvent) -> Notice | None:
        if event.event.type not in self.hook.events:
            return None
        try:
            line = line_of(event)
        except NONSENSE as error:
            # It would be met again by every life of this service.
            log.warning(
                "webhook left out", thread=str(event.key), id=event.stamp, reason=str(error)
            )
            return None
        if event.event.type == "preview.error":
            return notices.of_error(event)
        turn: TurnInfo | None = None
        with suppress(Refused):  # the thread is gone: what the event says has to do
            turn = await self._ask(FindTurn(event.key, line.turn or ""))
        return notices.of_turn(event, turn)

    async def _look(self) -> ThreadEventPage | None:
        """The next events; None where nobody answers."""
        after = NO_MORE if self.stamp is None else self.stamp
        with suppress(Refused):
            if self._wait:
                request = ReadAllEvents(self.hook.reach, after, self._wait)
                page = await unless(self._stopping, lambda: self._ask(request))
                if page is not None:
                    return page
            return await self._ask(ReadAllEvents(self.hook.reach, after))
        return None

    async def _pause(self, seconds: float) -> None:
        with trio.move_on_after(seconds):
            await self._stopping.wait()
