"""How long a request may wait for another service once the API is asked to stop."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import trio

from supervisor.desk import Gone


class Grace:
    """Scopes that end `seconds` after the stop began, whenever they were opened."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._deadline = float("inf")
        self._scopes: set[trio.CancelScope] = set()

    async def end_after(self, stopping: trio.Event) -> None:
        """Wait for the stop, and put a deadline on every scope."""
        await stopping.wait()
        self._deadline = trio.current_time() + self._seconds
        for scope in self._scopes:
            scope.deadline = self._deadline

    @contextmanager
    def scope(self) -> Generator[None]:
        """Wait inside this. Raises `Gone` when the time is up: who asked gets an answer."""
        with trio.CancelScope(deadline=self._deadline) as scope:
            self._scopes.add(scope)
            try:
                yield
            finally:
                self._scopes.discard(scope)
        if scope.cancelled_caught:
            raise Gone(
                "cannot say how this ends: the server is stopping; ask again when it is back"
            )
