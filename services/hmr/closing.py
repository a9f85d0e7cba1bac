"""Waits that end early when the front door closes."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import trio


class Closing:
    """Cancels requests that are held: they wait without working."""

    def __init__(self) -> None:
        self.begun = False
        self._scopes: set[trio.CancelScope] = set()

    @contextmanager
    def interruptible(self) -> Generator[trio.CancelScope]:
        """A scope that is cancelled when closing begins, or at once if it has."""
        with trio.CancelScope() as scope:
            if self.begun:
                scope.cancel()
            self._scopes.add(scope)
            try:
                yield scope
            finally:
                self._scopes.discard(scope)

    def begin(self) -> None:
        self.begun = True
        for scope in tuple(self._scopes):
            scope.cancel()
