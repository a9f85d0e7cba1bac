"""Which servers may go on running: memory, number, and how long nobody used them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` in bytes and `most` servers; one that nobody used for `sleep_after` s sleeps.

    A `sleep_after` of 0 is never.
    """

    memory: int
    most: int
    sleep_after: float


@dataclass(frozen=True, slots=True)
class Live:
    """A server that runs, or is about to.

    `used` is when it was last used, in seconds of one clock for all; `memory` is in bytes, 0
    while nobody has measured it; `clients` are open tabs. A `busy` one is left alone: it is
    being brought up, or a turn works on its site.
    """

    id: str
    used: float
    memory: int = 0
    clients: int = 0
    busy: bool = False


def idle(live: Iterable[Live], limits: Limits, now: float) -> list[str]:
    """Those that nobody has used for long enough. An open tab is nobody."""
    return [server.id for server in live if _due(server, limits) <= now]


def next_idle(live: Iterable[Live], limits: Limits) -> float:
    """When the next of them will be idle if nothing happens; infinity if none ever will."""
    return min((_due(server, limits) for server in live), default=inf)


def _due(server: Live, limits: Limits) -> float:
    return inf if server.busy or not limits.sleep_after else server.used + limits.sleep_after


def excess(live: Sequence[Live], limits: Limits, *, coming: int = 0) -> list[str]:
    """Those that must go so that the others, and `coming` more, keep within the limits.

    The longest unused goes first, one with an open tab after all those without. The one used
    last stays, unless others come: who alone takes too much would otherwise only be woken again.
    More than the limits may stay where the others are busy.
    """
    size = _expected(live)
    number = len(live) + coming
    memory = sum(_size(server, size) for server in live) + coming * size
    spared = None if coming else max(live, key=lambda server: server.used, default=None)
    gone: list[str] = []
    for server in sorted(live, key=lambda server: (server.clients > 0, server.used)):
        if number <= limits.most and memory <= limits.memory:
            break
        if not server.busy and server is not spared:
            gone.append(server.id)
            number -= 1
            memory -= _size(server, size)
    return gone


def _expected(live: Iterable[Live]) -> int:
    """What a server will take, as far as the others tell."""
    known = [server.memory for server in live if server.memory]
    return sum(known) // len(known) if known else 0


def _size(server: Live, expected: int) -> int:
    """One that nobody measured yet, or that is still growing, counts as those that run do."""
    return max(server.memory, expected) if server.busy else server.memory or expected
