"""Lines and events as they come, to a client that may be slower than they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress

import trio
from msgspec import Struct, field

from supervisor.events import Events
from supervisor.output import Line, Output
from supervisor.socket.http import Send, as_json

# Lines that may wait for a slow client before it misses some.
CAPACITY = 1024


class Lines(Struct, frozen=True):
    """Which lines: of one service or of all and the daemon, of one stream or of all.

    `last` limits the kept ones that come first; None means all that are kept.
    """

    service: str | None = None
    stream: str | None = None
    last: int | None = None

    def kept(self, output: Output, names: Iterable[str]) -> list[Line]:
        """The kept lines, oldest first; `names` are the services that there are."""
        of = [self.service] if self.service is not None else names
        lines = [line for name in of for line in output.tail(name) if self.has(line)]
        lines.sort(key=lambda line: line.at)
        return lines if self.last is None else lines[max(0, len(lines) - self.last) :]

    def has(self, line: Line) -> bool:
        return self.stream is None or line.stream == self.stream


class Gaps(Struct):
    """How many lines a follower missed, by the numbers of those that it saw."""

    _last: defaultdict[str, int] = field(default_factory=lambda: defaultdict[str, int](int))

    def before(self, line: Line) -> int:
        last, self._last[line.service] = self._last[line.service], line.sequence
        # A number that is not greater begins a new count: the service vanished and came back.
        return line.sequence - last - 1 if 0 < last < line.sequence else 0

    def up_to(self, newest: Line) -> int:
        """The same, with a line that has not come and will not."""
        behind = 0 < self._last[newest.service] < newest.sequence
        return self.before(newest) + behind

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(self._last)


async def follow(output: Output, names: Iterable[str], which: Lines, send: Send) -> None:
    """The kept lines, then every line from now on, each a JSON object on a line of its own.

    Where a client was too slow for some, `{"missed": n, "service": …}` stands in their place; n
    counts the lines of a service, whatever their stream.
    """
    gaps = Gaps()
    names = tuple(names)
    with output.follow(which.service, CAPACITY) as lines:
        for newest in _newest(output, names):
            gaps.before(newest)
        await send(as_json_lines(which.kept(output, names)))
        async for line in lines:
            came = (line, *_waiting(lines))
            records: list[object] = []
            for one in came:
                if missed := gaps.before(one):
                    records.append({"missed": missed, "service": one.service})
                if which.has(one):
                    records.append(one)
            # Where as many waited as can, others may have found no room, and none follow.
            if len(came) >= CAPACITY:
                newest = _newest(output, gaps.services)
                missed = [(gaps.up_to(one), one.service) for one in newest]
                records += [{"missed": n, "service": service} for n, service in missed if n]
            await send(as_json_lines(records))


def _newest(output: Output, names: Iterable[str]) -> Iterator[Line]:
    for name in names:
        yield from output.tail(name, 1)


def as_json_lines(records: Iterable[object]) -> bytes:
    return b"".join(as_json(record) + b"\n" for record in records)


def _waiting(lines: trio.MemoryReceiveChannel[Line]) -> Iterator[Line]:
    """What has come meanwhile, so that a burst is sent at once."""
    with suppress(trio.WouldBlock, trio.EndOfChannel):
        while True:
            yield lines.receive_nowait()


async def watch(events: Events, send: Send) -> None:
    """`{"snapshot": […]}`, then each change; a client that falls behind gets a new snapshot."""
    while True:
        with events.watch() as (snapshot, changes):
            await send(as_json_lines([{"snapshot": snapshot}]))
            async for change in changes:
                await send(as_json_lines([change]))
