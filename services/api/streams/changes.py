"""The states of all services as server-sent events: as they are, then each change."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, suppress
from functools import partial

import trio
from msgspec import Struct

from services.api.streams.news import news
from services.api.streams.sse import GOODBYE, NOTHING_NEW, RETRY, event
from supervisor.events import Events
from supervisor.model import Change, ServiceStatus

Show = Callable[[ServiceStatus], Struct]

ROOM = 256  # changes that may wait for one who reads slowly


async def changes(
    events: Events, after: int, show: Show, stopping: trio.Event, held: ExitStack
) -> AsyncGenerator[bytes, None]:
    """A snapshot, then each change, numbered from `after` on; a comment when nothing comes.

    Whoever falls behind gets a snapshot again. Ends when the service is asked to stop.
    """
    yield RETRY
    number = after
    while True:
        held.close()
        snapshot, receive = held.enter_context(events.watch(ROOM))
        number += 1
        yield event("snapshot", {"services": list(map(show, snapshot))}, number)
        while (some := await news(partial(_waiting, receive), stopping)) != []:
            if some is not None:
                yield b"".join(told(change, show, number + n) for n, change in enumerate(some, 1))
                number += len(some)
            elif stopping.is_set():
                yield GOODBYE
                return
            else:
                yield NOTHING_NEW


def told(change: Change, show: Show, number: int | None = None) -> bytes:
    """The event of a change, with a number as its id where it has one."""
    if change.now is None:
        return event("vanished", {"name": change.name}, number)
    return event("changed", {"service": show(change.now)}, number)


async def _waiting(receive: trio.MemoryReceiveChannel[Change]) -> list[Change]:
    """All changes that wait, once there is one; none when the end of the channel has come."""
    found: list[Change] = []
    with suppress(trio.EndOfChannel, trio.WouldBlock):
        found.append(await receive.receive())
        while True:
            found.append(receive.receive_nowait())
    return found
