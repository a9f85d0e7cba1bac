"""The turns whose work the files have, one upon another. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Lineage:
    """`turn`, upon those `before` it; None stands for no turn at all.

    It is a list that shares its beginning with all that grew from it: a thread remembers one for
    each of its turns, and whole copies would take as much as the square of their number.
    """

    turn: str
    before: Lineage | None = None


def in_order(last: Lineage | None) -> tuple[str, ...]:
    """The oldest first."""
    return tuple(one.turn for one in reversed([*_back(last)]))


def without(last: Lineage | None, gone: Collection[str]) -> Lineage | None:
    """The same turns but for those; what lies before the oldest of them is shared."""
    upon: list[str] = []
    kept = 0  # of `upon`, those that came after the oldest that is gone
    shared = last
    for one in _back(last):
        if one.turn in gone:
            shared, kept = one.before, len(upon)
        else:
            upon.append(one.turn)
    return extended(shared, reversed(upon[:kept]))


def extended(last: Lineage | None, turns: Iterator[str]) -> Lineage | None:
    """With those upon it, the first of them first."""
    for turn in turns:
        last = Lineage(turn, last)
    return last


def _back(last: Lineage | None) -> Iterator[Lineage]:
    """The newest first."""
    while last is not None:
        yield last
        last = last.before
