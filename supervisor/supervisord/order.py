"""Priorities as an order. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

Rank = tuple[int, int]  # of the group, and within it


def after(ranks: Mapping[str, Rank], started: Sequence[str]) -> dict[str, list[str]]:
    """Whom each service comes after: those of the next lower rank that has any.

    supervisord starts by priority without waiting for more than the start, and stops in reverse,
    one group after the other, waiting for each (`supervisord.py`: ordered_stop_groups). That is
    `after = { other = "started" }` here. Only the ones in `started`, those that start with the
    daemon, are waited for. Where all have one rank there is no order.
    """
    by_rank = sorted(ranks, key=lambda name: ranks[name])
    found: dict[str, list[str]] = {}
    earlier: list[str] = []
    for _, group in groupby(by_rank, key=lambda name: ranks[name]):
        members = list(group)
        found |= {name: list(earlier) for name in members}
        earlier = [name for name in members if name in started] or earlier
    return found


def longest_stop(follows: Mapping[str, Sequence[str]], timeouts: Mapping[str, float]) -> float:
    """Seconds until all are down if each takes its whole timeout, in reverse order.

    `follows` names nobody who does not come before in it.
    """
    worst: dict[str, float] = {}
    for name, others in follows.items():
        worst[name] = timeouts[name] + max((worst[other] for other in others), default=0.0)
    return max(worst.values(), default=0.0)
