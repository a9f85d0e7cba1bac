"""Desk "agent", who carries out instructions, and board "turns", which of them run."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from services.messages.keys import ThreadKey
from supervisor.desk import Request


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
    """`running` are the threads that a turn runs in, as text, each with `:` and the turn's id."""

    running: frozenset[str] = frozenset()

    def run_in(self, key: ThreadKey) -> bool:
        """Whether a turn runs in a thread."""
        return any(name.startswith(f"{key}:") for name in self.running)
