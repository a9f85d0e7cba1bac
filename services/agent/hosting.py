"""What a backend is given while it carries out a turn; see `Host`."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field

import trio
from msgspec.structs import asdict

from services.agent import Options
from services.agent.backend import BudgetExceeded, Decision, Unwritten
from services.agent.book import Book
from services.agent.permissions import Permissions
from services.agent.spending import Spending
from services.messages import (
    BackendEvent,
    BuildError,
    Checked,
    CheckPreview,
    Diff,
    FileChanged,
    GitState,
    ReadDiff,
    ReadGit,
    TextDelta,
    Usage,
    UsageEntry,
    Used,
)
from supervisor.context import Context
from supervisor.desk import Refused


@dataclass(slots=True)
class Purse:
    """What a turn may still cost: the budgets of the turn, its thread and the day, in dollars.

    None where there is no budget. `spending` is the user's, `seconds` since its start.
    """

    options: Options
    book: Book
    spending: Spending
    day: str
    turn: str
    backend: str
    began: float
    usage: Usage = field(default_factory=Usage)

    async def left(self) -> float | None:
        """The smallest of what is left. Raises `BudgetExceeded` where that is nothing."""
        options = self.options
        lefts: list[float] = []
        if options.turn_budget:
            lefts.append(options.turn_budget - self.usage.cost)
        if options.thread_budget:
            lefts.append(options.thread_budget - self.book.ledger.spent)
        if options.day_budget:
            spent = await trio.to_thread.run_sync(self.spending.spent, self.day)
            lefts.append(options.day_budget - spent)
        if any(left <= 0 for left in lefts):
            raise BudgetExceeded(self._over())
        return min(lefts, default=None)

    async def pay(self, usage: Usage) -> None:
        """Write down what was used. Raises `BudgetExceeded` where that was too much."""
        self.usage += usage
        seconds = round(trio.current_time() - self.began, 3)
        thread = self.book.key.thread
        entry = UsageEntry(self.day, thread, self.turn, self.backend, self.usage, seconds)
        with trio.CancelScope(shield=True):  # it is spent, whatever becomes of the turn
            await self.book.write("usage", turn=self.turn, usage=usage)
            await trio.to_thread.run_sync(self.spending.note, entry)
        await self.left()

    def _over(self) -> str:
        options = self.options
        named = {
            "turn": (options.turn_budget, self.usage.cost),
            "thread": (options.thread_budget, self.book.ledger.spent),
        }
        for what, (budget, spent) in named.items():
            if budget and spent >= budget:
                return f"the budget of this {what} is spent: ${spent:.4f} of ${budget:g}"
        return (
            f"the budget of this day is spent: ${options.day_budget:g}; it goes on tomorrow (UTC)"
        )


@dataclass(slots=True)
class TurnHost:
    """One turn's. `changed` are the files it changed so far.

    `apart` has what is said next begin a paragraph: one run of a backend knows nothing of the
    last words of another.
    """

    ctx: Context[Options]
    book: Book
    turn: str
    permissions: Permissions
    purse: Purse
    changed: set[str] = field(default_factory=set[str])
    apart: bool = False
    _said: bool = False

    async def emit(self, event: BackendEvent) -> None:
        with self.writing():
            await self._emit(event)

    async def ask(self, tool: str, summary: str) -> Decision:
        with self.writing():
            return await self.permissions.ask(tool, summary)

    @contextmanager
    def writing(self) -> Generator[None]:
        """A tool that fails is told to the model; a disk that does is the end of the turn."""
        try:
            yield
        except OSError as error:
            raise Unwritten(f"cannot keep the history of {self.book.key}: {error}") from error

    async def _emit(self, event: BackendEvent) -> None:
        if isinstance(event, Used):
            return await self.purse.pay(event.usage)
        if isinstance(event, FileChanged):
            self.changed.add(event.path)
        if isinstance(event, TextDelta) and event.text:
            if self.apart and self._said:
                event = TextDelta(f"\n\n{event.text.lstrip()}")
            self.apart, self._said = False, True
        facts = asdict(event)
        await self.book.write(facts.pop("kind"), turn=self.turn, **facts)
        return None

    async def git_state(self) -> GitState:
        return await self.ctx.ask("workspaces", ReadGit(self.book.key))

    async def git_diff(self) -> Diff:
        return await self.ctx.ask("workspaces", ReadDiff(self.book.key))

    async def preview_errors(self) -> tuple[BuildError, ...]:
        return (await self.look()).errors

    async def look(
        self, pages: tuple[str, ...] = (), files: Iterable[str] | None = None
    ) -> Checked:
        """Open the pages that `files` touch, else the turn's edits. It says why where it cannot."""
        files = self.changed if files is None else files
        request = CheckPreview(self.book.key, tuple(sorted(files)), pages)
        try:
            return await self.ctx.ask("previews", request)
        except Refused as refusal:
            return Checked(skipped=str(refusal))
