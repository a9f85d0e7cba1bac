"""Where a reader of a log is, and what comes after that. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from services.api.errors import Problem
from supervisor.context import Chunk, Line

_PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,15})")


class Place(Struct, frozen=True):
    """A line of a service: when the count of its lines began, in microseconds, and its number.

    The lines of a service that vanished and came back, and of every service when the daemon is
    started again, are counted anew.
    """

    begun: int
    sequence: int

    def __str__(self) -> str:
        return f"{self.begun}-{self.sequence}"


class Passage(Struct, frozen=True):
    """Lines with their places; `end` is that of the last one, whatever its stream.

    `missed` lines are not there any more; they came before those, and up to `start`. `anew` says
    that the count began anew: of the one before nobody knows how many were not seen.
    """

    lines: tuple[tuple[Place, Line], ...]
    start: Place | None
    end: Place | None
    missed: int = 0
    anew: bool = False

    def last(self, count: int | None) -> Passage:
        """At most so many of the lines."""
        lines = self.lines if count is None else self.lines[max(0, len(self.lines) - count) :]
        return Passage(lines, self.start, self.end, self.missed, self.anew)


def parsed(last_event_id: str | None, after: str | None) -> Place | None:
    """Where to go on; raises `Problem` for what is no id of a line.

    A browser that comes back asks at the address of its first time, so its header is the newer.
    """
    given = last_event_id or after
    if not given:
        return None
    if (found := _PLACE.fullmatch(given)) is None:
        raise Problem(
            400, "cannot go on from there: Last-Event-ID, or ?after=, is the id of a line"
        )
    return Place(int(found[1]), int(found[2]))


def passage(
    after: Place | None, chunks: Sequence[Chunk], stream: str | None, dropped: int = 0
) -> Passage:
    """What chunks have after a place, of one stream or of all; so many lines were `dropped`."""
    if not chunks:
        return Passage((), after, after)
    first = chunks[0]
    missed, anew = dropped, False
    if after is not None:
        anew = _begun(first) != after.begun
        missed = max(dropped, first.first - 1 - (0 if anew else after.sequence))
    return Passage(
        tuple(
            (place, line)
            for chunk in chunks
            if stream in (None, chunk.stream)
            for line in chunk
            if not _is_seen(place := Place(_begun(chunk), line.sequence), after)
        ),
        Place(_begun(first), first.first - 1),
        Place(_begun(chunks[-1]), chunks[-1].first + chunks[-1].count - 1),
        missed,
        anew,
    )


def _begun(chunk: Chunk) -> int:
    return int(chunk.begun * 1_000_000)


def _is_seen(place: Place, after: Place | None) -> bool:
    return after is not None and place.begun == after.begun and place.sequence <= after.sequence
