"""What is decided about a turn: its id, its commit message, what its failure says."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from typing import cast

from services.agent.backend import BackendError
from services.messages import GitState

KEPT = "what was changed so far stays uncommitted in the thread's worktree"
SUBJECT = 72


class TurnIds:
    """Unique names that sort by time: 12 hexadecimal digits of milliseconds, 8 of chance."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._last = 0

    def next(self) -> str:
        """A name after all that were given before, whatever the clock does."""
        self._last = max(self._last + 1, int(self._now() * 1000))
        return f"{self._last:012x}{secrets.token_hex(4)}"


def subject(instruction: str) -> str:
    """The first line of a turn's commit message. Git would end it at a NUL character."""
    line = " ".join(instruction.replace("\0", " ").split()) or "Change the site"
    return line if len(line) <= SUBJECT else f"{line[: SUBJECT - 1].rstrip()}…"


def explained(error: Exception) -> str | None:
    """What a backend itself says of its failure; None if it failed in a way it does not know."""
    parts = list(_leaves(error))
    if all(isinstance(part, BackendError) for part in parts):
        return "; ".join(dict.fromkeys(str(part) for part in parts))
    return None


def _leaves(error: Exception) -> Iterator[Exception]:
    if isinstance(error, ExceptionGroup):
        for part in cast("ExceptionGroup[Exception]", error).exceptions:
            yield from _leaves(part)
    else:
        yield error


def touched(before: GitState, after: GitState) -> tuple[str, ...]:
    """Paths whose state differs between two readings of one worktree."""
    return tuple(sorted({path for _, path in _entries(before) ^ _entries(after)}))


def _entries(state: GitState) -> frozenset[tuple[str, str]]:
    return frozenset(
        (kind, path)
        for kind in ("added", "modified", "deleted", "untracked")
        for path in getattr(state, kind)
    )
