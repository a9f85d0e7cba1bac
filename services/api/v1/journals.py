"""Who listens to journals: each is read once for all of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from weakref import WeakValueDictionary

import trio
from quart import Response

from services.api.asking import Asking
from services.api.streams.audience import Audience
from services.api.streams.beside import Beside
from services.api.streams.journals import AT_ONCE, Batch, follow, of_thread, of_threads
from services.api.streams.shared import Shared
from services.api.streams.sse import answer
from services.messages import ReadAllEvents, ReadEvents, Scope, ThreadKey


@dataclass(frozen=True, slots=True)
class Listening:
    """One who listens: `first` is what there was when they came."""

    first: Batch
    _shared: Shared
    _audience: Audience
    _who: str

    def answer(self, begin: bytes, beside: Beside | None = None) -> Response:
        """The answer that goes on for as long as they do, with what is told `beside`."""
        shared, audience = self._shared, self._audience
        read = shared.read if beside is None else beside.reading(shared.read)

        async def pause() -> None:
            await audience.pause(shared.phase)

        def events() -> AsyncGenerator[bytes]:
            opened = begin if beside is None else begin + beside.news()
            return follow(opened, read, self.first, pause)

        return answer(lambda: audience.keep(self._who, events()))


class Journals:
    """The journals of threads, for those of the `audience`, until `stopping`."""

    def __init__(self, asking: Asking, stopping: trio.Event, audience: Audience) -> None:
        self._asking = asking
        self._stopping = stopping
        self._audience = audience
        self._readers: WeakValueDictionary[ThreadKey | Scope, Shared] = WeakValueDictionary()

    async def of_thread(self, key: ThreadKey, after: int) -> Listening:
        """One thread's, after one of its events.

        Raises `Problem` where there is no place for one more, `NotFound` where there is no such
        thread: before the answer begins.
        """

        async def ask(after: int, wait: float) -> Batch:
            page = await self._asking.ask("agent", ReadEvents(key, after, wait, AT_ONCE))
            if after > page.last:  # that is an id of another journal, so this one begins anew
                after = 0
                page = await self._asking.ask("agent", ReadEvents(key, 0, 0.0, AT_ONCE))
            return of_thread(page.events, after)

        who = self._audience.admit()
        first = await ask(after, 0.0)
        shared = self._readers.setdefault(key, Shared(ask, self._stopping))
        return Listening(first, shared, self._audience, who)

    async def of_threads(self, scope: Scope, after: int | None) -> Listening:
        """Those of all threads within `scope`, after a stamp, or from now on where that is None.

        Raises `Problem` where there is no place for one more.
        """

        async def ask(after: int | None, wait: float) -> Batch:
            page = await self._asking.ask("agent", ReadAllEvents(scope, after, wait, AT_ONCE))
            return of_threads(page.events, page.reached)

        who = self._audience.admit()
        first = await ask(after, 0.0)
        shared = self._readers.setdefault(scope, Shared(ask, self._stopping))
        return Listening(first, shared, self._audience, who)
