"""All that travels between services: frozen structs, and the names of the channels."""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from pathlib import Path
from typing import Literal

from msgspec import Struct

from supervisor.desk import Refused, Request

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class ThreadKey(Struct, frozen=True, order=True):
    """Which conversation: a client, one of its users, one of that user's threads.

    The three end up in paths, branch names and host names, so nothing but `ID` passes.
    Raises `Refused` for anything else.
    """

    client: str
    user: str
    thread: str

    def __post_init__(self) -> None:
        for what, value in (
            ("clientId", self.client),
            ("userId", self.user),
            ("threadId", self.thread),
        ):
            if not ID.fullmatch(value):
                raise Refused(
                    f"cannot use this {what}: it is 1 to 64 letters, digits, '-' or '_',"
                    " the first of them a letter or a digit"
                )

    def __str__(self) -> str:
        return f"{self.client}/{self.user}/{self.thread}"

    @property
    def branch(self) -> str:
        return f"thread-{self.thread}"

    @property
    def preview_id(self) -> str:
        """A host-name label of its own: readable, and unique for the whole key."""
        digest = hashlib.sha256(str(self).encode()).hexdigest()[:8]
        slug = re.sub(r"[^a-z0-9]+", "-", self.thread.lower()).strip("-")[:40]
        return f"{slug}-{digest}"


# The API's cookie. Browsers send a host's cookies to all of its ports, so the front door of the
# previews takes it out: a site's own code must never see it.
TOKEN_COOKIE = "nurseryd_token"


# Desk "workspaces": who keeps the git workspaces.


class Workspace(Struct, frozen=True):
    """A thread's place on disk: `root` is the worktree of `branch`, `project` the clone."""

    key: ThreadKey
    root: Path
    project: Path
    history: Path
    branch: str
    head: str
    resumed: bool


class OpenWorkspace(Request[Workspace], frozen=True):
    """Make or open a thread's workspace; idempotent. Without `repo_url`: the starter site."""

    key: ThreadKey
    repo_url: str | None = None


class FindWorkspace(Request[Workspace], frozen=True):
    """A thread's workspace as it is; refused where there is none. Changes nothing."""

    key: ThreadKey


class GitState(Struct, frozen=True):
    """A worktree against its branch: paths relative to the worktree, sorted."""

    branch: str
    branches: tuple[str, ...]
    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        return not (self.added or self.modified or self.deleted or self.untracked)


class ReadGit(Request[GitState], frozen=True):
    """What git says of a thread. Changes nothing."""

    key: ThreadKey


class Commit(Struct, frozen=True):
    hash: str
    files: tuple[str, ...]


class CommitTurn(Request[Commit | None], frozen=True):
    """Commit what a turn changed, with `Thread-ID` and `Turn-ID` trailers; None if nothing did."""

    key: ThreadKey
    turn: str
    message: str


# Desk "agent": who carries out instructions.


class Mode(StrEnum):
    EXECUTE = "execute"
    PLAN = "plan"
    ANALYZE = "analyze"


class TurnState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    COMMITTED = "committed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class TurnResult(Struct, frozen=True):
    turn: str
    state: TurnState
    output: str
    files: tuple[str, ...] = ()
    commit: str | None = None
    error: str | None = None


class Execute(Request[TurnResult], frozen=True):
    """One turn: answered when it is committed or failed. A thread's turns run one by one."""

    key: ThreadKey
    instruction: str
    mode: Mode = Mode.EXECUTE


# What an agent backend says while it works; the agent journals it under these names.


class TextDelta(Struct, frozen=True):
    text: str
    kind: Literal["text.delta"] = "text.delta"


class ToolStarted(Struct, frozen=True):
    tool: str
    summary: str
    kind: Literal["tool.started"] = "tool.started"


class ToolFinished(Struct, frozen=True):
    tool: str
    ok: bool
    summary: str = ""
    kind: Literal["tool.finished"] = "tool.finished"


class FileChanged(Struct, frozen=True):
    """`path` is relative to the worktree."""

    path: str
    change: Literal["added", "modified", "deleted"]
    kind: Literal["file.changed"] = "file.changed"


BackendEvent = TextDelta | ToolStarted | ToolFinished | FileChanged


# Board "turns": which turns run. Watched by idle: a running turn is a hold.


class Turns(Struct, frozen=True):
    running: frozenset[str] = frozenset()


# Desk "previews", and board "routes": who decides which threads have a dev server.


class PreviewState(StrEnum):
    INSTALLING = "installing"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


class Preview(Struct, frozen=True):
    """A thread's dev server, on loopback. `reason`: what it waits for, or why it failed."""

    id: str
    key: ThreadKey
    state: PreviewState
    port: int
    reason: str = ""


class StartPreview(Request[Preview], frozen=True):
    """See to it that a thread has a dev server, and make it the default; answered at once."""

    key: ThreadKey
    root: Path


class RestartPreview(Request[Preview], frozen=True):
    """Give a thread's preview a new dev server; answered when it runs, or will not."""

    key: ThreadKey


class Routes(Struct, frozen=True):
    """Every preview by its id, and the one for requests that name none: the thread last active."""

    previews: dict[str, Preview]
    default: str | None = None


# Stream "activity": what keeps a container awake. Pings, polls and health checks are not sent.


class Activity(Struct, frozen=True):
    """Somebody did something: changed something by the API, or opened a page."""

    what: Literal["api-write", "navigation"]
