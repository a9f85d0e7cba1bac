"""What happened in a thread, on disk: one JSON object a line, with increasing ids.

`VERSION` stands in the first event of every turn. Whatever reads a journal leaves out the kinds
of events that it does not know, so only a change of what a known one means makes a new version.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import msgspec

from services.agent.heads import CAREFULLY, MICROSECONDS, PAGE, events, head_of, opened, stamp_of
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
STRIDE = 256  # events between two places in the file that are remembered


class Journal:
    """The journal of one thread; synchronous, for any number of worker threads.

    Raises `OSError` where the disk does, or another one wrote, and then nothing was written. The
    file is open from the first event on, until `close`; more events may follow.
    """

    def __init__(self, path: Path) -> None:
        """Find the last event; a torn end is cut off."""
        self.path = path
        self._lock = threading.Lock()
        self._file: int | None = None
        self._places: list[tuple[int, int]] = [(0, 0)]  # after that id the file goes on there
        self._count = 0
        self._identity: tuple[int, int] | None = None
        self._end = 0  # bytes that are known to be in it
        self.last = 0
        self.stamp = 0  # of the last event
        path.parent.mkdir(parents=True, exist_ok=True)
        self._measure()

    def _measure(self) -> None:
        try:
            lines = opened(self.path)
        except FileNotFoundError:
            return
        whole = 0
        with lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                if (head := head_of(line)) is not None and head.id > self.last:
                    self._passed(head.id, stamp_of(head, self.stamp), whole)
            status = os.fstat(lines.fileno())
        self._identity = (status.st_dev, status.st_ino)
        self._end = whole
        if whole < status.st_size:
            os.truncate(self.path, whole)

    @property
    def has_begun(self) -> bool:
        """Whether there is a file that it writes to; the first event makes it."""
        return self._identity is not None

    @property
    def is_there(self) -> bool:
        """Whether the file that it writes to is still the one at its path, or neither is.

        One that somebody else wrote to is another one.
        """
        with self._lock:
            try:
                status = os.stat(self.path, follow_symlinks=False)
            except (FileNotFoundError, NotADirectoryError):
                return self._identity is None
            known = (*self._identity, self._end) if self._identity else None
            return known == (status.st_dev, status.st_ino, status.st_size)

    def append(self, kind: str, facts: Mapping[str, object], stamp: int) -> Event:
        """Write an event, and return it; see `DURABLE`. `stamp` is greater than the last one."""
        with self._lock:
            # One that went with its thread is not begun anew, and no empty file is left of it.
            self._open(0 if self._end else os.O_CREAT)
            try:
                return self._append(kind, facts, stamp)
            except OSError:
                self._close()  # what cannot be written to may be looked at by another one next
                raise

    def note(self, kind: str, facts: Mapping[str, object], stamp: int) -> Event | None:
        """Write an event and return it; None where there is no journal.

        It makes none: a thread that was deleted must not come back with the end of its preview.
        """
        with self._lock:
            before = self._file
            try:
                self._open()
                return self._append(kind, facts, stamp)
            except FileNotFoundError:
                return None
            finally:
                if before is None:
                    self._close()

    def read(self, after: int = 0, limit: int | None = None) -> tuple[Event, ...]:
        """The events after the one with the id `after`; none without a file.

        With a `limit` so many at most, and no more than one page of bytes.
        """
        with self._lock:
            last, place = self.last, self._place(after)
        found: list[Event] = []
        size = 0
        try:
            lines = opened(self.path)
        except FileNotFoundError:
            return ()
        with lines:
            lines.seek(place)
            for _, event in events(lines):
                if event.id > last:
                    break  # what is written at this moment is for the next time
                if limit is not None and (len(found) == limit or size >= PAGE):
                    break
                if event.id > after:
                    found.append(event)
                    size += len(event.data)
        return tuple(found)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._close()

    def _place(self, after: int) -> int:
        return max(place for number, place in self._places if number <= after)

    def _passed(self, number: int, stamp: int, end: int) -> None:
        self.last = number
        self.stamp = stamp
        self._count += 1
        if self._count % STRIDE == 0:
            self._places.append((number, end))

    def _open(self, flags: int = 0) -> None:
        if self._file is None:
            flags |= os.O_WRONLY | os.O_APPEND | CAREFULLY
            self._file = os.open(self.path, flags, 0o644)
            status = os.fstat(self._file)
            self._identity = (status.st_dev, status.st_ino)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:  # closed, also where that says that something was lost
            os.close(file)

    def _append(self, kind: str, facts: Mapping[str, object], stamp: int) -> Event:
        assert self._file is not None
        event: dict[str, object] = {"id": self.last + 1, "type": kind}
        event |= {name: _sound(value) for name, value in facts.items()}
        event["time"] = stamp / MICROSECONDS
        data = msgspec.json.encode(event)
        line = data + b"\n"
        if os.fstat(self._file).st_size != self._end:
            # Two that write would give the same ids; whoever asks next reads it anew.
            raise OSError(errno.ESTALE, "somebody else wrote to it", str(self.path))
        try:
            _write_whole(self._file, line)
            if kind in DURABLE:
                os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(line)
        self._passed(self.last + 1, stamp, self._end)
        return Event(self.last, kind, data)


def _write_whole(file: int, line: bytes) -> None:
    if os.write(file, line) < len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


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
