"""A branch pushed to its twin, without losing there what nobody here has seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import SortMode

from services.workspaces.git import saves
from services.workspaces.git.repository import GitFailed, find_reference, local, opened, tip, twin
from services.workspaces.git.wire import Callbacks, Wire


class Behind(GitFailed):
    """The twin has commits that the branch has not."""


class Unseen(GitFailed):
    """The twin is not where it was when the remote was last seen."""


@dataclass(frozen=True, slots=True)
class Push:
    """What was pushed, and whether the twin is new."""

    head: str
    new: bool


def push(git: Path, branch: str, wire: Wire, *, force: bool) -> Push:
    """Push a branch. Raises `Behind`, or with `force` `Unseen`, and whatever the wire raises.

    What the remote refuses by itself is `GitFailed`, in its own words.
    """
    reference = local(branch)
    with opened(git) as repo:
        seen = tip(repo, twin(branch))
        callbacks = _Callbacks(wire, repo, None if seen is None else seen.id, force)
        refspec = f"{'+' if force else ''}{reference}:{reference}"
        callbacks.carry(repo, lambda remote: remote.push([refspec], callbacks))
        if callbacks.refusal is not None:
            said = " ".join(callbacks.said.split())
            raise GitFailed(f"it refused the push: {callbacks.refusal}; {said}".rstrip("; "))
        if callbacks.pushed is None:
            raise GitFailed("the push ended before the remote had agreed to it; try again")
        return callbacks.pushed


def follow(git: Path, branch: str) -> None:
    """Note that a branch was pushed, and that it follows its twin."""
    with opened(git) as repo:
        note_pushed(repo, branch)


def note_pushed(repo: pygit2.Repository, branch: str) -> None:
    ours, theirs = repo.branches.local[branch], repo.branches.remote[f"origin/{branch}"]
    if f"branch.{branch}.remote" not in repo.config:
        ours.upstream = theirs
    saves.keep(repo, saves.pushed(branch), theirs.peel(pygit2.Commit).id)


def is_ahead(repo: pygit2.Repository, branch: str) -> bool:
    """Whether a branch has commits that the remote, as it was last seen, has on none of its own.

    Not where it was pushed and somebody removed it there since, as after a merge.
    """
    ours = tip(repo, local(branch))
    was = tip(repo, saves.pushed(branch))
    if ours is None or (was is not None and was.id == ours.id):
        return False
    walk = repo.walk(ours.id, SortMode.NONE)
    for name in repo.references:
        if name.startswith(twin("")):
            walk.hide(find_reference(repo, name).peel(pygit2.Commit).id)
    return next(iter(walk), None) is not None


class _Callbacks(Callbacks):
    def __init__(
        self, wire: Wire, repo: pygit2.Repository, seen: pygit2.Oid | None, force: bool
    ) -> None:
        super().__init__(wire)
        self._repo, self._seen, self._force = repo, seen, force
        self.pushed: Push | None = None
        self.refusal: str | None = None

    def push_negotiation(self, updates: list[pygit2.remotes.PushUpdate]) -> None:
        self.wire.check()
        (update,) = updates
        # libgit2 calls `src` what the remote has, and `dst` what it is to get.
        there = None if update.src == pygit2.Oid(hex="0" * 40) else update.src
        if self._force and there not in (None, self._seen, update.dst):
            raise Unseen("somebody pushed since the remote was last seen")
        if not self._force and there is not None and not self._contains(update.dst, there):
            raise Behind("the remote has commits that are not here")
        self.pushed = Push(str(update.dst), there is None)

    def _contains(self, commit: pygit2.Oid, other: pygit2.Oid) -> bool:
        return commit == other or (other in self._repo and self._repo.descendant_of(commit, other))

    def push_update_reference(self, refname: str, message: str | None) -> None:
        # libgit2 calls a push done that a hook refused; this alone tells.
        if message is not None:
            self.refusal = message
