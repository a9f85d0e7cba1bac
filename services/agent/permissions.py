"""Questions of an agent that a person answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import trio

from services.agent.backend import Decision
from services.agent.book import Book
from supervisor.desk import NotFound


@dataclass(slots=True)
class Permissions:
    """Those of one turn. `wanted` are the tools, in small letters, that need one."""

    book: Book
    turn: str
    wanted: frozenset[str]
    timeout: float
    _asked: int = 0
    _open: dict[str, trio.Event] = field(default_factory=dict[str, trio.Event])
    _answers: dict[str, Decision] = field(default_factory=dict[str, Decision])

    async def ask(self, tool: str, summary: str) -> Decision:
        """Ask where the tool needs it, and wait for `timeout` seconds; silence is a no."""
        if tool.lower() not in self.wanted:
            return Decision(allowed=True)
        self._asked += 1
        name = str(self._asked)
        self._open[name] = answered = trio.Event()
        try:
            await self._write("permission.asked", name, tool=tool, summary=summary)
            with trio.move_on_after(self.timeout):
                await answered.wait()
        finally:
            del self._open[name]
        decision = self._answers.get(name)
        if decision is None:
            decision = Decision(False, f"nobody answered within {self.timeout:g} seconds")
            await self._write("permission.answered", name, allowed=False, error=decision.reason)
        return decision

    async def answer(self, name: str, decision: Decision) -> None:
        """Answer one that is open. Raises `NotFound` for any other, and `OSError`."""
        if name not in self._open or name in self._answers:
            raise NotFound(f"cannot answer {name}: the turn {self.turn} does not ask that now")
        self._answers[name] = decision
        answered = self._open[name]
        allowed, reason = decision.allowed, decision.reason
        try:
            await self._write("permission.answered", name, allowed=allowed, error=reason or None)
        except OSError:
            del self._answers[name]
            raise
        answered.set()

    async def _write(self, kind: str, name: str, **facts: object) -> None:
        await self.book.write(kind, turn=self.turn, permission=name, **facts)
