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

Stream = tuple[trio.MemorySendChannel[object], trio.MemoryReceiveChannel[object]]


class Channels:
    """The supervisor holds every end open, so that nobody's restart breaks anybody's channel."""

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
                self.streams[name] = trio.open_memory_channel[object](sizes.get(name, 256))
        for name in desks:
            self.desks.setdefault(name, Desk(name, sizes.get(name, 256)))
        for name in boards:
            self.boards.setdefault(name, Cell[object](None))
