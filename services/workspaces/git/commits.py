"""Commits of a thread: made, listed and found by name."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType, SortMode

from services.messages import Commit, LogEntry
from services.workspaces.git.repository import Author, GitFailed, local, opened, tip, twin
from services.workspaces.git.saves import forget, snapshot, wip

HASH = re.compile(r"[0-9a-f]{7,40}")


def commit(admin: Path, thread: str, author: Author, message: str) -> Commit | None:
    """Commit everything that is not ignored; None if it equals the last commit.

    What was saved for the thread goes: the commit contains it.
    """
    with opened(admin) as repo:
        branch = branch_of(repo)
        head = repo.head.peel(pygit2.Commit)
        tree = snapshot(repo)
        repo.index.write()
        made = None
        if tree != head.tree.id:
            made = repo.create_commit(
                local(branch), author.sign(), author.sign(), message, tree, [head.id]
            )
        forget(repo, wip(thread))
        return None if made is None else Commit(str(made), changed(repo, head.id, made))


def changed(repo: pygit2.Repository, one: pygit2.Oid, other: pygit2.Oid) -> tuple[str, ...]:
    """The paths in which two commits differ."""
    deltas = repo.diff(one, other).deltas  # pyright: ignore[reportArgumentType]
    return tuple(sorted({delta.new_file.path for delta in deltas}))


def branch_of(repo: pygit2.Repository) -> str:
    """The branch that a worktree is on; raises `GitFailed` where it is on none."""
    head = repo.lookup_reference("HEAD").target
    if not isinstance(head, str):
        raise GitFailed("the worktree is on no branch; put it on one with `git switch`")
    return head.removeprefix("refs/heads/")


def head(admin: Path) -> tuple[str, str]:
    """The branch of a worktree, and the hash of its last commit."""
    with opened(admin) as repo:
        return branch_of(repo), str(repo.head.target)


def tip_of(git: Path, branch: str) -> str:
    """The hash of a branch's last commit."""
    with opened(git) as repo:
        return str(repo.lookup_reference(local(branch)).peel(pygit2.Commit).id)


def exists(git: Path, branch: str) -> bool:
    with opened(git) as repo:
        return tip(repo, local(branch)) is not None


def are_related(git: Path, one: str, other: str) -> bool:
    """Whether two commits have one in common, as far as history is here."""
    with opened(git) as repo:
        return bool(repo.merge_base_many([pygit2.Oid(hex=one), pygit2.Oid(hex=other)]))


def find(repo: pygit2.Repository, name: str) -> pygit2.Commit | None:
    """The commit that a person means by a branch, a remote's branch or a hash; None if none."""
    commit = tip(repo, local(name)) or tip(repo, twin(name.removeprefix("origin/")))
    if commit is None and HASH.fullmatch(name):
        found = repo.get(name)
        if found is not None and found.type == ObjectType.COMMIT:
            return found.peel(pygit2.Commit)
    return commit


def named(git: Path, name: str) -> str | None:
    """The hash of the commit that a person means by a branch or a hash; None if none."""
    with opened(git) as repo:
        commit = find(repo, name)
        return None if commit is None else str(commit.id)


def subject(git: Path, commit: str) -> str:
    """The first line of a commit's message."""
    with opened(git) as repo:
        return _entry(repo[commit].peel(pygit2.Commit)).subject


def log(admin: Path, limit: int, before: str | None) -> tuple[LogEntry, ...]:
    """The last commits of a worktree's branch, newest first; or those that `before` came after."""
    with opened(admin) as repo:
        start = repo.head.target if before is None else pygit2.Oid(hex=before)
        walk = repo.walk(start, SortMode.TOPOLOGICAL | SortMode.TIME)
        first = 0 if before is None else 1
        return tuple(_entry(commit) for commit in islice(walk, first, first + limit))


def _entry(commit: pygit2.Commit) -> LogEntry:
    message = commit.raw_message.decode(errors="replace")
    trailers = commit.message_trailers
    return LogEntry(
        hash=str(commit.id),
        parents=tuple(str(parent) for parent in commit.parent_ids),
        author=commit.author.name,
        email=commit.author.email,
        time=commit.commit_time,
        subject=message.partition("\n")[0],
        message=message,
        thread=trailers.get("Thread-ID"),
        turn=trailers.get("Turn-ID"),
    )
