"""Named in-memory channels that outlive the services at their ends.

Three patterns, each named from both sides in the TOML:

* a *stream*: `sends` and `receives`. Messages wait in a bounded buffer while a receiver is
  between lives; one that a life took and then died on is gone.
* a *desk*: `asks` and `answers`. See `supervisor.desk`.
* a *board*: `publishes` and `watches`. The latest value, kept between lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import trio

from supervisor.cell import Cell
from supervisor.desk import Desk

CAPACITY = 256  # messages, or requests, unless the configuration says otherwise

Stream = tuple[trio.MemorySendChannel[object], trio.MemoryReceiveChannel[object]]


class Channels:
    """The supervisor holds every end open, so that nobody's restart breaks anybody's channel.

    `capacity` is how many messages or requests wait in each at most.
    """

    def __init__(
        self,
        *,
        streams: Iterable[str] = (),
        desks: Iterable[str] = (),
        boards: Iterable[str] = (),
        capacity: Mapping[str, int] | None = None,
    ) -> None:
        self.streams: dict[str, Stream] = {}
        self.desks: dict[str, Desk] = {}
        self.boards: dict[str, Cell[object]] = {}
        self.capacity: dict[str, int] = {}
        self.add(streams=streams, desks=desks, boards=boards, capacity=capacity)

    def add(
        self,
        *,
        streams: Iterable[str] = (),
        desks: Iterable[str] = (),
        boards: Iterable[str] = (),
        capacity: Mapping[str, int] | None = None,
    ) -> None:
        """Make those that are not there yet; the others stay, with what is in them."""
        sizes = capacity or {}
        for name in streams:
            if name not in self.streams:
                size = self.capacity[name] = sizes.get(name, CAPACITY)
                self.streams[name] = trio.open_memory_channel[object](size)
        for name in desks:
            if name not in self.desks:
                size = self.capacity[name] = sizes.get(name, CAPACITY)
                self.desks[name] = Desk(name, size)
        for name in boards:
            self.boards.setdefault(name, Cell[object](None))
