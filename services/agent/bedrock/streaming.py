"""A model's answer, which a worker thread reads, as events for Trio."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

import outcome
import trio

from services.aws import Reply

AHEAD = 64
"""Events that may have been read and not been taken; the stream waits beyond them."""

Event = Mapping[str, Any]


class Asks(Protocol):
    """What answers requests: `services.aws.Models`."""

    def ask(self, request: Event) -> Reply: ...


class _Line:
    """Where the two threads meet: the answer, and whether anybody still wants it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reply: Reply | None = None
        self._over = False

    def answered(self, reply: Reply) -> bool:
        """Whether the answer is still wanted."""
        with self._lock:
            self._reply = reply
            return not self._over

    def hang_up(self) -> None:
        with self._lock:
            self._over = True
            if self._reply is not None:
                self._reply.hang_up()


class _Events:
    """Raises at the end what the worker thread ended with."""

    def __init__(self, receive: trio.MemoryReceiveChannel[Event]) -> None:
        self._receive = receive
        self.result: outcome.Outcome[None] | None = None

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        try:
            return await self._receive.receive()
        except trio.EndOfChannel:
            if self.result is not None:
                self.result.unwrap()
            raise StopAsyncIteration from None


@asynccontextmanager
async def answer(
    models: Asks, request: Event, limiter: trio.CapacityLimiter
) -> AsyncGenerator[AsyncIterator[Event]]:
    """The events of an answer; they raise `Failed` where it does not come to its end.

    Leaving hangs up and waits for nothing. The worker thread, which counts in `limiter` until it
    has ended, does so at once if the answer had begun, and else with its first byte, or when the
    model has been silent for too long.
    """
    send, receive = trio.open_memory_channel[Event](AHEAD)
    line, events, token = _Line(), _Events(receive), trio.lowlevel.current_trio_token()

    def read() -> None:
        reply = models.ask(request)
        try:
            if line.answered(reply):
                for event in reply:
                    trio.from_thread.run(send.send, event, trio_token=token)
        except trio.BrokenResourceError:
            return  # nobody listens any more
        finally:
            reply.close()

    def ended(result: outcome.Outcome[None]) -> None:
        limiter.release_on_behalf_of(line)
        events.result = result
        send.close()

    def deliver(result: outcome.Outcome[None]) -> None:
        try:
            token.run_sync_soon(ended, result)
        except trio.RunFinishedError:
            return

    # Not `to_thread.run_sync`: that needs a task for the thread, so a nursery around the turn,
    # which would wrap whatever the turn raises in a group.
    await limiter.acquire_on_behalf_of(line)
    trio.lowlevel.start_thread_soon(read, deliver, "bedrock answer")
    try:
        yield events
    finally:
        line.hang_up()
        receive.close()
