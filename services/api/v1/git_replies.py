"""What git says of a thread's files and its branch, as our routes tell it."""

from __future__ import annotations

from services.api.shapes import Reply
from services.messages import Commit, Fetched, GitState, Pushed, Switched


class GitDescription(Reply, frozen=True, kw_only=True):
    """A thread's files against its branch; paths are sorted, and relative to its folder.

    `ahead` and `behind` count commits against `upstream`, the branch's twin as the remote was last
    seen; without a twin `ahead` counts those that the remote has nowhere. `default` is the
    project's default branch. `kept` are commits with work that could not be put back where it
    came from. Of `branches` a token for one thread is told that thread's own.
    """

    branch: str
    head: str
    clean: bool
    added: tuple[str, ...]
    modified: tuple[str, ...]
    deleted: tuple[str, ...]
    untracked: tuple[str, ...]
    branches: tuple[str, ...]
    default: str
    upstream: str | None
    ahead: int
    behind: int
    can_push: bool
    kept: tuple[str, ...]


class GitStateReply(Reply, frozen=True, kw_only=True):
    """What git says of a thread."""

    git: GitDescription


class NewCommit(Reply, frozen=True, kw_only=True):
    """A commit that was made, and the files that it changed."""

    hash: str
    files: tuple[str, ...]


class CommittedReply(Reply, frozen=True, kw_only=True):
    """The commit that was made; null where nothing was changed."""

    commit: NewCommit | None


class DiscardedReply(Reply, frozen=True, kw_only=True):
    """The commit that holds what was discarded; null where nothing was."""

    saved: str | None


class PushedReply(Reply, frozen=True, kw_only=True):
    """What the remote has now. `new`: it had no such branch. `compare` is a page of the forge."""

    branch: str
    head: str
    new: bool
    compare: str | None


class FetchedReply(Reply, frozen=True, kw_only=True):
    """The remote's branches that moved, came or went since it was last seen."""

    changed: tuple[str, ...]


class SwitchedReply(Reply, frozen=True, kw_only=True):
    """The branch that the thread is on.

    `saved` is the commit that holds what was uncommitted on the branch left behind, `restored` the
    one that holds what came back.
    """

    branch: str
    head: str
    saved: str | None
    restored: str | None


def git_reply(git: GitState) -> GitStateReply:
    told = GitDescription(
        branch=git.branch,
        head=git.head,
        clean=git.clean,
        added=git.added,
        modified=git.modified,
        deleted=git.deleted,
        untracked=git.untracked,
        branches=git.branches,
        default=git.default,
        upstream=git.upstream,
        ahead=git.ahead,
        behind=git.behind,
        can_push=git.can_push,
        kept=git.kept,
    )
    return GitStateReply(git=told)


def committed_reply(commit: Commit | None) -> CommittedReply:
    made = None if commit is None else NewCommit(hash=commit.hash, files=commit.files)
    return CommittedReply(commit=made)


def pushed_reply(pushed: Pushed) -> PushedReply:
    return PushedReply(
        branch=pushed.branch, head=pushed.head, new=pushed.new, compare=pushed.compare
    )


def fetched_reply(fetched: Fetched) -> FetchedReply:
    return FetchedReply(changed=fetched.changed)


def switched_reply(switched: Switched) -> SwitchedReply:
    return SwitchedReply(
        branch=switched.branch,
        head=switched.head,
        saved=switched.saved,
        restored=switched.restored,
    )
