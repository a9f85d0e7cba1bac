"""How a run of the simulation is told: words in pieces, tools, and edits with permission."""

from __future__ import annotations

import math
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import trio

from services.agent.backend import BackendError, BudgetExceeded, Host, Turn
from services.agent.simulation import files
from services.agent.simulation.site import Cannot, Change
from services.messages import (
    FileChanged,
    Mode,
    TextDelta,
    ToolFinished,
    ToolStarted,
    Usage,
    Used,
)
from services.site.containment import Outside

MODEL = "simulation"
_TOOLS = {"added": "write", "modified": "edit", "deleted": "delete"}
_WORD = re.compile(r"\s*\S+\s*")
_WORDS = 3
_PIECES = 60


class NotAllowed(Exception):
    """A person, or the deployment, refused a tool; the text follows "I" and says which."""


class Failed(Exception):
    """A tool could not do what it was asked to; the text says why."""


class Stage:
    """One run: what it says to its host, and the files that it changed."""

    def __init__(self, turn: Turn, host: Host, pause: float) -> None:
        self._turn = turn
        self._host = host
        self._pause = pause
        self._calls = 0
        self._cost = 0.0
        self._said = False
        self._changed: list[str] = []

    async def say(self, text: str) -> None:
        """Tell the person, a few words at a time; what was said before is another paragraph."""
        gap, self._said = "\n\n" if self._said else "", True
        for number, piece in enumerate(pieces(gap + text)):
            if number:
                await trio.sleep(self._pause)
            await self._host.emit(TextDelta(piece))

    async def use(self, usage: Usage) -> None:
        """Tell what was used. Raises `BudgetExceeded` beyond the turn's budget."""
        self._cost += usage.cost
        await self._host.emit(Used(usage))
        budget = self._turn.budget
        if budget is not None and self._cost > budget:
            raise BudgetExceeded(
                f"the turn was stopped: it used ${self._cost:.4g}, and may use ${budget:.4g}"
            )

    @asynccontextmanager
    async def tool(self, tool: str, summary: str) -> AsyncGenerator[None]:
        """Announce the use of a tool, and its end, failed where an exception ends it.

        What the system refuses is a `BackendError` then.
        """
        self._calls += 1
        call = f"{self._turn.repair}.{self._calls}"
        failure: Exception | None = None
        await self._host.emit(ToolStarted(tool, summary, call))
        try:
            yield
        except (OSError, files.Unsafe, Outside, Cannot, NotAllowed, Failed) as error:
            failure = error
        said = str(failure or summary)
        await self._host.emit(ToolFinished(tool, ok=failure is None, summary=said, call=call))
        if isinstance(failure, OSError | files.Unsafe):
            raise BackendError(f"cannot {tool} {summary}: {failure}") from failure
        if failure is not None:
            raise failure

    async def ask(self, tool: str, summary: str) -> None:
        """Raises `NotAllowed` where the tool may not be used."""
        decision = await self._host.ask(tool, summary)
        if not decision.allowed:
            why = f": {decision.reason}" if decision.reason else ""
            raise NotAllowed(f"was not allowed to {tool} {summary}{why}")

    async def change(self, change: Change) -> None:
        """Carry out a change, if that is allowed. Raises `NotAllowed`, and `BackendError`."""
        tool = _TOOLS[change.kind]
        async with self.tool(tool, change.path):
            await self.ask(tool, change.path)
            await self.put(change)
        await self.changed(change)

    async def put(self, change: Change) -> None:
        """Write a file, as a part of a tool's use. A cancel waits until it is whole."""
        if self._turn.mode is not Mode.EXECUTE:
            raise Failed(f"changed no file: the turn's mode is {self._turn.mode}")
        await trio.to_thread.run_sync(files.write, self._turn.root, change)

    async def changed(self, change: Change) -> None:
        self._changed.append(change.path)
        await self._host.emit(FileChanged(change.path, change.kind))

    async def refused(self, reason: NotAllowed) -> None:
        """Tell the person that a refusal ended it, and what was done until then."""
        done = ", ".join(dict.fromkeys(self._changed))
        left = f"I had changed {done} before, and nothing after" if done else "I changed nothing"
        await self.say(f"I {reason}. {left}.")


def pieces(text: str) -> list[str]:
    """A text in pieces of a few words, and no more pieces than a person has the patience for."""
    words = _WORD.findall(text) or [text]
    size = max(_WORDS, math.ceil(len(words) / _PIECES))
    return ["".join(words[at : at + size]) for at in range(0, len(words), size) if text]
