"""The supervisor's side of a preview's server: commands, one at a time for each."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import trio

from services.messages import server_of
from supervisor.control import Control, RestartService, Start, Stop
from supervisor.events import Events
from supervisor.model import ServiceStatus, State

UP = (State.STARTING, State.RUNNING, State.BACKOFF)


class Instances:
    """Raises `Refused` where the supervisor refuses. Cancelled, what was asked is carried out."""

    def __init__(self, control: Control, events: Events) -> None:
        self._control = control
        self._events = events
        self._locks: dict[str, trio.Lock] = {}

    def status(self, preview_id: str) -> ServiceStatus | None:
        """How it is; None where there is none."""
        return self._events.get(server_of(preview_id))

    async def run(self, preview_id: str, parameters: dict[str, str], *, fresh: bool) -> None:
        """Let it run with these parameters, `fresh` in a new life; returns when that is settled."""
        name = server_of(preview_id)
        async with self._turn(preview_id):
            now = self.status(preview_id)
            if now is not None and now.parameters == parameters and now.state in UP:
                if fresh:
                    await self._control.ask(RestartService(name))
                return
            if now is not None:
                await self._control.ask(Stop(name))
            await self._control.ask(Start(name, parameters))

    async def stop(self, preview_id: str, if_: Callable[[], bool]) -> None:
        """End it, if that is still wanted when its turn has come; returns when nothing is left."""
        async with self._turn(preview_id):
            if if_() and self.status(preview_id) is not None:
                await self._control.ask(Stop(server_of(preview_id)))

    @asynccontextmanager
    async def _turn(self, preview_id: str) -> AsyncGenerator[None]:
        lock = self._locks.setdefault(preview_id, trio.Lock())
        try:
            async with lock:
                yield
        finally:
            # Threads come and go: no name is remembered that nobody waits at.
            if not lock.locked() and not lock.statistics().tasks_waiting:
                self._locks.pop(preview_id, None)
