"""A board as server-sent events: what it says, then each change."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import msgspec
import trio
from quart import Response

from services.api.sse import HEARTBEAT, NOTHING_NEW, answer
from supervisor.cell import Cell

T = TypeVar("T")


def stream(board: Cell[T], stopping: trio.Event, show: Callable[[T], bytes]) -> Response:
    """The answer that goes on for as long as whoever asked listens."""
    return answer(lambda: events(board, stopping, show))


async def events(
    board: Cell[T], stopping: trio.Event, show: Callable[[T], bytes]
) -> AsyncIterator[bytes]:
    """What `show` makes of the value, then of each other one; a comment when none comes for long.

    Ends when the service is asked to stop.
    """
    seen = board.value
    yield show(seen)
    while True:
        news = await _change(board, seen, stopping)
        if stopping.is_set():
            return
        yield NOTHING_NEW if news == seen else show(news)
        seen = news


def event(name: str, data: object) -> bytes:
    """One event, with `data` as JSON."""
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"


async def _change(board: Cell[T], seen: T, stopping: trio.Event) -> T:
    """The next value; the same one when the time for a heartbeat, or for the end, has come."""
    with trio.move_on_after(HEARTBEAT):
        async with trio.open_nursery() as nursery:

            async def end() -> None:
                await stopping.wait()
                nursery.cancel_scope.cancel()

            nursery.start_soon(end)
            await board.change(seen)
            nursery.cancel_scope.cancel()
    return board.value
