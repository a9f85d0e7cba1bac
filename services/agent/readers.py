"""Answers whoever reads events: of one thread, or of all; from memory, or from the disk."""

from __future__ import annotations

from functools import partial

import trio

from services.agent import Options
from services.agent.archive import Archive
from services.agent.feed import Feed, within
from services.agent.roster import Roster
from services.messages import (
    EventPage,
    History,
    ListHistories,
    ReadAllEvents,
    ReadEvents,
    Scope,
    ThreadEventPage,
)
from supervisor.context import Context
from supervisor.desk import Invalid

MOST = 500  # events in one answer
LONGEST_WAIT = 60.0  # seconds


class Readers:
    """One life's."""

    def __init__(self, ctx: Context[Options], roster: Roster, feed: Feed) -> None:
        self._ctx = ctx
        self._roster = roster
        self._feed = feed
        self._archive = Archive()
        self._one_by_one = trio.CapacityLimiter(1)

    async def read(self, request: ReadEvents) -> EventPage:
        """See the message."""
        _check(request.after, request.limit)
        book = (await self._roster.lane(request.key)).book
        with trio.move_on_after(min(request.wait, LONGEST_WAIT)):
            await book.news.until(lambda _: book.last > request.after or self._roster.stopping)
        return EventPage(await book.read(request.after, request.limit), book.last)

    async def read_all(self, request: ReadAllEvents) -> ThreadEventPage:
        """See the message."""
        feed = self._feed
        if request.after is None or request.after > feed.reached:
            return ThreadEventPage((), feed.reached)
        _check(request.after, request.limit)
        bell = feed.bell(request.scope)
        seen, silent = bell.value, False
        page = await self._page(request.scope, request.after, request.limit)
        with trio.move_on_after(min(request.wait, LONGEST_WAIT)):
            while not page.events and not self._roster.stopping:
                silent = True
                await bell.change(seen)
                silent = False
                seen = bell.value
                page = await self._page(request.scope, page.reached, request.limit)
        if silent and bell.value == seen:
            return ThreadEventPage((), feed.reached)
        return page

    async def _page(self, scope: Scope, after: int, limit: int) -> ThreadEventPage:
        feed = self._feed
        if after >= feed.before:
            return feed.page(scope, after, limit)
        until = feed.reached
        histories: list[History] = [
            history
            for history in await self._ctx.ask("workspaces", ListHistories())
            if within(history.key, scope)
        ]
        read = partial(self._archive.read, histories, after, until, limit)
        return await trio.to_thread.run_sync(read, limiter=self._one_by_one)


def _check(after: int, limit: int) -> None:
    if not 1 <= limit <= MOST or after < 0:
        raise Invalid(f"cannot read {limit} events after {after}: 1 to {MOST}, after one or 0")
