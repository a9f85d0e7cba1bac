"""What is decided about a turn: its id, its commit message, what its failure says."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from services.agent.backend import BackendError, BudgetExceeded, Unwritten
from services.messages import BuildError, GitState, Reason

KEPT = "what was changed so far is uncommitted: keep it or drop it"
AS_BEFORE = "the files are as they were before"
SUBJECT = 72
FURTHEST = 1000  # commits of a branch in which a turn's is looked for
BY_HAND = "Keep what was changed by hand"


class TurnIds:
    """Unique names that sort by time: 12 hexadecimal digits of milliseconds, 8 of chance."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._last = 0

    def next(self) -> str:
        """A name after all that were given before, whatever the clock does."""
        self._last = max(self._last + 1, int(self._now() * 1000))
        return f"{self._last:012x}{secrets.token_hex(4)}"


def is_model(name: str) -> bool:
    """Whether a model may be called that: a name goes to a program and to a model's API."""
    return name.isprintable()


def subject(instruction: str) -> str:
    """The first line of a turn's commit message. Git would end it at a NUL character."""
    line = " ".join(instruction.replace("\0", " ").split()) or "Change the site"
    return line if len(line) <= SUBJECT else f"{line[: SUBJECT - 1].rstrip()}…"


def explained(error: Exception) -> tuple[Reason, str] | None:
    """What a backend itself says of its failure; None if it failed in a way it does not know."""
    parts = list(_leaves(error))
    if not all(isinstance(part, BackendError) for part in parts):
        return None
    text = "; ".join(dict.fromkeys(str(part) for part in parts))
    if any(isinstance(part, Unwritten) for part in parts):
        return Reason.WORKSPACE, text
    over = any(isinstance(part, BudgetExceeded) for part in parts)
    return (Reason.BUDGET if over else Reason.BACKEND), text


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


def broken_since(
    before: Iterable[BuildError], errors: Iterable[BuildError]
) -> tuple[BuildError, ...]:
    """The mistakes that were not there before: a turn has not to answer for another one's.

    They are the same by message and file; an edit above moves the line.
    """
    known = {(error.message, error.file) for error in before}
    return tuple(error for error in errors if (error.message, error.file) not in known)


def to_repair(errors: Iterable[BuildError]) -> str:
    """What an agent is told that broke pages."""
    found = "\n\n".join(f"{error}\n{error.frame}".rstrip() for error in errors)
    return (
        "Your last changes broke pages of the site. Mend that, and keep what was wished for."
        f" This is what the pages show:\n\n{found}"
    )


def still_broken(errors: Iterable[BuildError]) -> str:
    """What a person is told of pages that could not be repaired."""
    first, *others = errors
    more = f", and {len(others)} more" if others else ""
    return f"the change broke a page and could not be repaired: {first}{more}"
