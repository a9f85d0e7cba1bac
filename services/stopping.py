"""Waiting for something as long as one is not asked to stop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio

T = TypeVar("T")


async def unless(stopping: trio.Event, wait: Callable[[], Awaitable[T]]) -> T | None:
    """What `wait` comes to; None once `stopping` is set, by which `wait` is cancelled.

    What `wait` raises comes out as it is, and not in a group.
    """
    return await before(stopping.wait, wait)


async def before(
    other: Callable[[], Awaitable[object]], wait: Callable[[], Awaitable[T]]
) -> T | None:
    """What `wait` comes to; None once `other` has come to its end, which cancels `wait`.

    When `wait` ends first, `other` is cancelled. What `wait` raises comes out as it is, and not in
    a group.
    """
    found: T | None = None
    failure: Exception | None = None
    async with trio.open_nursery() as nursery:

        async def end() -> None:
            await other()
            nursery.cancel_scope.cancel()

        nursery.start_soon(end)
        try:
            found = await wait()
        except Exception as error:
            failure = error
        nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return found
