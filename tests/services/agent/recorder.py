"""A host that keeps what a backend tells it, and the rules that hold for that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import trio

from services.agent.backend import BudgetExceeded, Decision
from services.messages import (
    BackendEvent,
    BuildError,
    Diff,
    FileChanged,
    GitState,
    TextDelta,
    ToolFinished,
    ToolStarted,
    Used,
)


def _allow(_tool: str, _summary: str) -> Decision:
    return Decision(allowed=True)


def _on_its_branch() -> GitState:
    return GitState("thread-t1", ("main", "thread-t1"))


async def _nothing(_event: BackendEvent) -> None:
    await trio.lowlevel.checkpoint()


@dataclass
class Recorder:
    """A host that keeps what it is told. `limit` is a budget of its own, in US dollars.

    `decide` answers what is asked for; `when_told` is awaited while the backend tells something.
    """

    root: Path
    decide: Callable[[str, str], Decision | Awaitable[Decision]] = _allow
    when_told: Callable[[BackendEvent], Awaitable[None]] = _nothing
    limit: float | None = None
    state: GitState = field(default_factory=_on_its_branch)
    events: list[BackendEvent] = field(default_factory=list[BackendEvent])
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    wrong: list[str] = field(default_factory=list[str])
    _more: trio.Event = field(default_factory=trio.Event)

    async def emit(self, event: BackendEvent) -> None:
        self.events.append(event)
        if isinstance(event, FileChanged):
            self._look(event)
        self._more.set()
        self._more = trio.Event()
        await self.when_told(event)
        if self.limit is not None and self.cost > self.limit:
            raise BudgetExceeded("the day's budget is used up")

    def _look(self, event: FileChanged) -> None:
        """A change is told once it is on disk."""
        if (event.change == "deleted") == (self.root / event.path).exists():
            self.wrong.append(f"told too early: {event}")

    async def ask(self, tool: str, summary: str) -> Decision:
        self.asked.append((tool, summary))
        self._more.set()
        self._more = trio.Event()
        await trio.lowlevel.checkpoint()
        decision = self.decide(tool, summary)
        return decision if isinstance(decision, Decision) else await decision

    async def git_state(self) -> GitState:
        await trio.lowlevel.checkpoint()
        return self.state

    async def git_diff(self) -> Diff:
        await trio.lowlevel.checkpoint()
        return Diff(())

    async def preview_errors(self) -> tuple[BuildError, ...]:
        await trio.lowlevel.checkpoint()
        return ()

    async def until(self, so: Callable[[Recorder], bool]) -> None:
        """Wait until what was told and asked is like that."""
        while not so(self):
            await self._more.wait()

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.events if isinstance(each, TextDelta))

    @property
    def changes(self) -> list[tuple[str, str]]:
        return [(each.path, each.change) for each in self.events if isinstance(each, FileChanged)]

    @property
    def finished(self) -> list[ToolFinished]:
        return [each for each in self.events if isinstance(each, ToolFinished)]

    @property
    def cost(self) -> float:
        return sum(each.usage.cost for each in self.events if isinstance(each, Used))

    def check(self, before: dict[str, bytes], after: dict[str, bytes], *, whole: bool) -> None:
        """The rules that every run keeps; `whole` for one that was not cancelled."""
        assert self.wrong == []
        open_calls: dict[str, str] = {}
        calls: Counter[str] = Counter()
        for event in self.events:
            match event:
                case TextDelta(text):
                    assert text
                case ToolStarted(tool, summary, call):
                    assert tool
                    assert summary
                    assert call
                    calls[call] += 1
                    open_calls[call] = tool
                case ToolFinished(tool, _, _, call):
                    assert open_calls.pop(call, None) == tool
                case FileChanged(path):
                    assert calls, "a file changed without a tool"
                    assert re.fullmatch(r"(?!/)(?!.*(^|/)\.\.?(/|$)).+", path), path
                case Used(usage):
                    assert usage.model
        assert set(calls.values()) <= {1}
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        told = {path for path, _ in self.changes}
        if whole:
            assert open_calls == {}
            assert changed == told
        else:
            assert told <= changed
