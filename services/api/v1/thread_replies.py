"""What conversations and their places on disk are like, as our routes tell it."""

from __future__ import annotations

from datetime import datetime

from services.api.shapes import Reply
from services.api.v1.preview_replies import PreviewDescription
from services.api.v1.times import read_moment
from services.messages import Deleted, Thread, Workspace


class ThreadDescription(Reply, frozen=True, kw_only=True):
    """A conversation as a list shows it.

    `ahead` and `behind` count commits against the project's default branch. `saved` is the commit
    that holds what was uncommitted when it was last saved.
    """

    client_id: str
    user_id: str
    thread_id: str
    title: str
    branch: str
    head: str
    created: datetime
    updated: datetime
    archived: bool
    ahead: int
    behind: int
    saved: str | None


class WorktreeDescription(Reply, frozen=True, kw_only=True):
    """Where a thread's files are.

    `path` is its folder on the server, on `branch` at the commit `head`. `site` is the folder of
    the site in it, empty where nobody said which it is. `resumed`: the files were there.
    """

    path: str
    branch: str
    head: str
    site: str
    resumed: bool


class ThreadReply(Reply, frozen=True, kw_only=True):
    """A thread, as it is now."""

    thread: ThreadDescription


class ThreadsReply(Reply, frozen=True, kw_only=True):
    """A user's threads, the one last opened first."""

    threads: tuple[ThreadDescription, ...]


class OpenThreadReply(Reply, frozen=True, kw_only=True):
    """A thread, with its files and its preview; null for an archived one, and for none."""

    thread: ThreadDescription
    workspace: WorktreeDescription | None
    preview: PreviewDescription | None


class DeletedDescription(Reply, frozen=True, kw_only=True):
    """The commits by which the work of a thread is found again, and whether it has its branch."""

    head: str
    saved: str | None
    branch_kept: bool


class DeletedReply(Reply, frozen=True, kw_only=True):
    """What a deleted thread leaves."""

    deleted: DeletedDescription


def described(thread: Thread) -> ThreadDescription:
    return ThreadDescription(
        client_id=thread.key.client,
        user_id=thread.key.user,
        thread_id=thread.key.thread,
        title=thread.title,
        branch=thread.branch,
        head=thread.head,
        created=read_moment(thread.created),
        updated=read_moment(thread.updated),
        archived=thread.archived,
        ahead=thread.ahead,
        behind=thread.behind,
        saved=thread.saved,
    )


def placed(workspace: Workspace) -> WorktreeDescription:
    return WorktreeDescription(
        path=str(workspace.root),
        branch=workspace.branch,
        head=workspace.head,
        site=workspace.site,
        resumed=workspace.resumed,
    )


def threads_reply(threads: tuple[Thread, ...]) -> ThreadsReply:
    return ThreadsReply(threads=tuple(described(thread) for thread in threads))


def deleted_reply(deleted: Deleted) -> DeletedReply:
    left = DeletedDescription(
        head=deleted.head, saved=deleted.saved, branch_kept=deleted.branch_kept
    )
    return DeletedReply(deleted=left)
