"""What every line of a journal begins with: its event's id and kind, and when it was written.

Where events of several threads come together they are in the order of their stamps: microseconds
of Unix time, each greater than all before it. A line has its stamp as `time`, in seconds. Journals
of the first release have times that may be equal, or go back with the clock: there, and only
there, a stamp is made greater than the one before it in the same journal.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path

import msgspec

from services.messages import Event
from services.nonsense import NONSENSE

# Where something else than a file is at its place, that is an error, and nobody waits for it.
CAREFULLY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
MICROSECONDS = 1_000_000
PAGE = 128 * 1024  # bytes of events that are read at once, and one more event at most
_LATEST = 2**37  # seconds; what says that it is from later was spoilt


class Head(msgspec.Struct):
    id: int
    type: str
    time: float = 0.0


_heads = msgspec.json.Decoder(Head)


def head_of(line: bytes) -> Head | None:
    """None for a line that a disk has spoilt."""
    try:
        return _heads.decode(line)
    except NONSENSE:
        return None


def stamp_of(head: Head, before: int) -> int:
    """An event's stamp; `before` is that of the one before it in the same journal."""
    known = 0.0 <= head.time < _LATEST
    return max(before + 1, round(head.time * MICROSECONDS)) if known else before + 1


def opened(path: Path) -> BufferedReader:
    """A journal to read, from its beginning on. Raises `OSError`."""
    return open(os.open(path, os.O_RDONLY | CAREFULLY), "rb")


def events(lines: Iterable[bytes]) -> Iterator[tuple[Head, Event]]:
    """What lines say, up to one that is torn, or is being written; spoilt ones are left out."""
    for line in lines:
        if not line.endswith(b"\n"):
            return
        if (head := head_of(line)) is not None:
            yield head, Event(head.id, head.type, line[:-1])
