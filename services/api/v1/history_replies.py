"""What git says of commits and of two lines of work, as our routes tell it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import field

from services.api.errors import Problem
from services.api.shapes import Reply
from services.messages import (
    Diff,
    FileDiff,
    LogEntry,
    Merged,
    Outcome,
    PullRequest,
)
from services.moments import instant

_STAYED = (Outcome.DIVERGED, Outcome.CONFLICTS)
_MOST_NAMED = 5  # files in the text of an error; all of them are beside it


class MergedReply(Reply, frozen=True, kw_only=True):
    """What became of two lines of work, and where the branch is now."""

    outcome: Outcome
    head: str


class ConflictDescription(Reply, frozen=True, kw_only=True):
    """A file that two sides changed differently; `text` is their merge with conflict markers.

    `with` says against what: another commit, what is uncommitted, or an ignored file in the way.
    """

    path: str
    with_: Literal["commit", "uncommitted", "ignored"] = field(name="with")
    text: str | None


class FileDiffDescription(Reply, frozen=True, kw_only=True):
    """One file's part of a diff. `patch` is unified, with its `diff --git` head; empty if binary.

    `added` and `deleted` count lines.
    """

    path: str
    old_path: str | None
    change: Literal["added", "modified", "deleted", "renamed"]
    binary: bool
    added: int
    deleted: int
    patch: str


class DiffDescription(Reply, frozen=True, kw_only=True):
    """`truncated`: patches were left out.

    All together were too long, or they are of files that may hold secrets.
    """

    files: tuple[FileDiffDescription, ...]
    truncated: bool


class DiffReply(Reply, frozen=True, kw_only=True):
    """What is different, file by file."""

    diff: DiffDescription


class Patch(Reply, frozen=True, kw_only=True):
    """The same as text that `git apply` takes; the header `X-Truncated` is 1 where it is cut."""

    media_type: ClassVar[str] = "text/x-diff"


class CommitDescription(Reply, frozen=True, kw_only=True):
    """A commit; `threadId` and `turnId` are from its trailers."""

    hash: str
    parents: tuple[str, ...]
    author: str
    email: str
    time: datetime
    subject: str
    message: str
    thread_id: str | None
    turn_id: str | None


class LogReply(Reply, frozen=True, kw_only=True):
    """Commits, newest first."""

    commits: tuple[CommitDescription, ...]


class PullRequestDescription(Reply, frozen=True, kw_only=True):
    """`existing`: there was one already for this branch."""

    number: int
    url: str
    existing: bool


class PullRequestReply(Reply, frozen=True, kw_only=True):
    """The pull request at the forge."""

    pull_request: PullRequestDescription


def joined(merged: Merged, what: str) -> MergedReply:
    """`what` is what was to be done; raises `Problem` with the conflicts where it was not."""
    if merged.outcome not in _STAYED:
        return MergedReply(outcome=merged.outcome, head=merged.head)
    conflicts = [
        ConflictDescription(path=one.path, with_=one.with_, text=one.text)
        for one in merged.conflicts
    ]
    more = {"outcome": merged.outcome, "head": merged.head, "conflicts": conflicts}
    raise Problem(409, stayed(merged, what), more=more)


def stayed(merged: Merged, what: str) -> str:
    """Why nothing was changed, and what to do."""
    if merged.outcome is Outcome.DIVERGED:
        return f"cannot {what}: both sides have commits of their own; allow a merge"
    reasons = {
        "commit": "both sides changed {}; bring them in line",
        "uncommitted": "it would undo what is not committed in {}; commit that first",
        "ignored": "{}, which git ignores, is in the way; move it",
    }
    said = [
        text.format(_named(paths))
        for with_, text in reasons.items()
        if (paths := [one.path for one in merged.conflicts if one.with_ == with_])
    ]
    return f"cannot {what}, and nothing was changed: {', and '.join(said)}; then try again"


def _named(paths: list[str]) -> str:
    more = len(paths) - _MOST_NAMED
    listed = ", ".join(paths[:_MOST_NAMED])
    return listed if more <= 0 else f"{listed} and {more} more"


def diff_reply(diff: Diff) -> DiffReply:
    files = tuple(_file(file) for file in diff.files)
    return DiffReply(diff=DiffDescription(files=files, truncated=diff.truncated))


def _file(file: FileDiff) -> FileDiffDescription:
    return FileDiffDescription(
        path=file.path,
        old_path=file.old_path,
        change=file.change,
        binary=file.binary,
        added=file.added,
        deleted=file.deleted,
        patch=file.patch,
    )


def log_reply(entries: tuple[LogEntry, ...]) -> LogReply:
    return LogReply(commits=tuple(_entry(entry) for entry in entries))


def _entry(entry: LogEntry) -> CommitDescription:
    return CommitDescription(
        hash=entry.hash,
        parents=entry.parents,
        author=entry.author,
        email=entry.email,
        time=instant(entry.time),
        subject=entry.subject,
        message=entry.message,
        thread_id=entry.thread,
        turn_id=entry.turn,
    )


def pull_request_reply(made: PullRequest) -> tuple[PullRequestReply, int]:
    """201 for a new one, 200 for one that was open already."""
    told = PullRequestDescription(number=made.number, url=made.url, existing=made.existing)
    return PullRequestReply(pull_request=told), 200 if made.existing else 201
