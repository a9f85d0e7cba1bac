"""A worktree put on another branch, where what is uncommitted stays with the branch it is for."""

from __future__ import annotations

from pathlib import Path

import pygit2

from services.messages import Switched
from services.workspaces.git.commits import branch_of
from services.workspaces.git.merging import carry
from services.workspaces.git.moving import Move, in_the_way, move
from services.workspaces.git.repository import (
    Author,
    GitFailed,
    find_reference,
    local,
    opened,
    tip,
    twin,
)
from services.workspaces.git.saves import base_of, kept, parked, snapshot, turn_of, unfinished, wip


def create(admin: Path, branch: str) -> Switched:
    """Go on, on a new branch that begins at the head; what is uncommitted comes along."""
    with opened(admin) as repo:
        work = str(snapshot(repo))
        head = str(repo.head.target)
        move(repo, Move(branch=local(branch), commit=head, base=work, files=work, was=None))
        return Switched(branch, head)


def switch(admin: Path, thread: str, branch: str, author: Author) -> Switched:
    """Go to a branch that exists here or in the remote.

    What is uncommitted is parked, and what was parked there comes back. Where that does not fit
    the branch any more, it is kept.
    """
    with opened(admin) as repo:
        here = branch_of(repo)
        there = tip(repo, local(branch))
        target = there or find_reference(repo, twin(branch)).peel(pygit2.Commit)
        if here == branch:
            return Switched(branch, str(target.id))
        head = repo.head.peel(pygit2.Commit)
        work = repo[snapshot(repo)].peel(pygit2.Tree)
        files, back = _files(repo, thread, branch, target)
        if blocked := in_the_way(repo, work, files):
            raise GitFailed(
                f"{branch} has files where this thread has ignored ones: {', '.join(blocked)};"
                " move those away"
            )
        keep, forget, away = dict[str, str](), [parked(thread, branch)], None
        if work.id != head.tree.id:
            saved = tip(repo, wip(thread))
            of = None if saved is None else turn_of(saved)
            away = str(unfinished(repo, work.id, thread, author, of))
            # Where something waits for this branch, it is for one of that name that was removed.
            if (older := tip(repo, parked(thread, here))) is not None:
                keep[kept(thread) + str(older.id)] = str(older.id)
            keep[parked(thread, here)] = away
        waiting = tip(repo, parked(thread, branch))
        if waiting is not None:
            keep[kept(thread) + str(waiting.id) if back is None else wip(thread)] = str(waiting.id)
        if back is None:
            forget.append(wip(thread))
        plan = Move(
            branch=local(branch),
            commit=str(target.id),
            base=str(work.id),
            files=str(files.id),
            was=None if there is None else str(there.id),
            keep=keep,
            forget=tuple(forget),
            upstream=there is None,
        )
        move(repo, plan)
        return Switched(branch, str(target.id), saved=away, restored=back)


def waits_with(git: Path, thread: str, turn: str) -> str | None:
    """The branch with which the thread left what a turn left."""
    with opened(git) as repo:
        left = ((branch, tip(repo, parked(thread, branch))) for branch in repo.branches.local)
        return next((branch for branch, saved in left if saved and turn_of(saved) == turn), None)


def _files(
    repo: pygit2.Repository, thread: str, branch: str, target: pygit2.Commit
) -> tuple[pygit2.Tree, str | None]:
    """What the worktree is to hold on `branch`, and the parked commit that is part of it."""
    waiting = tip(repo, parked(thread, branch))
    if waiting is None:
        return target.tree, None
    files = carry(repo, base_of(repo, waiting), target.tree, waiting.tree)
    return (target.tree, None) if isinstance(files, tuple) else (files, str(waiting.id))
