"""Which files are none of a thread's, since git ignores them."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import cast

import pygit2

from services.workspaces.git.repository import opened


@dataclass(frozen=True)
class Ignored:
    """Answers for one look at a worktree. What is in the index is not ignored, whatever is said.

    Raises what pygit2 raises, which the block of `ignoring` turns into `GitFailed`.
    """

    repo: pygit2.Repository

    def file(self, path: str) -> bool:
        """Whether a file is; it need not exist."""
        return path not in self.repo.index and self.repo.path_is_ignored(path)

    def folder(self, path: str) -> bool:
        """Whether a folder is, and all that is in it."""
        return self.repo.path_is_ignored(f"{path}/") and path not in self._tracked

    @cached_property
    def _tracked(self) -> frozenset[str]:
        """The folders with files that are in the index."""
        entries = cast("Iterable[pygit2.IndexEntry]", self.repo.index)
        above = {PurePosixPath(entry.path).parent for entry in entries}
        return frozenset(str(folder) for each in above for folder in (each, *each.parents))


@contextmanager
def ignoring(admin: Path) -> Generator[Ignored]:
    """What is ignored in a worktree, by its admin directory."""
    with opened(admin) as repo:
        yield Ignored(repo)
