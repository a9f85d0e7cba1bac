"""One value that tasks can wait on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import trio

T = TypeVar("T")


class Cell(Generic[T]):
    """A value, and a way to wait until it is such and such.

    Waiters see levels, not edges: a value that came and went between two turns of the loop
    may be missed, the latest one never is.
    """

    def __init__(self, value: T) -> None:
        self._value = value
        self._changed = trio.Event()

    @property
    def value(self) -> T:
        return self._value

    def set(self, value: T) -> None:
        """Replace the value and wake whoever waits; an equal value changes nothing."""
        if value != self._value:
            self._value = value
            self._changed.set()
            self._changed = trio.Event()

    async def until(self, test: Callable[[T], bool]) -> T:
        """Wait for a value that passes `test` and return it."""
        while not test(self._value):
            await self._changed.wait()
        return self._value

    async def change(self, seen: T) -> T:
        """Wait for a value other than `seen` and return it."""
        return await self.until(lambda value: value != seen)
