"""What happened in a thread, on disk: one JSON object a line, with increasing ids."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec

STARTED = "turn.started"
FINISHED = "turn.finished"
UNFINISHED = "the agent ended before this turn did; what it had changed stays uncommitted"


class _Line(msgspec.Struct):
    id: int
    type: str
    turn: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a journal's bytes say: the last id, turns that have no end, bytes of whole lines."""

    last: int
    unfinished: tuple[str, ...]
    size: int


def scan(content: bytes) -> Scan:
    """Read a journal. A last line without its end counts for nothing; nor does a broken one."""
    size = content.rfind(b"\n") + 1
    decoder = msgspec.json.Decoder(_Line)
    last = 0
    unfinished: dict[str, None] = {}
    for text in content[:size].splitlines():
        try:
            line = decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        last = max(last, line.id)
        if line.type == STARTED:
            unfinished[line.turn] = None
        elif line.type == FINISHED:
            unfinished.pop(line.turn, None)
    return Scan(last, tuple(unfinished), size)


class Journal:
    """The journal of one thread; synchronous, for any number of worker threads.

    Raises `OSError` where the disk does, and then nothing was written. The file is open from
    the first event of a turn on, until `close`; more events may follow.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        """Read what there is; cut off a torn end, and end the turns that a crash left open."""
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        self._file: int | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        known = scan(path.read_bytes() if path.exists() else b"")
        self._last = known.last
        if path.exists() and known.size < path.stat().st_size:
            os.truncate(path, known.size)
        for turn in known.unfinished:
            self.append(turn, FINISHED, {"state": "interrupted", "error": UNFINISHED})
        self.close()

    def append(self, turn: str, kind: str, facts: Mapping[str, object]) -> int:
        """Write an event of a turn and return its id.

        The beginning and the end of a turn are on the disk when this returns, what lies
        between is with the operating system.
        """
        with self._lock:
            self._open(os.O_CREAT)
            return self._append(kind, {"turn": turn}, facts)

    def note(self, kind: str, facts: Mapping[str, object]) -> int | None:
        """Write an event of no turn and return its id; None where there is no journal.

        It makes none: a thread that was deleted must not come back with the end of its preview.
        """
        with self._lock:
            before = self._file
            try:
                self._open()
                return self._append(kind, {}, facts)
            except FileNotFoundError:
                return None
            finally:
                if before is None:
                    self._close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._close()

    def _open(self, flags: int = 0) -> None:
        if self._file is None:
            flags |= os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.open(self._path, flags, 0o644)

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _append(self, kind: str, turn: Mapping[str, str], facts: Mapping[str, object]) -> int:
        number = self._last + 1
        event = {"id": number, "type": kind, **turn, "time": self._now()}
        event |= {name: _sound(value) for name, value in facts.items()}
        self._write(msgspec.json.encode(event) + b"\n", durable=kind in (STARTED, FINISHED))
        self._last = number
        return number

    def _write(self, line: bytes, *, durable: bool) -> None:
        assert self._file is not None
        size = os.fstat(self._file).st_size
        try:
            _write_whole(self._file, line)
        except OSError:
            os.ftruncate(self._file, size)
            raise
        if durable:
            os.fsync(self._file)


def _write_whole(file: int, line: bytes) -> None:
    if os.write(file, line) < len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _sound(value: object) -> object:
    """The same with what UTF-8 cannot say replaced: a file's name may hold any byte."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, tuple):
        return [_sound(part) for part in cast("tuple[object, ...]", value)]
    return value
