"""One turn: from its first edit to its commit, or to what is left of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog
import trio

from services.agent import Options, previews, recovery, turns
from services.agent.backend import Backend, Turn
from services.agent.book import Book
from services.agent.hosting import TurnHost
from services.messages import (
    BuildError,
    Checked,
    Commit,
    CommitChanges,
    DropChanges,
    GitState,
    Leftover,
    Merged,
    Mode,
    Outcome,
    ReadGit,
    Reason,
    RestoreCommit,
    SaveChanges,
    TurnState,
)
from supervisor.context import Context
from supervisor.desk import Refused

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _End:
    """How a turn ends. `saved` is the commit with what was taken back already."""

    state: TurnState
    error: str | None = None
    reason: Reason | None = None
    saved: str | None = None
    leftover: Leftover | None = None


_GOOD = _End(TurnState.COMMITTED)


@dataclass(slots=True)
class Transaction:
    """Cancelling the last `scope` ends what is under way; `why` then says which end that is.

    `broken` are mistakes that are known from before, `errors` those that it made, by all that is
    known, when `pages` were looked at last. In `suspects` the preview shows a mistake; None for
    no mistake.
    """

    ctx: Context[Options]
    backend: Backend
    book: Book
    host: TurnHost
    turn: Turn
    scope: Callable[[], trio.CancelScope]
    why: Callable[[], TurnState | None]
    broken: tuple[BuildError, ...] = ()
    suspects: tuple[str, ...] | None = None
    errors: tuple[BuildError, ...] = ()
    pages: tuple[str, ...] = ()

    async def run(self) -> None:
        """Carry it out, and write down what became of it.

        Raises `OSError` where the journal cannot be written. Cancelled from outside, it leaves
        the turn without an end in the journal.
        """
        try:
            end = await self._carry_out()
        except Refused as refusal:
            end = _End(TurnState.FAILED, str(refusal), Reason.WORKSPACE)
        if self._left_something(end):
            end = await self._save(end)
        offers = end.leftover is Leftover.OFFERED
        await self._write(
            "turn.finished",
            state=end.state,
            error=f"{end.error}; {turns.KEPT}" if offers else end.error,
            reason=end.reason,
            saved=end.saved,
            leftover=end.leftover,
        )

    def _left_something(self, end: _End) -> bool:
        """What is uncommitted beside a plan is not the plan's."""
        if end.state is TurnState.COMMITTED or end.leftover is not None:
            return False
        return self.turn.mode is Mode.EXECUTE or end.reason is Reason.MODE

    async def _save(self, end: _End) -> _End:
        """Let what the turn leaves uncommitted outlive its worktree, and be offered."""
        try:
            saved = await self.ctx.ask("workspaces", SaveChanges(self.turn.key, self.turn.id))
        except Refused as refusal:
            log.warning("unfinished work not saved", reason=str(refusal))
            return replace(end, leftover=Leftover.OFFERED)
        return replace(end, saved=saved, leftover=Leftover.OFFERED if saved else None)

    async def _carry_out(self) -> _End:
        if self.turn.mode is Mode.EXECUTE:
            return await self._work() or await self._commit()
        before = await self.ctx.ask("workspaces", ReadGit(self.turn.key))
        return await self._see_that_nothing_changed(before, await self._work() or _GOOD)

    async def _work(self) -> _End | None:
        """None when the backend has done its part and its pages are good, else how it ended."""
        timeout = self.ctx.options.turn_timeout
        scope = self.scope()
        scope.deadline = trio.current_time() + timeout
        failure: Exception | None = None
        try:
            with scope:
                await self._look_before()
                await self._let_backend_run(self.turn)
                if self.turn.mode is Mode.EXECUTE:
                    await self._verify()
        except Exception as error:  # a backend may break in any way; other threads' turns go on
            failure = error
        if (state := self.why()) is not None:
            if failure is not None:
                log.info("turn broke when it was ended", reason=repr(failure))
            told = "it was cancelled" if state is TurnState.CANCELLED else "the agent is stopping"
            return _End(state, told)
        if scope.cancelled_caught or (failure is not None and scope.cancel_called):
            text = f"the turn took longer than {timeout:g} seconds"
            return await self._break_off(Reason.TIMEOUT, text)
        if isinstance(failure, Refused):
            raise failure
        if failure is not None:
            return await self._break_off(*self._explained(failure))
        return await self._give_up() if self.errors else None

    async def _break_off(self, reason: Reason, text: str) -> _End:
        """Who does not come to the end leaves pages that nobody looked at."""
        options = self.ctx.options
        if self.turn.mode is Mode.EXECUTE and options.verify and options.rollback:
            with self.scope():
                await self._check()
        return await self._fail(reason, text)

    async def _give_up(self) -> _End:
        """What stays broken is taken back, unless it turns out to be broken without the turn."""
        end = await self._fail(Reason.BROKEN, turns.still_broken(self.errors))
        if end.saved is None or not await self._is_not_to_blame():
            return end
        message = turns.subject(self.turn.instruction)
        request = RestoreCommit(self.turn.key, end.saved, None, self.turn.id, message)
        try:
            made = await recovery.made(self.ctx, self.turn, request)
        except Refused as refusal:
            log.warning("work not brought back", commit=end.saved, reason=str(refusal))
            return end
        if isinstance(made, Merged):
            if made.outcome is not Outcome.RESTORED:
                return end
            made = Commit(made.head, tuple(sorted(self.host.changed)))
        await self._tell_commit(made)
        return _GOOD

    async def _is_not_to_blame(self) -> bool:
        """Whether the pages show the same mistakes without its work; no if it was ended first."""
        checked = Checked(skipped="it was cancelled")
        with self.scope():
            checked = await self.host.look(self.pages)
        return not checked.skipped and not turns.broken_since(checked.errors, self.errors)

    def _explained(self, error: Exception) -> tuple[Reason, str]:
        if (known := turns.explained(error)) is not None:
            return known
        log.error("agent backend broke", exc_info=error)
        text = f"the agent backend broke with {type(error).__name__}; the log says more"
        return Reason.BACKEND, text

    async def _fail(self, reason: Reason, text: str) -> _End:
        """What is known to be broken is never committed, and is taken back if that is wanted."""
        if not (self.errors and self.ctx.options.rollback):
            return _End(TurnState.FAILED, text, reason)
        return await self._take_back(reason, text)

    async def _take_back(self, reason: Reason, text: str) -> _End:
        request = DropChanges(self.turn.key, self.turn.id)
        dropped: str | None = None
        failure: Refused | None = None
        try:
            dropped = await self.ctx.ask("workspaces", request)
        except Refused as refusal:
            failure = refusal
        if failure is not None:
            if not await self._nothing_is_left():
                return _End(TurnState.FAILED, f"{text}; cannot take that back: {failure}", reason)
            with suppress(Refused):
                dropped = await recovery.dropped_by(self.ctx, self.turn.key, self.turn.id)
        await previews.refresh(self.ctx, self.turn.key)
        text = f"{text}; {turns.AS_BEFORE}"
        return _End(TurnState.FAILED, text, reason, dropped, Leftover.DROPPED)

    async def _nothing_is_left(self) -> bool:
        """Whether it was taken back all the same: a disk may be full in the midst of it."""
        try:
            return (await self.ctx.ask("workspaces", ReadGit(self.turn.key))).clean
        except Refused:
            return False

    async def _look_before(self) -> None:
        """See whether what the preview shows is there: it may show what is mended since."""
        if self.suspects is not None and self.ctx.options.verify:
            self.broken += (await self.host.look(files=self.suspects)).errors

    async def _let_backend_run(self, turn: Turn) -> None:
        with self.host.writing():
            budget = await self.host.purse.left()
        await self.backend.run(replace(turn, budget=budget), self.host)

    async def _verify(self) -> None:
        """Look at the pages, and have the agent mend what it broke, as often as it may."""
        options = self.ctx.options
        for repair in range(1, options.repairs + 2):
            with self.host.writing():
                seen = options.verify and await self._check()
                if not self.errors or not seen or repair > options.repairs:
                    return
                await self._write("turn.repairing", repair=repair)
            self.host.apart = True
            await self._let_backend_run(
                replace(
                    self.turn,
                    instruction=turns.to_repair(self.errors),
                    repair=repair,
                    selection=None,
                    images=(),
                    notes=(),
                )
            )

    async def _check(self) -> bool:
        """Look at the pages that it changed, if it changed any; whether they could be seen."""
        if not self.host.changed:
            return False
        await self._write("turn.verifying")
        checked = await self.host.look(self.pages)
        skipped = checked.skipped or None
        if skipped:
            # Nobody saw that anything was mended.
            checked = Checked(self.pages, self.errors)
        self.pages = checked.pages
        self.errors = turns.broken_since(self.broken, checked.errors)
        await self._write(
            "turn.checked", pages=checked.pages, errors=checked.errors, skipped=skipped
        )
        return skipped is None

    async def _commit(self) -> _End:
        message = turns.subject(self.turn.instruction)
        request = CommitChanges(self.turn.key, message, self.turn.id)
        if (commit := await recovery.made(self.ctx, self.turn, request)) is not None:
            await self._tell_commit(commit)
        return _GOOD

    async def _tell_commit(self, commit: Commit) -> None:
        await self._write("commit", hash=commit.hash, files=commit.files)
        await previews.refresh(self.ctx, self.turn.key)

    async def _see_that_nothing_changed(self, before: GitState, end: _End) -> _End:
        after = await self.ctx.ask("workspaces", ReadGit(self.turn.key))
        changed = sorted(self.host.changed.union(turns.touched(before, after)))
        if not changed:
            return end
        text = (
            f"the agent changed files in {self.turn.mode} mode, which it must not:"
            f" {', '.join(changed)}"
        )
        if not before.clean:
            return _End(TurnState.FAILED, text, Reason.MODE)
        return await self._take_back(Reason.MODE, text)

    async def _write(self, kind: str, **facts: object) -> None:
        await self.book.write(kind, turn=self.turn.id, **facts)
