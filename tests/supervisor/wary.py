"""A service that looks at the machine first: `run = "tests.supervisor.wary:steady"`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from supervisor.context import Doubt, Obstacle
from tests.supervisor.bodies import steady

__all__ = ["Options", "look", "steady"]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    root: str = ""
    bind: str = "127.0.0.1:0"
    first: int = 0
    last: int = 0
    hosts: tuple[str, ...] = ()
    push: bool = False

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"last: is before {self.first}\nfirst: is after {self.last}")

    @property
    def listens(self) -> tuple[tuple[str, str], ...]:
        return (("bind", self.bind),)


def look(options: Options) -> Iterator[Obstacle | Doubt]:
    if options.root == "full":
        yield Obstacle("root", "is full: make room")
    elif options.root:
        yield Doubt("root", "is lost with the container")
    if options.root == "nowhere":
        yield Obstacle("", "cannot run here")
