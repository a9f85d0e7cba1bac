"""A branch and its worktree moved: to other commits, to an earlier state, or back to the last."""

from __future__ import annotations

from pathlib import Path

import pygit2

from services.messages import Conflict, Merged, Outcome
from services.workspaces.git.commits import branch_of
from services.workspaces.git.merging import carry, merge
from services.workspaces.git.moving import Move, in_the_way, move
from services.workspaces.git.repository import Author, GitFailed, local, loose_commit, opened, tip
from services.workspaces.git.saves import kept, kept_for, snapshot, turn_of, unfinished, wip


def bring(
    admin: Path, theirs: str, author: Author, message: str, *, fast_forward_only: bool = False
) -> Merged:
    """Merge the commit `theirs` into the branch of a worktree; what is uncommitted stays so.

    Where anything conflicts, the answer says so and nothing has changed.
    """
    with opened(admin) as repo:
        head = repo.head.peel(pygit2.Commit)
        other = repo[theirs].peel(pygit2.Commit)
        if head.id == other.id or repo.descendant_of(head.id, other.id):
            return Merged(Outcome.UP_TO_DATE, str(head.id))
        if repo.descendant_of(other.id, head.id):
            return _advance(repo, other, Outcome.FAST_FORWARD)
        if fast_forward_only:
            return Merged(Outcome.DIVERGED, str(head.id))
        tree = merge(repo, head, other)
        if isinstance(tree, tuple):
            return Merged(Outcome.CONFLICTS, str(head.id), tree)
        return _advance(repo, _commit(repo, tree, author, message, head, other), Outcome.MERGED)


def restore_commit(admin: Path, earlier: str, author: Author, message: str) -> Merged:
    """Commit the files of an earlier commit on top of the branch; what is uncommitted stays so."""
    with opened(admin) as repo:
        head = repo.head.peel(pygit2.Commit)
        tree = repo[earlier].peel(pygit2.Tree)
        if tree.id == head.tree.id:
            return Merged(Outcome.UP_TO_DATE, str(head.id))
        return _advance(repo, _commit(repo, tree, author, message, head), Outcome.RESTORED)


def drop(admin: Path, thread: str, author: Author, turn: str | None = None) -> str | None:
    """Take the worktree back to its last commit; the hash under which the rest is kept."""
    with opened(admin) as repo:
        head = repo.head.peel(pygit2.Commit)
        work = snapshot(repo)
        if work == head.tree.id:
            return None
        if blocked := in_the_way(repo, repo[work].peel(pygit2.Tree), head.tree):
            raise GitFailed(f"ignored files are in the way: {', '.join(blocked)}; move those away")
        dropped = str(unfinished(repo, work, thread, author, turn))
        plan = Move(
            branch=local(branch_of(repo)),
            commit=str(head.id),
            base=str(work),
            files=str(head.tree.id),
            was=str(head.id),
            keep={kept(thread) + dropped: dropped},
            forget=(wip(thread),),
        )
        move(repo, plan)
        return dropped


def dropped_by(admin: Path, thread: str, turn: str) -> str | None:
    """The hash under which it is kept what a turn dropped; None if it dropped nothing."""
    with opened(admin) as repo:
        ours = ((one, tip(repo, kept(thread) + one)) for one in kept_for(repo, thread))
        return next((one for one, commit in ours if commit and turn_of(commit) == turn), None)


def _advance(repo: pygit2.Repository, commit: pygit2.Commit, outcome: Outcome) -> Merged:
    head = repo.head.peel(pygit2.Commit)
    work = repo[snapshot(repo)].peel(pygit2.Tree)
    files = carry(repo, head.tree, commit.tree, work)
    if isinstance(files, tuple):
        return Merged(Outcome.CONFLICTS, str(head.id), files)
    if blocked := in_the_way(repo, work, files):
        conflicts = tuple(Conflict(path, "ignored") for path in blocked)
        return Merged(Outcome.CONFLICTS, str(head.id), conflicts)
    plan = Move(
        branch=local(branch_of(repo)),
        commit=str(commit.id),
        base=str(work.id),
        files=str(files.id),
        was=str(head.id),
    )
    move(repo, plan)
    return Merged(outcome, str(commit.id))


def _commit(
    repo: pygit2.Repository,
    tree: pygit2.Tree,
    author: Author,
    message: str,
    *parents: pygit2.Commit,
) -> pygit2.Commit:
    made = loose_commit(repo, author, message, tree.id, [parent.id for parent in parents])
    return repo[made].peel(pygit2.Commit)
