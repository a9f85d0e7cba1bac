"""A thread's journal as server-sent events, from any of its events on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import suppress

import trio

from services.api.errors import Problem
from services.api.sse import HEARTBEAT, NOTHING_NEW
from services.messages import Event, EventPage
from supervisor.desk import Refused

AT_ONCE = 200  # events that are in memory for one who listens
PIECE = 64 * 1024  # bytes that are written at once, as far as events are no longer than that
# In milliseconds: when to come back after a connection broke, and after the server said goodbye.
RETRY = b"retry: 1000\n\n"
GOODBYE = b"retry: 3000\n\n"

# Events after an id, and how many seconds to wait where there is none.
Read = Callable[[int, float], Awaitable[EventPage]]


def resumed(last_event_id: str | None, after: str | None) -> int:
    """After which event to begin; raises `Problem` for what is no id.

    A browser that comes back asks at the address of its first time, so its header is the newer.
    """
    given = last_event_id or after or "0"
    if given.isascii() and given.isdecimal() and len(given) < 16:
        return int(given)
    raise Problem(400, "cannot resume from there: Last-Event-ID, or ?after=, is the id of an event")


async def follow(
    read: Read, first: EventPage, after: int, stopping: trio.Event
) -> AsyncIterator[bytes]:
    """`first`, which was read after `after`, then all that comes, and a comment when nothing does.

    Ends when the service is asked to stop, and when the journal cannot be read any more; whoever
    listens is told when to come back. From an id that the journal has not come to it begins
    anew: that id is of another journal.
    """
    yield RETRY
    page: EventPage | None = first
    silent = False
    while page is not None:
        if after > page.last:
            after, page = 0, await _read(read, 0, 0.0, stopping)
            continue
        for piece in pieces(page.events):
            yield piece
        if page.events:
            after = page.events[-1].id
        elif silent:
            yield NOTHING_NEW
        asked = trio.current_time()
        page = await _read(read, after, HEARTBEAT, stopping)
        silent = trio.current_time() - asked >= HEARTBEAT
        if page is not None and not page.events and not silent:
            break  # whoever reads does not wait any more: it is about to end
    yield GOODBYE


def pieces(events: Iterable[Event]) -> Iterator[bytes]:
    """The events as they are written, several together."""
    together = bytearray()
    for event in events:
        together += written(event)
        if len(together) >= PIECE:
            yield bytes(together)
            together.clear()
    if together:
        yield bytes(together)


def written(event: Event) -> bytes:
    """One event; its data is one line, as it is in the journal."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.id, event.type.encode(), event.data)


async def _read(read: Read, after: int, wait: float, stopping: trio.Event) -> EventPage | None:
    """The next events; None where there will be none for now."""
    page: EventPage | None = None
    async with trio.open_nursery() as nursery:

        async def end() -> None:
            await stopping.wait()
            nursery.cancel_scope.cancel()

        nursery.start_soon(end)
        with suppress(Refused):
            page = await read(after, wait)
        nursery.cancel_scope.cancel()
    return page
