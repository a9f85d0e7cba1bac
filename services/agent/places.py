"""Where a thread's things are beside its journal: paths, computed and never touched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """`journal` is `.claude/threads/{thread}.jsonl` in the user's folder."""

    journal: Path

    @property
    def folder(self) -> Path:
        """What belongs to the thread, and goes with it."""
        return self.journal.with_suffix(".agent")

    @property
    def images(self) -> Path:
        return self.folder / "images"

    @property
    def original(self) -> Path:
        """Where the program that this one follows kept the thread's history."""
        return self.journal.with_suffix(".json")

    @property
    def usage(self) -> Path:
        """The user's, all threads together."""
        return usage(self.journal.parent)

    def store(self, backend: str) -> Path:
        """What a backend remembers of the thread."""
        return self.folder / backend


def usage(histories: Path) -> Path:
    """Where it is written down what a user's turns used, whose journals are in that folder."""
    return histories.parent / "usage"
