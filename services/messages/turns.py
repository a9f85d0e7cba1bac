"""Desk "agent", who carries out instructions, and board "turns", which of them run."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from services.messages.keys import ThreadKey, check_id
from services.messages.previews import BuildError
from supervisor.desk import Refused, Request


class Mode(StrEnum):
    """`PLAN` and `ANALYZE` change no file."""

    EXECUTE = "execute"
    PLAN = "plan"
    ANALYZE = "analyze"


class TurnState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    VERIFYING = "verifying"
    COMMITTED = "committed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the agent ended before it did

    @property
    def ended(self) -> bool:
        return self not in (TurnState.QUEUED, TurnState.RUNNING, TurnState.VERIFYING)


class Reason(StrEnum):
    """Why a turn failed, for a program; `TurnInfo.error` says it to a person."""

    BACKEND = "backend_failed"
    BUDGET = "budget_exceeded"
    TIMEOUT = "timeout"
    BROKEN = "preview_broken"  # pages that it broke could not be repaired
    MODE = "changed_files"  # in a mode that changes none
    WORKSPACE = "workspace_failed"


class Leftover(StrEnum):
    """What is to become of the files that a turn changed and did not commit."""

    OFFERED = "offered"
    KEPT = "kept"
    DROPPED = "dropped"


class Selection(Struct, frozen=True):
    """What a person pointed at: a place in a file of the worktree, and the element's HTML."""

    file: str
    line: int | None = None
    column: int | None = None
    html: str = ""


class Image(Struct, frozen=True):
    """`media_type` is image/png, image/jpeg, image/gif or image/webp."""

    media_type: str
    data: bytes


class Usage(Struct, frozen=True):
    """What was asked of a model, in tokens and US dollars; `input_tokens` are those not cached."""

    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            other.model or self.model,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.cost + other.cost,
        )


class TurnInfo(Struct, frozen=True):
    """A turn as its journal has it. Times are in Unix seconds, 0 for what has not been.

    `base` is the commit that it began at. `saved` is the commit that holds what it left
    uncommitted, `leftover` what became of that. `pages` are the addresses that were looked at
    after the last edit, `broken` what they showed; `repairs` is how often the agent was sent back
    to mend that. `undone` says that its files are taken back. `first` is the id of its first event.
    """

    turn: str
    key: ThreadKey
    state: TurnState
    instruction: str
    mode: Mode = Mode.EXECUTE
    backend: str = ""
    output: str = ""
    files: tuple[str, ...] = ()
    base: str | None = None
    commit: str | None = None
    error: str | None = None
    reason: Reason | None = None
    saved: str | None = None
    leftover: Leftover | None = None
    pages: tuple[str, ...] = ()
    broken: tuple[BuildError, ...] = ()
    repairs: int = 0
    undone: bool = False
    first: int = 0
    usage: Usage = Usage()
    queued: float = 0.0
    started: float = 0.0
    finished: float = 0.0


class StartTurn(Request[TurnInfo], frozen=True):
    """One turn: answered when it is queued, and that is on disk. A thread's turns run one by one.

    `backend` and `model`, where they are None, are those that were named last in the thread, or
    else the deployment's; a `model` belongs to its backend. Asked again with the same
    `idempotency_key`, it answers with the turn that there is.
    """

    key: ThreadKey
    instruction: str
    mode: Mode = Mode.EXECUTE
    backend: str | None = None
    model: str | None = None
    selection: Selection | None = None
    images: tuple[Image, ...] = ()
    idempotency_key: str | None = None


class AwaitTurn(Request[TurnInfo], frozen=True):
    """Answered when the turn has ended."""

    key: ThreadKey
    turn: str


class FindTurn(Request[TurnInfo], frozen=True):
    """A turn as it is now. Raises `NotFound`."""

    key: ThreadKey
    turn: str


class ListTurns(Request[tuple[TurnInfo, ...]], frozen=True):
    """A thread's turns, newest first; with `before`, those that came before that one."""

    key: ThreadKey
    limit: int = 50
    before: str | None = None


class CancelTurn(Request[TurnInfo], frozen=True):
    """Take a turn out of the queue, or stop it where it is; answered when it has ended.

    One that has ended is answered as it is.
    """

    key: ThreadKey
    turn: str


