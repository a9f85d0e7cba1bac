"""What a service writes as server-sent events: the lines that are kept, then each that comes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack

import trio
from msgspec import Struct

from services.api.streams.news import news
from services.api.streams.places import Passage, Place, passage
from services.api.streams.sse import GOODBYE, NOTHING_NEW, RETRY, event, passed, pieces
from supervisor.context import Chunk, Line, Logs

Show = Callable[[Place, Line], Struct]


class Missed(Struct, frozen=True):
    """So many `lines` are not there any more; with `anew` more may be, of an earlier count."""

    lines: int
    anew: bool


class Reading:
    """One who reads a log: after a place, or the `last` of the kept lines where there is none."""

    def __init__(
        self, after: Place | None, last: int | None, stream: str | None, show: Show
    ) -> None:
        self._place = after
        self._last = last
        self._stream = stream
        self._show = show
        # Whether it is known what was written since: when a count begins anew, nothing is missing.
        self._knows = after is None

    def kept(self, chunks: Sequence[Chunk]) -> Iterator[bytes]:
        """The events of the lines that are kept when it comes."""
        before, self._last = self._last if self._place is None else None, None
        yield from self._told(passage(self._place, chunks, self._stream).last(before))
        self._knows = self._knows or bool(chunks)

    def more(self, chunks: Iterable[Chunk], dropped: int) -> Iterator[bytes]:
        """The events of the lines that came since, before which so many were `dropped`."""
        for chunk in chunks:
            yield from self._told(passage(self._place, (chunk,), self._stream, dropped))
            self._knows, dropped = True, 0

    def _told(self, read: Passage) -> Iterator[bytes]:
        anew = read.anew and not self._knows
        if read.missed or anew:
            yield event("missed", Missed(read.missed, anew), read.start)
        for place, line in read.lines:
            yield event("line", self._show(place, line), place)
        if read.end != (read.lines[-1][0] if read.lines else self._place):
            yield passed(read.end)  # past lines of another stream
        self._place = read.end


async def follow(
    logs: Logs, service: str, reading: Reading, stopping: trio.Event, held: ExitStack
) -> AsyncGenerator[bytes, None]:
    """The kept lines, then each that comes; a comment when nothing does.

    Lines that are not there any more are told in their place. Who does not read holds nobody up.
    Ends when the API is asked to stop.
    """
    yield RETRY
    follower = held.enter_context(logs.follow(service))
    for piece in pieces(reading.kept(logs.kept(service))):
        yield piece
    while True:
        heard = await news(follower.receive, stopping)
        if stopping.is_set():
            break
        if heard is None:
            yield NOTHING_NEW
            continue
        for piece in pieces(reading.more(heard.chunks, heard.missed.get(service, 0))):
            yield piece
    yield GOODBYE
