"""Where one service answers what others ask: typed requests, each with one reply.

Unlike a plain channel a desk never leaves anybody waiting in silence. A request that somebody
has taken up fails at once with `Gone` when that life ends; one that nobody has taken up yet
waits for the next life, and fails at once when there will be none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import outcome
import trio
from msgspec import Struct

R = TypeVar("R")


class Request(Struct, Generic[R], frozen=True):
    """Base of what can be asked; `R` is the type of the answer."""


class Refused(Exception):
    """The one who was asked will not do it; the text says why and what to do."""


class NotFound(Refused):
    """There is no such thing as the one that was asked about."""


class Invalid(Refused):
    """Nobody could do this, whatever the state of things: the request itself is wrong."""


class Busy(Refused):
    """Too many wait already; later there may be room."""


class Gone(Refused):
    """The one who was asked ended before it answered. Nothing is known of the outcome."""


Answer = Callable[[Request[Any]], Awaitable[object]]


class _Letter:
    def __init__(self, request: Request[Any]) -> None:
        self.request = request
        self.answered = trio.Event()
        self.work = trio.CancelScope()
        self.withdrawable = False
        self.result: outcome.Value[object] | outcome.Error | None = None

    def close(self, result: outcome.Value[object] | outcome.Error) -> None:
        self.result = result
        self.answered.set()


class Desk:
    """One named place to ask. `capacity` bounds the requests that wait to be taken up."""

    def __init__(self, name: str, capacity: int = 256) -> None:
        self.name = name
        self._capacity = capacity
        self._waiting: deque[_Letter] = deque()
        self._in_hand: set[_Letter] = set()
        self._arrived = trio.Event()
        self._closed = ""
        self._listeners: list[Callable[[Request[Any]], None]] = []

    def listen(self, callback: Callable[[Request[Any]], None]) -> None:
        """Tell of every request that anybody makes from now on. It must not wait."""
        self._listeners.append(callback)

    async def ask(self, request: Request[R]) -> R:
        """Ask and wait for the answer.

        Raises `Refused` where the answer is a refusal, `Busy` where too many wait already, `Gone`
        where the one who should answer ended. Cancelling withdraws a request that was not taken up;
        one that was is carried out and its answer dropped, unless who answers lets it go.
        """
        for callback in self._listeners:
            callback(request)
        if self._closed:
            raise Gone(f"{self.name} cannot answer: {self._closed}")
        if len(self._waiting) >= self._capacity:
            raise Busy(f"{self.name} is busy: {self._capacity} requests wait; try again")
        letter = _Letter(request)
        self._waiting.append(letter)
        self._arrived.set()
        try:
            await letter.answered.wait()
        finally:
            if letter in self._waiting:
                self._waiting.remove(letter)
            if letter.withdrawable:
                letter.work.cancel()
        assert letter.result is not None
        answer: R = letter.result.unwrap()  # type: ignore[assignment]
        return answer

    async def answer(self, handle: Answer, *, withdrawable: bool = False) -> None:
        """Take up requests in the order they came, each in a task of its own, until cancelled.

        What `handle` returns is the answer, a `Refused` that it raises the refusal. Any other
        exception ends this call, as a bug should: the runner decides what comes next. With
        `withdrawable` a call of `handle` is cancelled when nobody waits for its answer any more.
        """
        try:
            async with trio.open_nursery() as nursery:
                while True:
                    while self._waiting:
                        letter = self._waiting.popleft()
                        letter.withdrawable = withdrawable
                        self._in_hand.add(letter)
                        nursery.start_soon(self._answer_one, letter, handle)
                        # Tasks begun together begin in any order; this one's turn comes first.
                        await trio.lowlevel.checkpoint()
                    self._arrived = trio.Event()
                    await self._arrived.wait()
        finally:
            for letter in tuple(self._in_hand):
                letter.close(outcome.Error(Gone(f"{self.name} ended before it answered")))
            self._in_hand.clear()

    async def _answer_one(self, letter: _Letter, handle: Answer) -> None:
        with letter.work:
            try:
                letter.close(outcome.Value(await handle(letter.request)))
            except Refused as refusal:
                letter.close(outcome.Error(refusal))
        self._in_hand.discard(letter)

    def open(self) -> None:
        """There is a life that will answer, or one to come."""
        self._closed = ""

    def close(self, reason: str) -> None:
        """Nobody will answer: whoever waits is told now, and so is whoever asks later."""
        self._closed = reason
        while self._waiting:
            letter = self._waiting.popleft()
            letter.close(outcome.Error(Gone(f"{self.name} cannot answer: {reason}")))
