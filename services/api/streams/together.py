"""Several sources in one stream of server-sent events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from functools import partial
from typing import Protocol

import trio

from services.api.streams.news import news
from services.api.streams.sse import GOODBYE, NOTHING_NEW, RETRY


class Source(Protocol):
    """What part of a stream comes from: an `Onlooker`, and whatever is told as one is."""

    def news(self) -> bytes:
        """What there is to tell at this moment, at first all; nothing for none."""
        ...

    async def until_news(self) -> bytes:
        """What there is to tell, as soon as there is something. Cancelling loses nothing."""
        ...


async def together(sources: Sequence[Source], stopping: trio.Event) -> AsyncGenerator[bytes, None]:
    """What each source has to tell, in their order, then whatever comes; a comment for nothing.

    Ends when the API is asked to stop.
    """
    yield RETRY
    if begin := b"".join(source.news() for source in sources):
        yield begin
    while True:
        told: list[bytes] = []
        await news(partial(first, sources, told), stopping)
        if told:
            yield b"".join(told)
        elif stopping.is_set():
            yield GOODBYE
            return
        else:
            yield NOTHING_NEW


async def first(sources: Iterable[Source], told: list[bytes]) -> None:
    """Wait for one of them, whichever, or several that come at one moment; cancelling loses none.

    What they have to tell comes into `told`, where it is whatever becomes of the wait.
    """
    async with trio.open_nursery() as nursery:

        async def wait(source: Source) -> None:
            told.append(await source.until_news())
            nursery.cancel_scope.cancel()

        for source in sources:
            nursery.start_soon(wait, source)
