"""Desk "workspaces": what a thread changed, and how it is committed, saved and taken back."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from services.messages.keys import ThreadKey
from supervisor.desk import Request


class GitState(Struct, frozen=True):
    """A worktree against its branch: paths relative to the worktree, sorted.

    `ahead` and `behind` count commits against `upstream`, the branch's twin as the remote was
    last seen; without a twin `ahead` counts those that the remote has nowhere. `kept` are commits
    with work that could not be put back where it came from.
    """

    branch: str
    branches: tuple[str, ...]
    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    head: str = ""
    default: str = ""
    upstream: str | None = None
    ahead: int = 0
    behind: int = 0
    can_push: bool = False
    kept: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        return not (self.added or self.modified or self.deleted or self.untracked)


class ReadGit(Request[GitState], frozen=True):
    """What git says of a thread. Changes nothing."""

    key: ThreadKey


class FileDiff(Struct, frozen=True):
    """One file's part of a diff. `patch` is unified, with its `diff --git` head; empty if binary.

    `added` and `deleted` count lines.
    """

    path: str
    change: Literal["added", "modified", "deleted", "renamed"]
    old_path: str | None = None
    binary: bool = False
    added: int = 0
    deleted: int = 0
    patch: str = ""


class Diff(Struct, frozen=True):
    """`truncated` says that patches were left out.

    All together were too long, or they are of files that may hold secrets.
    """

    files: tuple[FileDiff, ...]
    truncated: bool = False

    @property
    def unified(self) -> str:
        return "".join(file.patch for file in self.files)


class ReadDiff(Request[Diff], frozen=True):
    """From `base` (the last commit) to `target` (the worktree); both a branch or a commit."""

    key: ThreadKey
    base: str | None = None
    target: str | None = None
    paths: tuple[str, ...] = ()
    context: int = 3


class Commit(Struct, frozen=True):
    """`pushing` says that its branch is on its way to the remote, if that may have it."""

    hash: str
    files: tuple[str, ...]
    pushing: bool = False


class CommitChanges(Request[Commit | None], frozen=True):
    """Commit all that is not ignored, with a `Thread-ID` trailer; None if nothing changed.

    With `paths`, files and directories, it is those alone, and much quicker where all are files.
    A turn's commit has a `Turn-ID` trailer too. Refused while a turn runs in the thread, unless it
    is `turn`, or `within`, that asks.
    """

    key: ThreadKey
    message: str
    turn: str | None = None
    paths: tuple[str, ...] = ()
    within: str | None = None


class SaveChanges(Request[str | None], frozen=True):
    """Save what is uncommitted to the thread's hidden ref; its hash, None if nothing is.

    `turn` is the one that left it: that is known of it until it is committed, or dropped.
    """

    key: ThreadKey
    turn: str | None = None


class DropChanges(Request[str | None], frozen=True):
    """Take the worktree back to its last commit; the hash of what was dropped and is kept.

    What a turn drops has a `Turn-ID` trailer. Refused while a turn runs in the thread, unless it
    is `turn` that asks.
    """

    key: ThreadKey
    turn: str | None = None


class FindDropped(Request[str | None], frozen=True):
    """The hash of what a turn dropped, as `DropChanges` answered it; None if it dropped nothing.

    So also of what it left that did not fit its branch any more, and is kept.
    """

    key: ThreadKey
    turn: str


class FindParked(Request[str | None], frozen=True):
    """The branch with which the thread left what a turn left; None where it is with none."""

    key: ThreadKey
    turn: str


class LogEntry(Struct, frozen=True):
    """A commit: `time` in Unix seconds, `thread` and `turn` from its trailers."""

    hash: str
    parents: tuple[str, ...]
    author: str
    email: str
    time: int
    subject: str
    message: str
    thread: str | None = None
    turn: str | None = None


class ReadLog(Request[tuple[LogEntry, ...]], frozen=True):
    """The thread's commits, newest first; with `before`, those that come after that one."""

    key: ThreadKey
    limit: int = 50
    before: str | None = None


class Outcome(StrEnum):
    """What became of two lines of work. After the last two everything is as it was."""

    UP_TO_DATE = "up-to-date"
    FAST_FORWARD = "fast-forward"
    MERGED = "merged"
    RESTORED = "restored"
    DIVERGED = "diverged"
    CONFLICTS = "conflicts"


class Conflict(Struct, frozen=True):
    """A file that two sides changed differently; `text` is their merge with conflict markers.

    `with_` says against what: another commit, what is uncommitted, or an ignored file that is
    in the way.
    """

    path: str
    with_: Literal["commit", "uncommitted", "ignored"] = "commit"
    text: str | None = None


class Merged(Struct, frozen=True):
    """`head` is where the branch is now."""

    outcome: Outcome
    head: str
    conflicts: tuple[Conflict, ...] = ()


class RestoreCommit(Request[Merged], frozen=True):
    """Bring an earlier commit's files back by a new commit on top.

    What is uncommitted stays so. With `expected_head`, refused when the branch is elsewhere.
    Refused while a turn runs in the thread, unless it is `turn` that asks. The new commit names
    the earlier one, unless there is a `message`.
    """

    key: ThreadKey
    commit: str
    expected_head: str | None = None
    turn: str | None = None
    message: str | None = None


class Switched(Struct, frozen=True):
    """`saved` holds what was uncommitted on the branch left behind, `restored` what came back."""

    branch: str
    head: str
    saved: str | None = None
    restored: str | None = None


class SwitchBranch(Request[Switched], frozen=True):
    """Put a thread's worktree on another branch.

    What is uncommitted stays with its branch, and comes back with it; to a branch that is made
    here (`create`) it comes along.
    """

    key: ThreadKey
    branch: str
    create: bool = False


class MergeThread(Request[Merged], frozen=True):
    """Merge a thread's commits into the project's default branch."""

    key: ThreadKey
    message: str | None = None
