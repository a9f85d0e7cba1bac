"""What a request at the desk is about: whose repository, whose turn, and how to say it. Pure."""

from __future__ import annotations

from typing import Any

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    DropChanges,
    FindPreviewed,
    FindProject,
    ForkThread,
    ListHistories,
    ListProjects,
    ListThreads,
    MoveFile,
    Pull,
    RemoveFile,
    RestoreCommit,
    StoreImages,
    SwitchBranch,
    WriteFile,
)
from supervisor.desk import Request

# What changes files or the branch under whoever works in the thread at that moment.
UNDER_A_TURN = (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    DropChanges,
    MoveFile,
    Pull,
    RemoveFile,
    RestoreCommit,
    StoreImages,
    SwitchBranch,
    WriteFile,
)

# What a person can do about what the disk or git says.
_ADVICE = {
    "No space left on device": "; free some space on the volume",
    "Read-only file system": "; mount the volume so that it can be written to",
    "not owned by current user": "; give it to the user that the daemon runs as",
    "Permission denied": "; let the user that the daemon runs as read and write it",
}


def asking(request: Request[Any]) -> tuple[str | None, ...]:
    """The turn that asks, if one does."""
    match request:
        case CommitChanges():
            return request.turn, request.within
        case DropChanges() | RestoreCommit():
            return (request.turn,)
        case _:
            return ()


def advised(error: Exception) -> str:
    """What the disk or git says, and what to do about it."""
    reason = str(error)
    advice = next((text for words, text in _ADVICE.items() if words in reason), "")
    return reason + advice


def repository(request: Any) -> tuple[str, str]:
    """The client and the user whose repository it is about."""
    match request:
        case ListThreads(client, user):
            return client, user
        case ForkThread(source):
            return source.client, source.user
        case _:
            return request.key.client, request.key.user


def whose(request: Any) -> str:
    """Whose workspace it is about, in words."""
    match request:
        case ListThreads(client, user) | FindProject(client, user):
            return f"{client}/{user}"
        case FindPreviewed(preview_id):
            return f"the preview {preview_id}"
        case ListHistories() | ListProjects():
            return "every thread"
        case ForkThread(source):
            return str(source)
        case _:
            return str(request.key)
