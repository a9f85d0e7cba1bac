"""The history of a thread as the program kept it that this one follows."""

from __future__ import annotations

from pathlib import Path

from services.messages import ThreadKey, TurnInfo


def read_original(path: Path, key: ThreadKey) -> tuple[TurnInfo, ...]:
    """The turns that are in a file of that program; none where there is none."""
    return ()
