"""Stream "endings": why the container is about to end by itself, or cannot."""

from __future__ import annotations

from msgspec import Struct


class Ending(Struct, frozen=True):
    """The daemon was asked to end; `since` is when somebody last did something, in Unix seconds."""

    reason: str
    since: float


class Blocked(Struct, frozen=True):
    """Nobody has used the container since `since`, in Unix seconds, and it could not end.

    `reason` says why, and what it takes. It goes on, and tries again.
    """

    reason: str
    since: float
