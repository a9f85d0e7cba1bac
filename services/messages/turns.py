"""What a turn is, what is said while it runs, and board "turns", which of them run."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from services.messages.keys import ThreadKey
from services.messages.previews import BuildError


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

    @property
    def keys(self) -> frozenset[ThreadKey]:
        """The threads that a turn runs in."""
        return frozenset(ThreadKey(*name.partition(":")[0].split("/")) for name in self.running)
