"""A worktree against its branch, and its branch against the remote's. Writes nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import pygit2
from msgspec import structs
from pygit2.enums import DeltaStatus, DiffOption, FileStatus, SortMode

from services.messages import GitState
from services.workspaces.git import embedded
from services.workspaces.git.commits import branch_of
from services.workspaces.git.repository import find_reference, local, opened, shown, tip, twin
from services.workspaces.git.saves import kept_for, wip

UNTRACKED = (
    DiffOption.INCLUDE_UNTRACKED | DiffOption.RECURSE_UNTRACKED_DIRS | DiffOption.INCLUDE_TYPECHANGE
)
_CACHE_TREE = re.compile(rb"TREE.{4}\0\d+ \d+\n(?P<hash>.{20})", re.DOTALL)
_CHANGED = (DeltaStatus.MODIFIED, DeltaStatus.TYPECHANGE, DeltaStatus.CONFLICTED)


class Overview(NamedTuple):
    """A branch's last commit, how far it is from the default branch, and what is saved.

    `head` is empty where somebody removed the branch.
    """

    head: str
    ahead: int
    behind: int
    saved: str | None


def state(admin: Path, thread: str, default: str, protected: Collection[str]) -> GitState:
    """What there is to know; `default` is the project's branch."""
    with opened(admin) as repo:
        branch = branch_of(repo)
        head = repo.head.peel(pygit2.Commit)
        upstream = tip(repo, twin(branch))
        ahead, behind = _distance(repo, head, upstream)
        remote = "origin" in repo.remotes.names()
        return structs.replace(
            _files(repo, head.tree),
            branch=branch,
            branches=tuple(sorted(repo.branches.local)),
            head=str(head.id),
            default=default,
            upstream=f"origin/{branch}" if upstream is not None else None,
            ahead=ahead,
            behind=behind,
            can_push=remote and branch not in protected and (upstream is None or ahead > 0),
            kept=kept_for(repo, thread),
        )


def _files(repo: pygit2.Repository, tree: pygit2.Tree) -> GitState:
    # Not `repo.status()`: it would hold the interpreter, and the loop with it, all the while.
    staged = defaultdict[DeltaStatus, set[str]](set)
    if not _is_as_committed(repo, tree):
        staged = _by_status(repo.index.diff_to_tree(tree))
    unstaged = _by_status(repo.index.diff_to_workdir(UNTRACKED))
    repositories = {path for path in unstaged[DeltaStatus.UNTRACKED] if embedded.is_embedded(path)}
    unstaged[DeltaStatus.UNTRACKED] -= repositories
    for path in repositories:
        unstaged[DeltaStatus.UNTRACKED].update(map(shown, embedded.files_of(repo, path)))
    # A commit that was killed leaves what it had staged; what is gone again is no change.
    added = staged[DeltaStatus.ADDED] - unstaged[DeltaStatus.DELETED]
    deleted = staged[DeltaStatus.DELETED] | unstaged[DeltaStatus.DELETED]
    deleted -= staged[DeltaStatus.ADDED]
    modified = set[str]().union(*(side[kind] for side in (staged, unstaged) for kind in _CHANGED))
    modified -= added | deleted
    untracked = unstaged[DeltaStatus.UNTRACKED] - added - deleted - modified
    return GitState(
        branch="",
        branches=(),
        added=tuple(sorted(added)),
        modified=tuple(sorted(modified)),
        deleted=tuple(sorted(deleted)),
        untracked=tuple(sorted(untracked)),
    )


def _is_as_committed(repo: pygit2.Repository, tree: pygit2.Tree) -> bool:
    """Whether the index says by itself that nothing is staged, so that nobody need compare.

    It ends with the hash of the tree that it makes, until something is staged:
    https://git-scm.com/docs/gitformat-index, "Cache tree".
    """
    content = Path(repo.path, "index").read_bytes()
    found = _CACHE_TREE.match(content, max(content.rfind(b"TREE"), 0))
    return found is not None and found["hash"] == tree.id.raw


def _by_status(diff: pygit2.Diff) -> defaultdict[DeltaStatus, set[str]]:
    found = defaultdict[DeltaStatus, set[str]](set)
    for delta in diff.deltas:
        found[delta.status].add(shown(delta.new_file.path))
    return found


def ignored(admin: Path) -> tuple[str, ...]:
    """The files that are ignored; a directory of nothing else stands for what is in it."""
    with opened(admin) as repo:
        found = repo.status(ignored=True)
        return tuple(path for path, is_ in found.items() if is_ & FileStatus.IGNORED)


def overview(git: Path, branches: Mapping[str, str]) -> dict[str, Overview]:
    """How threads stand, each by the branch that it is on."""
    with opened(git) as repo:
        base = repo.head.peel(pygit2.Commit)
        found: dict[str, Overview] = {}
        for thread, branch in branches.items():
            commit = tip(repo, local(branch))
            saved = tip(repo, wip(thread))
            found[thread] = Overview(
                "" if commit is None else str(commit.id),
                *((0, 0) if commit is None else repo.ahead_behind(commit.id, base.id)),
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
        walk.hide(find_reference(repo, name).peel(pygit2.Commit).id)
    return sum(1 for _ in walk), 0
