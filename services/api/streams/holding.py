"""Events of something that is held open for as long as somebody reads them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack


class Holding:
    """Events made by a generator, and what it holds, which is let go of however they end.

    A generator that is left alone would hold it until it is collected.
    """

    def __init__(self, events: Callable[[ExitStack], AsyncGenerator[bytes, None]]) -> None:
        self._held = ExitStack()
        self._events = events(self._held)

    def __aiter__(self) -> Holding:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._events)
        except BaseException:  # its end, too
            self._held.close()
            raise

    async def aclose(self) -> None:
        """Read no more. It waits for nothing."""
        with self._held:
            await self._events.aclose()
