"""Records to a descriptor that may be slow, or gone, without anybody waiting for it."""

from __future__ import annotations

import os
import select
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock

import msgspec

from supervisor.backlog import ROOM, Backlog

OURS = "nurseryd"


class Sink:
    """Where the log goes. What finds no room is counted, and said as soon as there is some."""

    def __init__(self, descriptor: int, room: int = ROOM) -> None:
        self._descriptor = descriptor
        self._backlog = Backlog("log", room)
        self._counting = Lock()
        self._lost: Counter[str] = Counter()
        self._untold: Counter[str] = Counter()

    @property
    def lost(self) -> Mapping[str, int]:
        """How many records of each service found no room, ever."""
        return self._lost

    def write(self, text: str) -> None:
        """Take a record of our own; for `structlog.WriteLogger`."""
        self.put(OURS, text.encode("utf-8", "backslashreplace"), 1)

    def put(self, service: str, records: bytes, count: int) -> None:
        """Take so many whole records, or lose them."""
        if not self._backlog.put(service, self._carry, records):
            with self._counting:
                self._lost[service] += count
                self._untold[service] += count

    async def relief(self, service: str, size: int) -> None:
        """See `Backlog.relief`."""
        await self._backlog.relief(service, size)

    def flush(self) -> None:
        """Nothing: `write` waits for nobody."""

    def close(self, patience: float = 1.0) -> None:
        """Write what waits, and what was lost; give up after so many seconds."""
        self._backlog.put("", self._carry, b"")
        self._backlog.close(patience)

    def _carry(self, records: list[bytes]) -> None:
        while records:
            with suppress(OSError):  # nobody reads any more: no reason to end anything
                self._write_all(b"".join(records))
            records = self._told()

    def _told(self) -> list[bytes]:
        """One record for each service that lost some since."""
        with self._counting:
            untold, self._untold = self._untold, Counter()
        told = {"event": "log lines lost", "level": "warning"}
        return [
            msgspec.json.encode({**told, "service": service, "lost": lost}) + b"\n"
            for service, lost in untold.items()
        ]

    def _write_all(self, records: bytes) -> None:
        rest = memoryview(records)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # whoever shares a terminal with us can make it so
                select.select((), (self._descriptor,), ())
