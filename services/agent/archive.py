"""The journals of many threads read as one, in the order of stamps; synchronous.

It only reads: journals are written by their books. What it learns of them it keeps for the next
page: where each begins, and places in between. So it is for one caller at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from pathlib import Path

import structlog

from services.agent.heads import MICROSECONDS, PAGE, events, head_of, opened, stamp_of
from services.messages import Event, History, ThreadEvent, ThreadEventPage

log = structlog.get_logger()

STRIDE = 256  # events between two places in a journal that are remembered
BATCH = 32  # events that are read of one journal at once
# What a file server's clock, by which a file's time goes, may be behind ours: a day.
APART = 86_400 * MICROSECONDS
TAIL = 64 * 1024  # bytes

_Stamped = tuple[int, Event]


class Archive:
    """Remembers something of every journal that it had to read."""

    def __init__(self) -> None:
        self._shelves: dict[Path, _Shelf] = {}

    def read(
        self, histories: Iterable[History], after: int, until: int, limit: int
    ) -> ThreadEventPage:
        """The first events of these journals with a stamp after one and not after another.

        Each journal is opened when its turn may have come, so that those of long ago, and those
        of later, cost nothing. One that cannot be read is logged, and left out.
        """
        shelves = [(self._shelf(history.path), history.key) for history in histories]
        # By the next stamp, or one that is no greater; what is known of what follows is behind it.
        turns: list[tuple[int, int, list[_Stamped]]] = [
            (earliest, number, [])
            for number, (shelf, _) in enumerate(shelves)
            if (earliest := shelf.earliest(after)) is not None
        ]
        heapify(turns)
        found: list[ThreadEvent] = []
        size = 0
        while turns and turns[0][0] <= until:
            # The first release may have given a stamp twice: no page ends between the two.
            if (len(found) >= limit or size >= PAGE) and turns[0][0] > found[-1].stamp:
                return ThreadEventPage(tuple(found), found[-1].stamp)
            stamp, number, batch = heappop(turns)
            shelf, key = shelves[number]
            known = stamp - 1
            if batch:
                found.append(ThreadEvent(stamp, key, batch.pop()[1]))
                size += len(found[-1].event.data)
                known = stamp
            if not batch:
                batch = shelf.batch(known, until)
                batch.reverse()
            if batch:
                heappush(turns, (batch[-1][0], number, batch))
        return ThreadEventPage(tuple(found), until)

    def _shelf(self, path: Path) -> _Shelf:
        return self._shelves.setdefault(path, _Shelf(path))


class _Shelf:
    """One journal: `_places` are stamps, after which it goes on at that place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._forget()

    def _forget(self, identity: tuple[int, int] | None = None) -> None:
        self._identity = identity
        self._first: int | None = None
        self._places: list[tuple[int, int]] = [(0, 0)]
        self._count = 0
        self._last = 0
        self._size = 0

    def earliest(self, after: int) -> int | None:
        """A stamp after `after` that is not greater than the next one; None if there is none."""
        try:
            status = os.stat(self._path, follow_symlinks=False)
            if (status.st_dev, status.st_ino) != self._identity:
                self._forget((status.st_dev, status.st_ino))
            if status.st_mtime_ns // 1000 + APART < after:
                return None
            if self._size == status.st_size and self._last <= after:
                return None
            if self._first is None:
                self._first = self._begin()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._unreadable(error)
            return None
        return None if self._first is None else max(self._first, after + 1)

    def batch(self, after: int, until: int) -> list[_Stamped]:
        """The next events. Nobody counts on what is after `until`: it may still be taken back."""
        stamp, place = max(known for known in self._places if known[0] <= after)
        found: list[_Stamped] = []
        try:
            with opened(self._path) as lines:
                lines.seek(place)
                for line in lines:
                    place += len(line)
                    event = next(events((line,)), None)
                    if event is None:
                        continue
                    stamp = stamp_of(event[0], stamp)
                    if stamp > until or len(found) == BATCH:
                        break
                    self._passed(stamp, place)
                    if stamp > after:
                        found.append((stamp, event[1]))
        except FileNotFoundError:
            pass
        except OSError as error:
            self._unreadable(error)
        return found

    def _begin(self) -> int | None:
        """The first stamp."""
        with opened(self._path) as lines:
            return next((stamp_of(head, 0) for head, _ in events(lines)), None)

    def _passed(self, stamp: int, end: int) -> None:
        if stamp <= self._last:
            return
        self._last, self._size = stamp, end
        self._count += 1
        if self._count % STRIDE == 0:
            self._places.append((stamp, end))

    def _unreadable(self, error: OSError) -> None:
        log.warning("journal not read", path=str(self._path), reason=str(error))


def newest(paths: Iterable[Path], now: float) -> int:
    """The greatest stamp in journals that were written to not long before `now`, in seconds."""
    found = 0
    for path in paths:
        try:
            if os.stat(path).st_mtime_ns // 1000 + APART >= now * MICROSECONDS:
                found = max(found, _last_of(path))
        except OSError:
            continue  # whoever opens it will say so
    return found


def _last_of(path: Path) -> int:
    """The greatest stamp at the end of a journal."""
    size, length = path.stat().st_size, TAIL
    while True:
        with opened(path) as lines:
            lines.seek(max(0, size - length))
            if length < size:
                lines.readline()  # the rest of one
            heads = [head for line in lines if (head := head_of(line)) is not None]
        if heads or length >= size:
            return max((stamp_of(head, 0) for head in heads), default=0)
        length *= 16
