"""Calls over httpx2, on Trio or asyncio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import anyio
import httpx2

from .async_events import AsyncEvents
from .calls import Call, Content, decoded
from .following import Position
from .retrying import Attempts, Retries
from .timing import Waiting

T = TypeVar("T")


class AsyncSender:
    """Makes calls, again where that helps. Raises `Problem` and `Unreachable`."""

    def __init__(self, http: httpx2.AsyncClient, retries: Retries, waiting: Waiting) -> None:
        self._http = http
        self._retries = retries
        self._waiting = waiting
        # What nobody refers to would be cleared away where nothing can be awaited.
        self._open: set[AsyncEvents[Any]] = set()

    async def reply(self, call: Call, shape: type[T]) -> T:
        """The answer, as a shape."""
        return decoded((await self._send(call)).content, shape)

    async def perhaps(self, call: Call, shape: type[T]) -> T | None:
        """The answer as a shape, if there is one."""
        answer = await self._send(call)
        return decoded(answer.content, shape) if answer.content else None

    async def nothing(self, call: Call) -> None:
        """Where there is no answer but that it was done."""
        await self._send(call)

    async def content(self, call: Call) -> Content:
        """The answer as it is."""
        answer = await self._send(call)
        kind = answer.headers.get("Content-Type", "")
        return Content(answer.content, kind, answer.headers.get("ETag"))

    async def _send(self, call: Call) -> httpx2.Response:
        attempts = Attempts(call, self._retries)
        while True:
            try:
                answer = await self._http.request(
                    call.method,
                    call.address,
                    params=call.parameters,
                    headers=attempts.headers,
                    content=attempts.body,
                    timeout=self._waiting.of(call),
                )
            except httpx2.TransportError as error:
                pause = attempts.unanswered(error)
            else:
                if answer.is_success:
                    return answer
                pause = attempts.refused(answer.status_code, answer.headers, answer.content)
            await anyio.sleep(pause)

    def events(self, call: Call, kinds: Mapping[str, type[Any]]) -> AsyncEvents[Any]:
        """Each event once and in order, whatever becomes of the connections that bring them."""
        position = Position(call, kinds, self._retries)
        events = AsyncEvents[Any](
            self._http, call, position, self._waiting, self._retries.now, self._open.discard
        )
        self._open.add(events)
        return events

    async def close(self) -> None:
        """End all streams."""
        for events in tuple(self._open):
            await events.aclose()
