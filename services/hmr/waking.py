"""Asking for a preview that sleeps, or that nobody has opened yet: once, however many wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from supervisor.desk import Refused


class Wake:
    """One question under way. When `over`, `refusal` says why there will be no preview."""

    def __init__(self) -> None:
        self.over = trio.Event()
        self.refusal: Refused | None = None


class Waker:
    """`ask` wakes a preview by its id, or the one last active, or raises `Refused`."""

    def __init__(
        self, ask: Callable[[str | None], Awaitable[object]], nursery: trio.Nursery
    ) -> None:
        self._ask = ask
        self._nursery = nursery
        self._under_way: dict[str | None, Wake] = {}

    def wake(self, preview_id: str | None) -> Wake:
        """The question that is under way, or a new one; it goes on though who asked leaves."""
        wake = self._under_way.get(preview_id)
        if wake is None:
            wake = self._under_way[preview_id] = Wake()
            self._nursery.start_soon(self._answer, preview_id, wake)
        return wake

    async def _answer(self, preview_id: str | None, wake: Wake) -> None:
        try:
            await self._ask(preview_id)
        except Refused as refusal:
            wake.refusal = refusal
        finally:
            del self._under_way[preview_id]
            wake.over.set()
