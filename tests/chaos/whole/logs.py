"""What the daemon never says in its log, whatever is done to it: what is no record, and a
traceback in which the system did not refuse something.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

REFUSALS = frozenset({"OSError", "FileNotFoundError", "PermissionError", "ImportError"})


def outcries(log: bytes) -> Iterator[str]:
    """A last line that is not whole is what a kill leaves."""
    for line in log.split(b"\n")[:-1]:
        try:
            told = json.loads(line)
        except ValueError:
            yield f"the daemon says {line[:500]!r}"
            continue
        kinds = set(_kinds(told.get("exception")))
        if kinds and not kinds & REFUSALS:
            yield f"the daemon broke with {kinds}: {line[:3000].decode(errors='replace')}"


def _kinds(told: Any) -> Iterator[str]:
    """The types of exceptions, of their causes, and of those in groups."""
    if isinstance(told, list):
        for it in cast("list[Any]", told):
            yield from _kinds(it)
    elif isinstance(told, dict):
        table = cast("dict[str, Any]", told)
        if isinstance(table.get("exc_type"), str):
            yield table["exc_type"]
        for it in table.values():
            yield from _kinds(it)
