"""What happened in a thread, on disk: one JSON object a line, with increasing ids.

`VERSION` stands in the first event of every turn. Whatever reads a journal leaves out the kinds
of events that it does not know, so only a change of what a known one means makes a new version.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

import msgspec

from services.messages import Event

VERSION = 1
# Kinds that are on the disk when `append` returns; the others are with the operating system.
DURABLE = frozenset(
    {
        "turn.queued",
        "turn.started",
        "turn.finished",
        "turn.settling",
        "turn.settled",
        "turn.undoing",
        "turn.undone",
        "turn.redone",
        "turn.given_up",
    }
)
# Where something else than a file is at its place, that is an error, and nobody waits for it.
_CAREFULLY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
STRIDE = 256  # events between two places in the file that are remembered


class _Head(msgspec.Struct):
    id: int
    type: str


class Journal:
    """The journal of one thread; synchronous, for any number of worker threads.

    Raises `OSError` where the disk does, and then nothing was written. The file is open from
    the first event on, until `close`; more events may follow.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        """Find the last event; a torn end is cut off."""
        self.path = path
        self._now = now
        self._lock = threading.Lock()
        self._file: int | None = None
        self._places: list[tuple[int, int]] = [(0, 0)]  # after that id the file goes on there
        self._count = 0
        self._identity: tuple[int, int] | None = None
        self.last = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._measure()

    def _measure(self) -> None:
        try:
            file = os.open(self.path, os.O_RDONLY | _CAREFULLY)
        except FileNotFoundError:
            return
        whole = 0
        with open(file, "rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                if (head := _head(line)) is not None and head.id > self.last:
                    self._passed(head.id, whole)
            status = os.fstat(lines.fileno())
        self._identity = (status.st_dev, status.st_ino)
        if whole < status.st_size:
            os.truncate(self.path, whole)

    @property
    def is_there(self) -> bool:
        """Whether the file that it writes to is still the one at its path, or neither is."""
        try:
            status = os.stat(self.path, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return self._identity is None
        return self._identity == (status.st_dev, status.st_ino)

    def append(self, kind: str, facts: Mapping[str, object]) -> Event:
        """Write an event, and return it; see `DURABLE`."""
        with self._lock:
            self._open(os.O_CREAT)
            return self._append(kind, facts)

    def note(self, kind: str, facts: Mapping[str, object]) -> Event | None:
        """Write an event and return it; None where there is no journal.

        It makes none: a thread that was deleted must not come back with the end of its preview.
        """
        with self._lock:
            before = self._file
            try:
                self._open()
                return self._append(kind, facts)
            except FileNotFoundError:
                return None
            finally:
                if before is None:
                    self._close()

    def read(self, after: int = 0, limit: int | None = None) -> tuple[Event, ...]:
        """The events after the one with the id `after`, so many at most; none without a file."""
        with self._lock:
            last, place = self.last, self._place(after)
        found: list[Event] = []
        try:
            file = os.open(self.path, os.O_RDONLY | _CAREFULLY)
        except FileNotFoundError:
            return ()
        with open(file, "rb") as lines:
            lines.seek(place)
            for event in _events(lines):
                if event.id > last or (limit is not None and len(found) == limit):
                    break  # what is written at this moment is for the next time
                if event.id > after:
                    found.append(event)
        return tuple(found)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._close()

    def _place(self, after: int) -> int:
        return max(place for number, place in self._places if number <= after)

    def _passed(self, number: int, end: int) -> None:
        self.last = number
        self._count += 1
        if self._count % STRIDE == 0:
            self._places.append((number, end))

    def _open(self, flags: int = 0) -> None:
        if self._file is None:
            flags |= os.O_WRONLY | os.O_APPEND | _CAREFULLY
            self._file = os.open(self.path, flags, 0o644)
            status = os.fstat(self._file)
            self._identity = (status.st_dev, status.st_ino)

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _append(self, kind: str, facts: Mapping[str, object]) -> Event:
        assert self._file is not None
        event: dict[str, object] = {"id": self.last + 1, "type": kind}
        event |= {name: _sound(value) for name, value in facts.items()}
        event["time"] = self._now()
        data = msgspec.json.encode(event)
        line = data + b"\n"
        size = os.fstat(self._file).st_size
        try:
            _write_whole(self._file, line)
            if kind in DURABLE:
                os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, size)
            raise
        self._passed(self.last + 1, size + len(line))
        return Event(self.last, kind, data)


def _write_whole(file: int, line: bytes) -> None:
    if os.write(file, line) < len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _events(lines: Iterator[bytes]) -> Iterator[Event]:
    for line in lines:
        if not line.endswith(b"\n"):
            return
        if (head := _head(line)) is not None:
            yield Event(head.id, head.type, line[:-1])


_heads = msgspec.json.Decoder(_Head)


def _head(line: bytes) -> _Head | None:
    """None for a line that a disk has spoilt."""
    try:
        return _heads.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _sound(value: object) -> object:
    """The same with what UTF-8 cannot say replaced: a file's name may hold any byte."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, tuple | list):
        return [_sound(part) for part in cast("tuple[object, ...]", value)]
    if isinstance(value, msgspec.Struct):
        return _sound(msgspec.to_builtins(value))
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value)
        return {name: _sound(part) for name, part in pairs.items()}
    return value
