"""All log files, written by one worker thread, so that a hung disk holds up nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

import structlog
import trio

from supervisor.backlog import ROOM, Backlog
from supervisor.logfile import LogFile
from supervisor.spec import Log

log = structlog.get_logger()

RETRY = 1.0  # seconds until a file that could not be written is tried again


class LogFiles:
    """Files by their paths. What cannot be written is counted, and said once until it works again.

    To be used inside of Trio; nothing here waits but `relief`.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._backlog = Backlog("log files", room)
        self._files: dict[str, _File] = {}

    @property
    def lost(self) -> Mapping[str, int]:
        """How many lines did not come into each file."""
        return {path: file.lost for path, file in self._files.items() if file.lost}

    def configure(self, path: str, settings: Log) -> None:
        """Have such a file; it is made when there is something to write."""
        if path not in self._files:
            self._files[path] = _File(path)
        self._files[path].configure(settings)

    def keep(self, paths: set[str]) -> None:
        """Be done with all others."""
        for path in self._files.keys() - paths:
            self._do(self._files.pop(path).close)

    def write(self, service: str, path: str, data: bytes) -> None:
        """Append pieces of lines, or lose them."""
        file = self._files[path]
        file.crowd(data, not self._backlog.put(service, file.carry, data))

    async def relief(self, service: str, size: int) -> None:
        """See `Backlog.relief`."""
        await self._backlog.relief(service, size)

    def clear(self, path: str) -> None:
        """Empty it, after what was written so far."""
        self._do(self._files[path].clear)

    def reopen(self) -> None:
        """Begin all anew where they stood: somebody has moved them."""
        for file in self._files.values():
            self._do(file.close)

    def close(self, patience: float = 1.0) -> None:
        """Write what waits; give up after so many seconds."""
        self._backlog.close(patience)

    def _do(self, what: Callable[[], None]) -> None:
        self._backlog.put("", lambda _: what(), b"")


class _File:
    """A log file and what becomes of it. `carry`, `clear` and `close` are for the worker thread."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = LogFile(path, 0, 0)
        self._token = trio.lowlevel.current_trio_token()
        self._overflowed = self._crowded_since = 0
        self._crowded = False
        self._unwritten = self._failing_since = 0
        self._failing = False
        self._retry = 0.0

    @property
    def lost(self) -> int:
        return self._overflowed + self._unwritten

    def configure(self, settings: Log) -> None:
        self._file.max_bytes = settings.max_bytes
        self._file.backups = settings.backups

    def crowd(self, data: bytes, lost: bool) -> None:
        """Whether this found no room in the backlog."""
        if lost:
            if not self._crowded:
                self._crowded_since = self._overflowed
                log.warning("cannot write a log file as fast as it grows", file=self._path)
            self._overflowed += _lines(data)
        elif self._crowded:
            missing = self._overflowed - self._crowded_since
            log.warning("a log file has caught up", file=self._path, lost=missing)
        self._crowded = lost

    def carry(self, pieces: list[bytes]) -> None:
        data = b"".join(pieces)
        if time.monotonic() < self._retry:
            self._unwritten += _lines(data)
            return
        try:
            trouble = self._file.write(data)
        except OSError as error:
            self._fail(error, _lines(data[self._file.written :]))
            return
        if self._failing:
            self._failing = False
            missing = self._unwritten - self._failing_since
            self._say("a log file can be written again", lost=missing)
        if trouble is not None:
            self._say("cannot put a full log file aside", reason=str(trouble))

    def clear(self) -> None:
        try:
            self._file.clear()
        except OSError as error:
            self._say("cannot empty a log file", reason=str(error))

    def close(self) -> None:
        with suppress(OSError):  # of what was written long ago
            self._file.close()

    def _fail(self, error: OSError, lost: int) -> None:
        self.close()
        if not self._failing:
            self._failing = True
            self._failing_since = self._unwritten
            self._say("cannot write a log file", reason=str(error))
        self._unwritten += lost
        self._retry = time.monotonic() + RETRY

    def _say(self, event: str, **facts: object) -> None:
        """In the loop's thread."""
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(partial(log.warning, event, file=self._path, **facts))


def _lines(data: bytes) -> int:
    return data.count(b"\n") or 1
