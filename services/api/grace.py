"""How long a request may wait once the API is asked to stop: for another service, or at all."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import trio
from quart_trio import QuartTrio

from services.api.errors import Problem
from supervisor.desk import Gone

# In seconds: how much longer a whole request has than a question to another service, so that the
# answer says what is known of that one.
MORE = 0.25


class Grace:
    """Scopes that end `seconds` after the stop began, whenever they were opened."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._deadline = float("inf")
        self._scopes: dict[trio.CancelScope, float] = {}

    async def end_after(self, stopping: trio.Event) -> None:
        """Wait for the stop, and put a deadline on every scope."""
        await stopping.wait()
        self._deadline = trio.current_time() + self._seconds
        for scope, more in self._scopes.items():
            scope.deadline = self._deadline + more

    @contextmanager
    def scope(self) -> Generator[None]:
        """Wait inside this for another service.

        Raises `Gone` when the time is up: who asked gets an answer.
        """
        with self._limited(0.0) as scope:
            yield
        if scope.cancelled_caught:
            raise Gone(
                "cannot say how this ends: the server is stopping; ask again when it is back"
            )

    @contextmanager
    def whole(self) -> Generator[None]:
        """Serve a request inside this, its body included. Raises `Problem` when the time is up."""
        with self._limited(MORE) as scope:
            yield
        if scope.cancelled_caught:
            raise Problem(
                503, "cannot finish this: the server is stopping; send it again when it is back"
            )

    @contextmanager
    def _limited(self, more: float) -> Generator[trio.CancelScope]:
        with trio.CancelScope(deadline=self._deadline + more) as scope:
            self._scopes[scope] = more
            try:
                yield scope
            finally:
                del self._scopes[scope]


def bound(app: QuartTrio, grace: Grace) -> None:
    """Let no view of `app` outlast a stop, whatever it waits for; streams say goodbye themselves.

    For when all its routes are there.
    """

    def within(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        async def served(**path: Any) -> Any:
            with grace.whole():
                return await app.ensure_async(view)(**path)

        return served

    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = within(view)
