"""A worktree against its branch, and its branch against the remote's. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import pygit2
from pygit2.enums import FileStatus, SortMode

from services.messages import GitState
from services.workspaces.git.commits import branch_of
from services.workspaces.git.repository import local, opened, tip, twin
from services.workspaces.git.saves import kept_for, wip

_ADDED = FileStatus.INDEX_NEW
_MODIFIED = (
    FileStatus.INDEX_MODIFIED
    | FileStatus.INDEX_TYPECHANGE
    | FileStatus.WT_MODIFIED
    | FileStatus.WT_TYPECHANGE
    | FileStatus.CONFLICTED
)
_DELETED = FileStatus.INDEX_DELETED | FileStatus.WT_DELETED


class Overview(NamedTuple):
    """A branch's last commit, how far it is from the default branch, and what is saved."""

    head: str
    ahead: int
    behind: int
    saved: str | None


def state(admin: Path, thread: str, default: str, protected: Collection[str]) -> GitState:
    """What there is to know; `default` is the project's branch."""
    with opened(admin) as repo:
        status = repo.status()
        branch = branch_of(repo)
        head = repo.head.peel(pygit2.Commit)
        upstream = tip(repo, twin(branch))
        ahead, behind = _distance(repo, head, upstream)
        remote = "origin" in repo.remotes.names()
        return GitState(
            branch=branch,
            branches=tuple(sorted(repo.branches.local)),
            added=_paths(status, _ADDED),
            modified=_paths(status, _MODIFIED, but=_ADDED | _DELETED),
            deleted=_paths(status, _DELETED, but=_ADDED),
            untracked=_paths(status, FileStatus.WT_NEW, but=_ADDED | _MODIFIED | _DELETED),
            head=str(head.id),
            default=default,
            upstream=f"origin/{branch}" if upstream is not None else None,
            ahead=ahead,
            behind=behind,
            can_push=remote and branch not in protected and (upstream is None or ahead > 0),
            kept=kept_for(repo, thread),
        )


def overview(git: Path, branches: Mapping[str, str]) -> dict[str, Overview]:
    """How threads stand, each by the branch that it is on."""
    with opened(git) as repo:
        base = repo.head.peel(pygit2.Commit)
        found: dict[str, Overview] = {}
        for thread, branch in branches.items():
            commit = repo.lookup_reference(local(branch)).peel(pygit2.Commit)
            saved = tip(repo, wip(thread))
            found[thread] = Overview(
                str(commit.id),
                *repo.ahead_behind(commit.id, base.id),
                None if saved is None else str(saved.id),
            )
        return found


def _distance(
    repo: pygit2.Repository, head: pygit2.Commit, upstream: pygit2.Commit | None
) -> tuple[int, int]:
    if upstream is not None:
        return repo.ahead_behind(head.id, upstream.id)
    seen = [name for name in repo.references if name.startswith(twin(""))]
    if not seen:
        return 0, 0
    walk = repo.walk(head.id, SortMode.NONE)
    for name in seen:
        walk.hide(repo.lookup_reference(name).peel(pygit2.Commit).id)
    return sum(1 for _ in walk), 0


def _paths(
    status: Mapping[str, int], wanted: FileStatus, but: FileStatus = FileStatus.CURRENT
) -> tuple[str, ...]:
    return tuple(sorted(path for path, is_ in status.items() if is_ & wanted and not is_ & but))
