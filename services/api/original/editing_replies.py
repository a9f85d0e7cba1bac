"""What the editing routes reply, in the shapes that clients of the original know."""

from __future__ import annotations

from services.api.addresses import Addresses
from services.api.original.astro_replies import OriginalAstro, astro
from services.api.shapes import Failure, Reply, Success
from services.api.v1.turn_replies import DID_NOT_END, told
from services.messages import GitState, Preview, Reason, TurnInfo, TurnState, Workspace


class OriginalWorkspace(Reply, frozen=True, kw_only=True):
    """Where a thread is: `projectPath` is its own worktree; `resumed` if it was there already."""

    project_path: str
    branch: str
    resumed: bool


class OriginalOwnAstro(OriginalAstro, frozen=True, kw_only=True):
    """The same; `ownUrl` is where this thread's preview is, whichever was opened last."""

    own_url: str


class OriginalInitReply(Success, frozen=True, kw_only=True):
    """The thread's workspace, and its preview, which may still be starting."""

    workspace: OriginalWorkspace
    astro: OriginalOwnAstro


class OriginalResult(Reply, frozen=True, kw_only=True):
    """What an instruction came to.

    `output` is what the agent said; `commit` is null where it changed nothing. The turn is to be
    found under `turnId` among the thread's turns.
    """

    output: str
    files_changed: tuple[str, ...]
    error: str | None
    turn_id: str
    commit: str | None
    state: TurnState


class OriginalExecuteReply(Success, frozen=True, kw_only=True):
    """How the turn ended that carried the instruction out."""

    result: OriginalResult


class OriginalExecuteFailure(Failure, frozen=True, kw_only=True):
    """The turn failed, was cancelled or interrupted: what there is of its result."""

    reason: Reason | None
    result: OriginalResult


class OriginalStatus(Reply, frozen=True, kw_only=True):
    """How a thread is; `gitStatus` as `git status --short` has it, `lastActivity` in Unix ms."""

    working_directory: str
    git_status: str
    last_activity: int
    current_branch: str
    all_branches: tuple[str, ...]
    project_path: str


class OriginalStatusReply(Success, frozen=True, kw_only=True):
    """How a thread is."""

    status: OriginalStatus


def init_reply(
    workspace: Workspace, preview: Preview, addresses: Addresses, own_url: str
) -> OriginalInitReply:
    """`own_url` is the address to open, which may be a link that is good for a while."""
    shown = astro(preview, addresses)
    return OriginalInitReply(
        workspace=OriginalWorkspace(
            project_path=str(workspace.root),
            branch=workspace.branch,
            resumed=workspace.resumed,
        ),
        astro=OriginalOwnAstro(
            url=shown.url,
            websocket=shown.websocket,
            running=shown.running,
            own_url=own_url,
        ),
    )


def execute_reply(turn: TurnInfo) -> tuple[OriginalExecuteReply | OriginalExecuteFailure, int]:
    """What a turn came to, 422 where it ended before it had done what it was to do."""
    result = OriginalResult(
        output=turn.output,
        files_changed=turn.files,
        error=turn.error,
        turn_id=turn.turn,
        commit=turn.commit,
        state=turn.state,
    )
    if turn.state not in DID_NOT_END:
        return OriginalExecuteReply(result=result), 200
    return OriginalExecuteFailure(error=told(turn), reason=turn.reason, result=result), 422


def status_reply(workspace: Workspace, git: GitState, touched: int) -> OriginalStatusReply:
    """`touched` is in Unix milliseconds."""
    return OriginalStatusReply(
        status=OriginalStatus(
            working_directory=str(workspace.root),
            git_status=short_status(git),
            last_activity=touched,
            current_branch=git.branch,
            all_branches=git.branches,
            project_path=str(workspace.root),
        )
    )


def short_status(git: GitState) -> str:
    """What `git status --short` says: a line for each path, the untracked ones last."""
    tracked = [
        *((path, "A ") for path in git.added),
        *((path, " M") for path in git.modified),
        *((path, " D") for path in git.deleted),
    ]
    lines = [f"{mark} {path}" for path, mark in sorted(tracked)]
    return "\n".join([*lines, *(f"?? {path}" for path in git.untracked)])
