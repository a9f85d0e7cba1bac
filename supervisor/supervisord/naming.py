"""Names that services and groups of ours may have, for those that supervisord's have. Pure."""

from __future__ import annotations

import re
from itertools import chain, count


def fitting(name: str) -> str:
    """As much of a name as ours may have."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", name).lstrip("_.-") or "service"


def free(name: str, *others: str, taken: set[str]) -> str:
    """The first of these that nobody has yet, or else the first with a number; it is then taken."""
    numbered = (f"{name}-{number}" for number in count(2))
    found = next(one for one in chain((name, *others), numbered) if one not in taken)
    taken.add(found)
    return found
