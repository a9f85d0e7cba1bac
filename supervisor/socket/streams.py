"""Lines and events as they come, to a client that may be slower than they are."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from supervisor.events import Events
from supervisor.output import Line, Output
from supervisor.socket.http import Send, as_json
from supervisor.usage import Usage


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


async def follow(output: Output, names: Iterable[str], which: Lines, send: Send) -> None:
    """The kept lines, then every line from now on, each a JSON object on a line of its own.

    Where a client was too slow for some, `{"missed": n, "service": …}` stands in their place; n
    counts the lines of a service, whatever their stream.
    """
    with output.follow(which.service) as follower:
        await send(as_json_lines(which.kept(output, names)))
        while True:
            heard = await follower.receive()
            missed = [{"missed": n, "service": service} for service, n in heard.missed.items()]
            lines = (line for chunk in heard.chunks for line in chunk if which.has(line))
            await send(as_json_lines([*missed, *lines]))


def as_json_lines(records: Iterable[object]) -> bytes:
    return b"".join(as_json(record) + b"\n" for record in records)


async def watch(events: Events, send: Send) -> None:
    """`{"snapshot": […]}`, then each change; a client that falls behind gets a new snapshot."""
    while True:
        with events.watch() as (snapshot, changes):
            await send(as_json_lines([{"snapshot": snapshot}]))
            async for change in changes:
                await send(as_json_lines([change]))


async def samples(usage: Usage, send: Send) -> None:
    """What every service takes: the last `Sample`, and then each that is measured."""
    seen = None
    while True:
        seen = await usage.latest.change(seen)
        await send(as_json_lines([seen]))
