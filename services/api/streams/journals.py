"""Journals as server-sent events, from any of their events on: a thread's, or those of many."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from dataclasses import dataclass

from services.api.errors import Problem
from services.api.streams.sse import GOODBYE, NOTHING_NEW, RETRY, event, passed, pieces
from services.messages import Event, ThreadEvent

AT_ONCE = 200  # events that are in memory for one who listens


@dataclass(frozen=True, slots=True)
class Batch:
    """Events as they are written, and the id to go on after."""

    pieces: tuple[bytes, ...]
    reached: int


# What comes after an id; empty when nothing has come for the time of a heartbeat, None at the end.
Read = Callable[[int], Awaitable[Batch | None]]


def resumed(last_event_id: str | None, after: str | None) -> int | None:
    """After which event to begin, if that is said; raises `Problem` for what is no id.

    A browser that comes back asks at the address of its first time, so its header is the newer.
    """
    given = last_event_id or after
    if not given:
        return None
    if given.isascii() and given.isdecimal() and len(given) < 19:
        return int(given)
    raise Problem(400, "cannot resume from there: Last-Event-ID, or ?after=, is the id of an event")


async def follow(
    begin: bytes,
    read: Read,
    first: Batch,
    pause: Callable[[], Awaitable[None]],
) -> AsyncGenerator[bytes]:
    """`begin` and `first` at once, then all that comes, and a comment when nothing does.

    Between two batches it waits for `pause`. Ends when there is nothing more to read; whoever
    listens is told when to come back. Where ids went on without an event, that is said too, and
    whoever comes back goes on from there.
    """
    batch: Batch | None = Batch(
        (begin + b"".join(first.pieces[:1]), *first.pieces[1:]), first.reached
    )
    told = first.reached
    while batch is not None:
        for piece in batch.pieces:
            yield piece
        if not batch.pieces:
            yield NOTHING_NEW if batch.reached == told else passed(batch.reached)
        told = batch.reached
        await pause()
        batch = await read(batch.reached)
    yield GOODBYE


def opening(after: int) -> bytes:
    """How a stream begins in which nobody knows the id to come back with before the first event."""
    return b"id: %d\n" % after + RETRY


def of_thread(events: Iterable[Event], after: int) -> Batch:
    """Events of one thread, which were read after `after`."""
    reached = after
    written: list[bytes] = []
    for it in events:
        written.append(event(it.type, it.data, it.id))
        reached = it.id
    return Batch((*pieces(written),), reached)


def of_threads(events: Iterable[ThreadEvent], reached: int) -> Batch:
    """Events of several threads: each says whose it is, and its id is its stamp."""
    return Batch((*pieces(map(_owned, events)),), reached)


def _owned(it: ThreadEvent) -> bytes:
    key = it.key
    # Ids have nothing in them that JSON would write in another way.
    owner = f'{{"clientId":"{key.client}","userId":"{key.user}","threadId":"{key.thread}",'
    return event(it.event.type, owner.encode() + it.event.data.lstrip()[1:], it.stamp)
