"""What a stream of server-sent events waits for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio

from services.api.streams.sse import HEARTBEAT
from services.stopping import unless

T = TypeVar("T")


async def news(receive: Callable[[], Awaitable[T]], stopping: trio.Event) -> T | None:
    """What `receive` waits for; None when the time for a heartbeat has come, or for the end.

    What came before the time had passed is not lost to it.
    """
    heard: list[T] = []

    async def hear() -> None:
        heard.append(await receive())

    with trio.move_on_after(HEARTBEAT):
        await unless(stopping, hear)
    return heard[0] if heard else None
