"""A thread's events as somebody hears them who listens all the time, and comes back each time."""

from __future__ import annotations

import json
from collections.abc import Callable

import trio

from tests.chaos.client import Defect
from tests.chaos.turns import http
from tests.chaos.turns.http import Away
from tests.chaos.turns.journals import Event
from tests.chaos.turns.kept import Kept


class Hearing:
    """Raises `Defect` for an event that is left out, or told twice. `noticed` is told of each."""

    def __init__(self, daemon: Kept, port: int, path: str, noticed: Callable[[str], None]) -> None:
        self.lines: list[bytes] = []
        self.finished: dict[str, Event] = {}
        self._daemon = daemon
        self._port = port
        self._path = path
        self._noticed = noticed
        self._more = trio.Event()

    async def listen(self) -> None:
        """Until cancelled."""
        while True:
            await self._daemon.until_up()
            try:
                async with http.events(self._port, self._path, len(self.lines)) as events:
                    while (heard := await events.next()) is not None:
                        self._hear(*heard)
            except Away:
                await trio.sleep(0.02)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds; looked at with each event."""
        while not condition():
            await self._more.wait()

    async def replayed(self, count: int) -> list[bytes]:
        """What somebody hears who comes for the first time."""
        found: list[bytes] = []
        async with http.events(self._port, self._path, 0) as events:
            while len(found) < count and (heard := await events.next()) is not None:
                found.append(heard[1])
        return found

    def _hear(self, number: int, data: bytes) -> None:
        if number != len(self.lines) + 1:
            raise Defect(f"{self._path}: after event {len(self.lines)} comes {number}: {data!r}")
        self.lines.append(data)
        event = json.loads(data)
        if event["type"] == "turn.finished":
            self.finished[event["turn"]] = event
        self._more.set()
        self._more = trio.Event()
        self._noticed(event["type"])
        if event["type"] == "turn.finished":
            self._noticed(event["state"])
