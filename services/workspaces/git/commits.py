"""Commits of a thread: made, listed and found by name."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType, SortMode

from services.messages import Commit, LogEntry
from services.workspaces.git.filling import differing
from services.workspaces.git.repository import (
    Author,
    GitFailed,
    find_reference,
    local,
    loose_commit,
    opened,
    shown,
    tip,
    trailers,
    twin,
)
from services.workspaces.git.saves import forget, snapshot, wip
from services.workspaces.git.staging import stage

HASH = re.compile(r"[0-9a-f]{7,40}")
WHOLE = 40  # characters of a hash that is not shortened


def commit(
    admin: Path, thread: str, author: Author, message: str, paths: Collection[str] = ()
) -> Commit | None:
    """Commit everything that is not ignored, or `paths` alone; None if nothing is new in it.

    What was saved for the thread goes where the commit contains it.
    """
    with opened(admin) as repo:
        branch = find_reference(repo, local(branch_of(repo)))
        head = branch.peel(pygit2.Commit)
        tree = stage(repo, head.tree, paths) if paths else snapshot(repo)
        repo.index.write()
        made = None
        if files := differing(head.tree, repo[tree].peel(pygit2.Tree)):
            made = loose_commit(repo, author, message, tree, [head.id])
            # Refused by git where somebody else has moved the branch meanwhile.
            branch.set_target(made, f"commit: {message.splitlines()[0]}")
        if not paths:
            forget(repo, wip(thread))
        return None if made is None else Commit(str(made), tuple(map(shown, files)))


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


def tip_of(git: Path, branch: str) -> str | None:
    """The hash of a branch's last commit; None where there is no such branch."""
    with opened(git) as repo:
        commit = tip(repo, local(branch))
        return None if commit is None else str(commit.id)


def twin_of(git: Path, branch: str) -> str | None:
    """The same of the remote's branch, as it was last seen."""
    with opened(git) as repo:
        commit = tip(repo, twin(branch))
        return None if commit is None else str(commit.id)


def are_related(git: Path, one: str, other: str) -> bool:
    """Whether two commits have one in common, as far as history is here."""
    with opened(git) as repo:
        return bool(repo.merge_base_many([pygit2.Oid(hex=one), pygit2.Oid(hex=other)]))


def find(repo: pygit2.Repository, name: str) -> pygit2.Commit | None:
    """The commit that a person means by a branch, a remote's branch or a hash; None if none."""
    # As in git, a branch whose name is a whole hash does not hide the commit.
    if len(name) == WHOLE and (commit := _by_hash(repo, name)):
        return commit
    branch = tip(repo, local(name)) or tip(repo, twin(name.removeprefix("origin/")))
    return branch or _by_hash(repo, name)


def _by_hash(repo: pygit2.Repository, name: str) -> pygit2.Commit | None:
    found = repo.get(name) if HASH.fullmatch(name) else None
    return found.peel(pygit2.Commit) if found and found.type == ObjectType.COMMIT else None


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
        order = SortMode.TOPOLOGICAL | SortMode.TIME
        start = pygit2.Oid(hex=before) if before else None
        if start is None or not _is_of(repo, start):
            walk = iter(repo.walk(start or repo.head.target, order))
            first = 0 if start is None else 1
        else:
            # From the head: what comes after a commit is more than its ancestors, where lines
            # of work were merged.
            walk = iter(repo.walk(repo.head.target, order))
            any(commit.id == start for commit in walk)
            first = 0
        return tuple(_entry(commit) for commit in islice(walk, first, first + limit))


def _is_of(repo: pygit2.Repository, commit: pygit2.Oid) -> bool:
    head = repo.head.target
    return head == commit or repo.descendant_of(head, commit)


def _entry(commit: pygit2.Commit) -> LogEntry:
    message = _text(commit, commit.raw_message)
    said = trailers(commit)
    return LogEntry(
        hash=str(commit.id),
        parents=tuple(str(parent) for parent in commit.parent_ids),
        author=_text(commit, commit.author.raw_name),
        email=_text(commit, commit.author.raw_email),
        time=commit.commit_time,
        subject=message.partition("\n")[0],
        message=message,
        thread=said.get("Thread-ID"),
        turn=said.get("Turn-ID"),
    )


def _text(commit: pygit2.Commit, raw: bytes) -> str:
    """What a commit says, in the encoding that it names; letters that are none are replaced."""
    try:
        return raw.decode(commit.message_encoding or "utf-8", errors="replace")
    except (LookupError, ValueError):  # Python has some for parts of addresses, which are strict
        return raw.decode(errors="replace")
