"""Desk "workspaces": where threads live on disk, and what becomes of them."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from services.messages.keys import ThreadKey, check_id
from services.messages.scopes import EVERYTHING, Scope
from supervisor.desk import Request


class Workspace(Struct, frozen=True):
    """A thread's place on disk: `root` is the worktree of `branch`, `project` the clone.

    `site` is the folder of the site in the repository, empty where nobody said which it is.
    `resumed` says that the files were there, `new` that the thread was made.
    """

    key: ThreadKey
    root: Path
    project: Path
    history: Path
    branch: str
    head: str
    resumed: bool
    site: str = ""
    new: bool = False


class OpenWorkspace(Request[Workspace], frozen=True):
    """Make or open a thread's workspace; idempotent, and unarchives a thread.

    `repo_url`, `branch`, `depth` and `empty` say how the user's project is made where there is
    none: cloned, with `branch` as its default branch and so many commits of history (0 for all);
    without an address it starts as the starter site, or `empty`. `title` names a new thread.
    `site` is the folder of the site in the repository, for all threads of the project from now
    on: empty to look for it, None to leave that as it is.
    """

    key: ThreadKey
    repo_url: str | None = None
    branch: str | None = None
    depth: int | None = None
    empty: bool = False
    title: str | None = None
    site: str | None = None


class FindWorkspace(Request[Workspace], frozen=True):
    """A thread's workspace as it is; refused where there is none. Changes nothing."""

    key: ThreadKey


class History(Struct, frozen=True):
    """Where a thread's journal is, or would be."""

    key: ThreadKey
    path: Path


class ListHistories(Request[tuple[History, ...]], frozen=True):
    """Every thread on the volume that has a journal. Reads no thread's files."""


class FindPreviewed(Request[Workspace], frozen=True):
    """The workspace whose thread has a preview of that id, or the one last opened of all.

    Looks through every thread that is not archived. Raises `NotFound`.
    """

    preview_id: str | None = None


class Thread(Struct, frozen=True):
    """A conversation as a list shows it; times are ISO 8601 in UTC.

    `ahead` and `behind` count commits against the project's default branch. `saved` is the
    commit that holds what was uncommitted when it was last saved.
    """

    key: ThreadKey
    title: str
    branch: str
    head: str
    created: str
    updated: str
    archived: bool = False
    ahead: int = 0
    behind: int = 0
    saved: str | None = None


class ListThreads(Request[tuple[Thread, ...]], frozen=True):
    """A user's threads, the one last opened first; none where the user has no workspace."""

    client: str
    user: str
    archived: bool = False

    def __post_init__(self) -> None:
        check_id("clientId", self.client)
        check_id("userId", self.user)


class FindThread(Request[Thread], frozen=True):
    """One thread as a list shows it, archived or not. Raises `NotFound`."""

    key: ThreadKey


class RenameThread(Request[Thread], frozen=True):
    """Give a thread another title. Its id, and so its branch, stay."""

    key: ThreadKey
    title: str


class ArchiveThread(Request[Thread], frozen=True):
    """Save what is uncommitted and remove the worktree; opening the thread brings it all back."""

    key: ThreadKey


class Deleted(Struct, frozen=True):
    """What a deleted thread leaves: the commits by which its work is found again."""

    head: str
    saved: str | None
    branch_kept: bool


class DeleteThread(Request[Deleted], frozen=True):
    """Remove a thread's worktree and its entry; its branch too, if `branch` says so."""

    key: ThreadKey
    branch: bool = False


class ForkThread(Request[Workspace], frozen=True):
    """Open a new thread of the same user at a point of another.

    Without `commit` it starts where the source is, with what is uncommitted there.
    """

    source: ThreadKey
    thread: str
    commit: str | None = None
    title: str | None = None


class Project(Struct, frozen=True):
    """A user's project: the clone that all threads of theirs share; times are ISO 8601 in UTC.

    `repo_url` is where it came from, without credentials, None for one that was made here.
    `default` is the branch that threads start from and are merged into, None where git cannot say.
    `histories` is the folder in which the journals of its threads are, or would be. `site` is the
    folder of the site, as in `Workspace`. `threads` counts those that are archived too.
    """

    client: str
    user: str
    repo_url: str | None
    default: str | None
    created: str
    last_accessed: str
    histories: Path
    site: str = ""
    threads: int = 0


class ListProjects(Request[tuple[Project, ...]], frozen=True):
    """The projects on the volume within a scope, by client and user."""

    scope: Scope = EVERYTHING


class FindProject(Request[Project], frozen=True):
    """A user's project. Raises `NotFound`."""

    client: str
    user: str

    def __post_init__(self) -> None:
        check_id("clientId", self.client)
        check_id("userId", self.user)
