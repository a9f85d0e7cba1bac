"""Limits of resources, as a person writes them and as setrlimit(2) takes them. Pure."""

from __future__ import annotations

import resource

from supervisor.spec import Limit

NAMES = frozenset(
    name.removeprefix("RLIMIT_").lower() for name in dir(resource) if name.startswith("RLIMIT_")
)
UNLIMITED = -1


def pair(limit: Limit | tuple[Limit, Limit]) -> tuple[int, int]:
    """Soft and hard; raises `ValueError` with what is wrong."""
    soft, hard = limit if isinstance(limit, tuple) else (limit, limit)
    found = _number(soft), _number(hard)
    if found[1] != UNLIMITED and (found[0] == UNLIMITED or found[0] > found[1]):
        raise ValueError(f"the soft limit {soft} is above the hard limit {hard}")
    return found


def _number(limit: Limit) -> int:
    if limit == "unlimited":
        return UNLIMITED
    text = str(limit)
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(f'{limit!r} is neither a number nor "unlimited"')
    if int(text) >= 2**63:
        raise ValueError(f'{limit} is too much; write "unlimited"')
    return int(text)
