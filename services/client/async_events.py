"""A stream of events, to be awaited on Trio or asyncio."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Generic, TypeVar

import anyio
import httpx2

from .calls import Call
from .following import Position
from .problems import Problem
from .retrying import refusal
from .sse import Parser
from .timing import Waiting

E = TypeVar("E")


class AsyncEvents(Generic[E]):
    """Events for ever: a loop over it ends by `break`, by an exception, or when it is cancelled.

    What holds a connection is this and no asynchronous generator, so that a loop may be left at
    any time, and taken up again; until it is ended the connection stays. `async with` ends it; so
    does closing the client, also while another task waits for the next event: its loop is over.
    """

    def __init__(
        self,
        http: httpx2.AsyncClient,
        call: Call,
        position: Position,
        waiting: Waiting,
        now: Callable[[], float],
        ended: Callable[[AsyncEvents[E]], None],
    ) -> None:
        self._http = http
        self._call = call
        self._position = position
        self._waiting = waiting
        self._now = now
        self._ended = ended
        self._came: deque[E] = deque()
        self._pieces: AsyncIterator[bytes] | None = None
        self._answer: httpx2.Response | None = None
        self._parser = Parser()
        self._closed = False
        # The connection is in the hands of one task at a time: who closes takes it from who reads.
        self._hands = anyio.Lock()
        self._reading: anyio.CancelScope | None = None

    def __aiter__(self) -> AsyncEvents[E]:
        return self

    async def __anext__(self) -> E:
        while not self._came:
            async with self._hands:
                if self._closed:
                    raise StopAsyncIteration
                with anyio.CancelScope() as self._reading:
                    await self._go_on()
        return self._came.popleft()

    async def __aenter__(self) -> AsyncEvents[E]:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End it; what came already can still be read. No cancellation cuts it short."""
        self._closed = True
        if self._reading is not None:
            self._reading.cancel()
        with anyio.CancelScope(shield=True):
            async with self._hands:
                await self._drop()
        self._ended(self)

    async def _go_on(self) -> None:
        """Take in the next piece, or wait until it is time for another connection."""
        failure: Exception | None = None
        try:
            if await self._read():
                return
        except (httpx2.TransportError, Problem) as error:
            failure = error
        await self._drop()
        await anyio.sleep(self._position.ended(failure))

    async def _read(self) -> bool:
        """Take in the next piece; false where the connection has ended."""
        if self._pieces is None:
            await self._connect()
        assert self._pieces is not None
        piece = await anext(self._pieces, None)
        if piece is None:
            return False
        for sent in self._parser.feed(piece):
            if (event := self._position.take(sent)) is not None:
                self._came.append(event)
        return True

    async def _connect(self) -> None:
        request = self._http.build_request(
            self._call.method,
            self._call.address,
            params=self._call.parameters,
            headers=self._position.headers,
            timeout=self._waiting.of_streams,
        )
        self._parser = Parser()
        self._answer = answer = await self._http.send(request, stream=True)
        if not answer.is_success:
            body = await answer.aread()
            raise refusal(answer.status_code, answer.headers, body, self._now())
        self._pieces = answer.aiter_bytes()

    async def _drop(self) -> None:
        """Let go of the connection.

        The answer is read by generators within generators, and closing the outermost leaves the
        others to the garbage collector, where nothing can be awaited. Cancelled while they read,
        they all come to their end.
        """
        pieces, self._pieces = self._pieces, None
        answer, self._answer = self._answer, None
        with anyio.CancelScope() as scope:
            scope.cancel()
            while pieces is not None and await anext(pieces, None) is not None:
                pass
        if answer is not None:
            with anyio.CancelScope(shield=True):
                await answer.aclose()
