"""What git has to say, in the shapes of the original's routes and of ours."""

from __future__ import annotations

from typing import Any

from services.api.replies import short_status
from services.messages import (
    Commit,
    Conflict,
    Deleted,
    Diff,
    FileDiff,
    GitState,
    LogEntry,
    Merged,
    Outcome,
    PullRequest,
    Pushed,
    Thread,
    Workspace,
)

Reply = tuple[dict[str, Any], int]

_STAYED = (Outcome.DIVERGED, Outcome.CONFLICTS)
_MOST_NAMED = 5  # files in the text of an error; all of them are beside it


def git_reply(git: GitState) -> dict[str, Any]:
    return {
        "success": True,
        "git": {
            "status": short_status(git),
            "currentBranch": git.branch,
            "branches": list(git.branches),
        },
    }


def git_status_reply(git: GitState) -> dict[str, Any]:
    return {
        "success": True,
        "status": {
            "branch": git.branch,
            "clean": git.clean,
            "ahead": git.ahead,
            "behind": git.behind,
            "changes": {
                "added": list(git.added),
                "modified": list(git.modified),
                "deleted": list(git.deleted),
                "untracked": list(git.untracked),
            },
            "canPush": git.can_push,
        },
    }


def commit_reply(branch: str, commit: Commit | None) -> dict[str, Any]:
    """As in the original, nothing to commit is no error, and no success within."""
    if commit is None:
        nothing = {"success": False, "message": "No changes to commit"}
        return {"success": True, "result": nothing | {"branch": branch, "pushed": False}}
    made = {"success": True, "commitHash": commit.hash, "branch": branch, "pushed": False}
    return {"success": True, "result": made}


def push_reply(pushed: Pushed) -> dict[str, Any]:
    result: dict[str, Any] = {"success": True, "branch": pushed.branch}
    if pushed.compare is not None:
        result["prUrl"] = pushed.compare
    return {"success": True, "result": result}


def push_refused(branch: str, error: str) -> dict[str, Any]:
    """Said twice: clients of the original look into the result."""
    return {
        "success": False,
        "error": error,
        "result": {"success": False, "branch": branch, "error": error},
    }


def merged_reply(merged: Merged, what: str) -> Reply:
    """`what` is what was to be done; 409 where it was not."""
    reply: dict[str, Any] = {
        "success": merged.outcome not in _STAYED,
        "outcome": merged.outcome,
        "head": merged.head,
    }
    if reply["success"]:
        return reply, 200
    reply["error"] = stayed(merged, what)
    reply["conflicts"] = [_conflict(conflict) for conflict in merged.conflicts]
    return reply, 409


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


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {"path": conflict.path, "with": conflict.with_, "text": conflict.text}


def thread_reply(thread: Thread) -> dict[str, Any]:
    return {"success": True, "thread": described(thread)}


def described(thread: Thread) -> dict[str, Any]:
    """A thread as lists have it."""
    return {
        "threadId": thread.key.thread,
        "title": thread.title,
        "branch": thread.branch,
        "head": thread.head,
        "created": thread.created,
        "updated": thread.updated,
        "archived": thread.archived,
        "ahead": thread.ahead,
        "behind": thread.behind,
        "saved": thread.saved,
    }


def deleted_reply(deleted: Deleted) -> dict[str, Any]:
    left = {"head": deleted.head, "saved": deleted.saved, "branchKept": deleted.branch_kept}
    return {"success": True, "deleted": left}


def forked_reply(workspace: Workspace) -> dict[str, Any]:
    return {
        "success": True,
        "workspace": {
            "threadId": workspace.key.thread,
            "projectPath": str(workspace.root),
            "branch": workspace.branch,
            "head": workspace.head,
            "resumed": workspace.resumed,
        },
    }


def diff_reply(diff: Diff) -> dict[str, Any]:
    files = [_file(file) for file in diff.files]
    return {"success": True, "diff": {"files": files, "truncated": diff.truncated}}


def _file(file: FileDiff) -> dict[str, Any]:
    return {
        "path": file.path,
        "oldPath": file.old_path,
        "change": file.change,
        "binary": file.binary,
        "added": file.added,
        "deleted": file.deleted,
        "patch": file.patch,
    }


def log_reply(entries: tuple[LogEntry, ...]) -> dict[str, Any]:
    return {"success": True, "commits": [_entry(entry) for entry in entries]}


def _entry(entry: LogEntry) -> dict[str, Any]:
    return {
        "hash": entry.hash,
        "parents": list(entry.parents),
        "author": entry.author,
        "email": entry.email,
        "time": entry.time,
        "subject": entry.subject,
        "message": entry.message,
        "threadId": entry.thread,
        "turnId": entry.turn,
    }


def pull_request_reply(made: PullRequest) -> Reply:
    """201 for a new one, 200 for one that was open already."""
    reply = {"number": made.number, "url": made.url, "existing": made.existing}
    return {"success": True, "pullRequest": reply}, 200 if made.existing else 201
