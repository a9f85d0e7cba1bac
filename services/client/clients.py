"""The two clients, and a thread in their hands."""

from __future__ import annotations

from collections.abc import Generator
from types import TracebackType
from typing import Any

import anyio
import httpx2
from msgspec import UNSET

from . import async_operations, models, operations
from .async_events import AsyncEvents
from .asynchronous import AsyncSender
from .following import Other
from .retrying import Retries
from .synchronous import Sender
from .timing import Waiting

CLOSING = 5.0  # seconds, also where the block is left by a cancellation


class AsyncClient(async_operations.Operations):
    """All operations, by group, to be awaited on Trio or asyncio; close it, or use `async with`.

    `address` is where the API is, `token` one that reaches far enough. `http` are further
    arguments for `httpx2.AsyncClient`: a transport, limits, proxies.
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        retries: Retries | None = None,
        waiting: Waiting | None = None,
        **http: Any,
    ) -> None:
        self._http = httpx2.AsyncClient(base_url=address, headers=_bearer(token), **http)
        self._sender = AsyncSender(self._http, retries or Retries(), waiting or Waiting())
        super().__init__(self._sender)

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with anyio.move_on_after(CLOSING, shield=True):
            await self.close()

    async def close(self) -> None:
        """Close all connections, and end all streams."""
        await self._sender.close()
        await self._http.aclose()

    def thread(self, client: str, user: str, thread: str) -> AsyncThread:
        """One conversation."""
        return AsyncThread(self, client, user, thread)


class AsyncThread:
    """One conversation: what is done with it most."""

    def __init__(self, api: AsyncClient, client: str, user: str, thread: str) -> None:
        self._api = api
        self._key = (client, user, thread)

    async def start(
        self, instruction: str, *, wait: bool = False, **more: Any
    ) -> models.BegunReply:
        """Begin a turn; with `wait`, how it ended. `more` is what `turns.start` takes."""
        return await self._api.turns.start(*self._key, instruction=instruction, wait=wait, **more)

    async def turn(self, turn: str) -> models.Turn:
        """One turn, as it is now."""
        return (await self._api.turns.get(*self._key, turn)).turn

    def events(self, after: int | None = None) -> AsyncEvents[models.FollowThread | Other]:
        """What happens, after the event with that id or from the first one on, each once.

        It goes on over broken connections and restarts of the server, until it is closed, or
        until so many attempts in a row as `Retries` has brought nothing: then it raises.
        """
        return self._api.events.follow_thread(
            *self._key, after=UNSET if after is None else str(after)
        )


class Client(operations.Operations):
    """All operations, by group; close it, or use `with`. As `AsyncClient`, without async."""

    def __init__(
        self,
        address: str,
        token: str,
        *,
        retries: Retries | None = None,
        waiting: Waiting | None = None,
        **http: Any,
    ) -> None:
        self._http = httpx2.Client(base_url=address, headers=_bearer(token), **http)
        super().__init__(Sender(self._http, retries or Retries(), waiting or Waiting()))

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def thread(self, client: str, user: str, thread: str) -> Thread:
        """One conversation."""
        return Thread(self, client, user, thread)


class Thread:
    """One conversation: what is done with it most."""

    def __init__(self, api: Client, client: str, user: str, thread: str) -> None:
        self._api = api
        self._key = (client, user, thread)

    def start(self, instruction: str, *, wait: bool = False, **more: Any) -> models.BegunReply:
        """Begin a turn; with `wait`, how it ended. `more` is what `turns.start` takes."""
        return self._api.turns.start(*self._key, instruction=instruction, wait=wait, **more)

    def turn(self, turn: str) -> models.Turn:
        """One turn, as it is now."""
        return self._api.turns.get(*self._key, turn).turn

    def events(self, after: int | None = None) -> Generator[models.FollowThread | Other]:
        """What happens, after the event with that id or from the first one on, each once.

        It goes on over broken connections and restarts of the server, until it is closed, or
        until so many attempts in a row as `Retries` has brought nothing: then it raises.
        """
        return self._api.events.follow_thread(
            *self._key, after=UNSET if after is None else str(after)
        )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