class SettleTurn(Request[TurnInfo], frozen=True):
    """Commit what a turn left uncommitted (`keep`), or drop it; a new turn keeps it, too."""

    key: ThreadKey
    turn: str
    keep: bool


class Undone(Struct, frozen=True):
    """`commit` put the files back; `turns` are all whose work that took away, or brought back."""

    head: str
    commit: str | None
    turns: tuple[str, ...]


class OthersToo(Refused):
    """It would be done to `others` besides: ids of turns, hashes of commits of nobody's turn."""

    def __init__(self, text: str, others: tuple[str, ...]) -> None:
        super().__init__(text)
        self.others = others


class UndoTurn(Request[Undone], frozen=True):
    """Bring the files back as they were before a turn, by a commit on top.

    Turns after it are taken back with it, which has to be said (`others`): refused with
    `OthersToo` otherwise. With `expected_head`, refused when the branch is elsewhere.
    """

    key: ThreadKey
    turn: str
    expected_head: str | None = None
    others: bool = False


class RedoTurn(Request[Undone], frozen=True):
    """Take back the undoing of a turn, in the same way."""

    key: ThreadKey
    turn: str
    expected_head: str | None = None
    others: bool = False


class AnswerPermission(Request[None], frozen=True):
    """Answer what a turn asked with `permission.asked`. Raises `NotFound` if it does not ask."""

    key: ThreadKey
    turn: str
    permission: str
    allow: bool
    reason: str = ""


class Event(Struct, frozen=True):
    """One line of a thread's journal: `data` is the JSON object, which has `id` and `type` too."""

    id: int
    type: str
    data: bytes


class EventPage(Struct, frozen=True):
    """Events as JSON objects, in order, and the id of the last one that there is."""

    events: tuple[Event, ...]
    last: int


class ReadEvents(Request[EventPage], frozen=True):
    """A thread's events after the one with the id `after`, `limit` at most.

    Where there is none yet it waits up to `wait` seconds for the next.
    """

    key: ThreadKey
    after: int = 0
    wait: float = 0.0
    limit: int = 500


class UsageEntry(Struct, frozen=True):
    """What one turn of a thread used, on a day (UTC) as `2026-01-31`."""

    day: str
    thread: str
    turn: str
    backend: str
    usage: Usage
    seconds: float


class ReadUsage(Request[tuple[UsageEntry, ...]], frozen=True):
    """What a user's turns used from one day to another, both included; today without."""

    client: str
    user: str
    since: str | None = None
    until: str | None = None

    def __post_init__(self) -> None:
        check_id("clientId", self.client)
        check_id("userId", self.user)


# What an agent backend says while it works; the agent journals it under these names.


class TextDelta(Struct, frozen=True):
    text: str
    kind: Literal["text.delta"] = "text.delta"


class ToolStarted(Struct, frozen=True):
    """`call` pairs it with its end, where several may be under way."""

    tool: str
    summary: str
    call: str = ""
    kind: Literal["tool.started"] = "tool.started"


class ToolFinished(Struct, frozen=True):
    tool: str
    ok: bool
    summary: str = ""
    call: str = ""
    kind: Literal["tool.finished"] = "tool.finished"


class FileChanged(Struct, frozen=True):
    """`path` is relative to the worktree."""

    path: str
    change: Literal["added", "modified", "deleted"]
    kind: Literal["file.changed"] = "file.changed"


class Used(Struct, frozen=True):
    """What was used since the last time that this was said in the turn."""

    usage: Usage
    kind: Literal["usage"] = "usage"


BackendEvent = TextDelta | ToolStarted | ToolFinished | FileChanged | Used


# Board "turns": which turns run. Watched by idle: a running turn is a hold.


class Turns(Struct, frozen=True):
    """`running` are the threads that a turn runs in, as text, each with `:` and the turn's id.

    One that waits for its time counts too.
    """

    running: frozenset[str] = frozenset()

    def run_in(self, key: ThreadKey) -> bool:
        """Whether a turn runs in a thread."""
        return any(name.startswith(f"{key}:") for name in self.running)
