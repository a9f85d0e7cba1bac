"""One turn: from its first line in the journal to its commit and its last line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import structlog
import trio
from msgspec.structs import asdict

from services.agent import Options, turns
from services.agent.backend import Backend, Turn
from services.agent.journal import FINISHED, STARTED, Journal
from services.messages import (
    BackendEvent,
    CommitChanges,
    FileChanged,
    GitState,
    Mode,
    ReadGit,
    SaveChanges,
    TextDelta,
    ThreadKey,
    TurnResult,
    TurnState,
)
from supervisor.context import Context
from supervisor.desk import Refused

log = structlog.get_logger()


@dataclass(slots=True)
class Transaction:
    """Cancelling `scope` interrupts the backend; `stopping` tells that from a timeout."""

    ctx: Context[Options]
    backend: Backend
    journal: Journal
    key: ThreadKey
    turn: Turn
    scope: trio.CancelScope
    stopping: Callable[[], bool]
    said: list[str] = field(default_factory=list[str])
    changed: set[str] = field(default_factory=set[str])

    async def run(self) -> TurnResult:
        """The turn's result, whatever became of it.

        Raises `OSError` where the journal cannot be written. Cancelled from outside, it leaves
        the turn without an end in the journal.
        """
        await self._note(STARTED, instruction=self.turn.instruction, mode=self.turn.mode)
        try:
            result = await self._carry_out()
        except Refused as refusal:
            result = self._ended(TurnState.FAILED, f"{refusal}; {turns.KEPT}")
        saved = None if result.state is TurnState.COMMITTED else await self._save()
        await self._note(FINISHED, state=result.state, error=result.error, saved=saved)
        return result

    async def _save(self) -> str | None:
        """Let what the turn leaves uncommitted outlive its worktree; the commit that holds it."""
        try:
            return await self.ctx.ask("workspaces", SaveChanges(self.key))
        except Refused as refusal:
            log.warning("unfinished work not saved", reason=str(refusal))
            return None

    async def _carry_out(self) -> TurnResult:
        if self.turn.mode is Mode.EXECUTE:
            return await self._let_backend_work() or await self._commit()
        before = await self.ctx.ask("workspaces", ReadGit(self.key))
        return await self._let_backend_work() or await self._see_that_nothing_changed(before)

    async def _let_backend_work(self) -> TurnResult | None:
        """None when the backend has done its part, else how the turn ended."""
        timeout = self.ctx.options.turn_timeout
        self.scope.deadline = trio.current_time() + timeout
        try:
            with self.scope:
                await self.backend.run(self.turn, self._emit)
        except Exception as error:  # a backend may break in any way; other threads' turns go on
            reason = turns.explained(error)
            if reason is None:
                log.exception("agent backend broke")
                reason = f"the agent backend broke with {type(error).__name__}; the log says more"
            return self._ended(TurnState.FAILED, f"{reason}; {turns.KEPT}")
        if not self.scope.cancelled_caught:
            return None
        if self.stopping():
            return self._ended(TurnState.INTERRUPTED, f"the agent is stopping; {turns.KEPT}")
        return self._ended(
            TurnState.FAILED, f"the turn took longer than {timeout:g} seconds; {turns.KEPT}"
        )

    async def _emit(self, event: BackendEvent) -> None:
        facts = asdict(event)
        await self._note(facts.pop("kind"), **facts)
        match event:
            case TextDelta(text):
                self.said.append(text)
            case FileChanged(path):
                self.changed.add(path)
            case _:
                pass

    async def _commit(self) -> TurnResult:
        message = turns.subject(self.turn.instruction)
        commit = await self.ctx.ask("workspaces", CommitChanges(self.key, message, self.turn.id))
        if commit is None:
            return self._ended(TurnState.COMMITTED)
        await self._note("commit", hash=commit.hash, files=commit.files)
        return self._ended(TurnState.COMMITTED, files=commit.files, commit=commit.hash)

    async def _see_that_nothing_changed(self, before: GitState) -> TurnResult:
        after = await self.ctx.ask("workspaces", ReadGit(self.key))
        changed = sorted(self.changed.union(turns.touched(before, after)))
        if not changed:
            return self._ended(TurnState.COMMITTED)
        return self._ended(
            TurnState.FAILED,
            f"the agent changed files in {self.turn.mode} mode, which it must not:"
            f" {', '.join(changed)}; {turns.KEPT}",
        )

    def _ended(
        self,
        state: TurnState,
        error: str | None = None,
        *,
        files: tuple[str, ...] = (),
        commit: str | None = None,
    ) -> TurnResult:
        return TurnResult(self.turn.id, state, "".join(self.said), files, commit, error)

    async def _note(self, event: str, **facts: object) -> None:
        await trio.to_thread.run_sync(partial(self.journal.append, self.turn.id, event, facts))
