"""What git has to say, in the shapes that clients of the original know."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType, field

from services.api.original.editing_replies import short_status
from services.api.shapes import Failure, Reply, Success
from services.api.v1.history_replies import stayed
from services.messages import Commit, Conflict, Fetched, GitState, Merged, Outcome, Pushed


class OriginalGit(Reply, frozen=True, kw_only=True):
    """What `git status --short` says, and the branches that there are."""

    status: str
    current_branch: str
    branches: tuple[str, ...]


class OriginalGitReply(Success, frozen=True, kw_only=True):
    """A thread's branch, and what is not committed on it."""

    git: OriginalGit


class OriginalChanges(Reply, frozen=True, kw_only=True):
    """Paths in the worktree, sorted."""

    added: tuple[str, ...]
    modified: tuple[str, ...]
    deleted: tuple[str, ...]
    untracked: tuple[str, ...]


class OriginalGitStatus(Reply, frozen=True, kw_only=True):
    """What is not committed; `ahead` and `behind` count commits against the remote's branch."""

    branch: str
    clean: bool
    ahead: int
    behind: int
    changes: OriginalChanges
    can_push: bool


class OriginalGitStatusReply(Success, frozen=True, kw_only=True):
    """A thread against its last commit and its remote."""

    status: OriginalGitStatus


class OriginalCommitResult(Reply, frozen=True, kw_only=True):
    """The commit; nothing to commit is no error, and no success here.

    `prUrl` is a page of the forge that asks for the merge, where it was pushed to one.
    """

    success: bool
    commit_hash: str | UnsetType = UNSET
    message: str | UnsetType = UNSET
    branch: str
    pushed: bool
    pr_url: str | UnsetType = UNSET


class OriginalCommitReply(Success, frozen=True, kw_only=True):
    """What was committed, if anything was."""

    result: OriginalCommitResult


class OriginalPushResult(Reply, frozen=True, kw_only=True):
    """`prUrl` is a page of the forge that asks for the merge, where the forge is known."""

    success: bool
    branch: str
    pr_url: str | UnsetType = UNSET
    error: str | UnsetType = UNSET


class OriginalPushReply(Success, frozen=True, kw_only=True):
    """The branch is at the remote."""

    result: OriginalPushResult


class OriginalPushFailure(Failure, frozen=True, kw_only=True):
    """Why it is not. Said twice: clients of the original look into the result."""

    result: OriginalPushResult | UnsetType = UNSET


class OriginalPullReply(Success, frozen=True, kw_only=True):
    """What became of it; `head` is where the thread's branch is."""

    message: str
    outcome: Outcome
    head: str


class OriginalConflict(Reply, frozen=True, kw_only=True):
    """A file that both sides changed, or that is in the way; `text` has conflict markers."""

    path: str
    with_: Literal["commit", "uncommitted", "ignored"] = field(name="with")
    text: str | None


class OriginalPullFailure(Failure, frozen=True, kw_only=True):
    """Why nothing was pulled: everything is as it was."""

    outcome: Outcome | UnsetType = UNSET
    head: str | UnsetType = UNSET
    conflicts: tuple[OriginalConflict, ...] | UnsetType = UNSET


class OriginalFetchReply(Success, frozen=True, kw_only=True):
    """The remote's branches that moved, came or went are `changed`."""

    message: str
    changed: tuple[str, ...]


class OriginalBranchReply(Success, frozen=True, kw_only=True):
    """The branch that the thread is on."""

    message: str
    branch: str


def git_reply(git: GitState) -> OriginalGitReply:
    return OriginalGitReply(
        git=OriginalGit(status=short_status(git), current_branch=git.branch, branches=git.branches)
    )


def git_status_reply(git: GitState) -> OriginalGitStatusReply:
    return OriginalGitStatusReply(
        status=OriginalGitStatus(
            branch=git.branch,
            clean=git.clean,
            ahead=git.ahead,
            behind=git.behind,
            changes=OriginalChanges(
                added=git.added,
                modified=git.modified,
                deleted=git.deleted,
                untracked=git.untracked,
            ),
            can_push=git.can_push,
        )
    )


def commit_reply(
    branch: str, commit: Commit | None, pushed: Pushed | None = None
) -> OriginalCommitReply:
    """As in the original, nothing to commit is no error, and no success within."""
    if commit is None:
        nothing = OriginalCommitResult(
            success=False, message="No changes to commit", branch=branch, pushed=False
        )
        return OriginalCommitReply(result=nothing)
    compare = None if pushed is None else pushed.compare
    made = OriginalCommitResult(
        success=True,
        commit_hash=commit.hash,
        branch=branch,
        pushed=pushed is not None,
        pr_url=UNSET if compare is None else compare,
    )
    return OriginalCommitReply(result=made)


def push_reply(pushed: Pushed) -> OriginalPushReply:
    compare = UNSET if pushed.compare is None else pushed.compare
    return OriginalPushReply(
        result=OriginalPushResult(success=True, branch=pushed.branch, pr_url=compare)
    )


def push_refused(branch: str, error: str) -> OriginalPushFailure:
    result = OriginalPushResult(success=False, branch=branch, error=error)
    return OriginalPushFailure(error=error, result=result)


def pull_reply(branch: str, merged: Merged) -> tuple[OriginalPullReply | OriginalPullFailure, int]:
    """`branch` is what was to be pulled; 409 where it was not."""
    if merged.outcome not in (Outcome.DIVERGED, Outcome.CONFLICTS):
        message = f"Successfully pulled from {branch}"
        return OriginalPullReply(message=message, outcome=merged.outcome, head=merged.head), 200
    failure = OriginalPullFailure(
        error=stayed(merged, f"pull {branch}"),
        outcome=merged.outcome,
        head=merged.head,
        conflicts=tuple(_conflict(conflict) for conflict in merged.conflicts),
    )
    return failure, 409


def fetch_reply(fetched: Fetched) -> OriginalFetchReply:
    return OriginalFetchReply(message="Successfully fetched from remote", changed=fetched.changed)


def branch_reply(branch: str) -> OriginalBranchReply:
    return OriginalBranchReply(message=f"Successfully switched to branch: {branch}", branch=branch)


def _conflict(conflict: Conflict) -> OriginalConflict:
    return OriginalConflict(path=conflict.path, with_=conflict.with_, text=conflict.text)
