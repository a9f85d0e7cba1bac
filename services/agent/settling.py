"""What becomes of a turn after its end: kept or dropped, undone or redone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager, suppress

from services.agent import Options, previews, recovery, turns, undoing
from services.agent.book import Book
from services.messages import (
    Commit,
    CommitChanges,
    DropChanges,
    Leftover,
    LogEntry,
    OthersToo,
    Outcome,
    ReadLog,
    RedoTurn,
    RestoreCommit,
    SettleTurn,
    TurnInfo,
    Undone,
    UndoTurn,
)
from supervisor.context import Context
from supervisor.desk import Gone, Refused


class Settling:
    """To be called by one caller at a time for each thread, with no turn under way in it.

    Each operation is in the journal before it begins, and its commit says whose it is: the next
    life finds out whether it was done (see recovery.py).
    """

    def __init__(self, ctx: Context[Options], new_id: Callable[[], str]) -> None:
        self._ctx = ctx
        self._new_id = new_id

    async def settle(self, book: Book, request: SettleTurn) -> TurnInfo:
        """Keep or drop what a turn left. Raises `Refused`, `OSError`."""
        info = book.ledger[request.turn]
        wanted = Leftover.KEPT if request.keep else Leftover.DROPPED
        if info.leftover is wanted:
            return info
        if info.leftover is not Leftover.OFFERED:
            done = info.leftover or "committed, or changed nothing"
            raise Refused(f"cannot {_verb(request)} this: the turn's work was {done}")
        if absent := await recovery.absent(self._ctx, book.key, request.turn):
            raise Refused(f"cannot {_verb(request)} this: {absent}")
        if await recovery.offered(self._ctx, book) != request.turn:
            raise Refused(f"cannot {_verb(request)} this: a later turn has it among its own work")
        operation = self._new_id()
        await book.write("turn.settling", turn=info.turn, operation=operation, keep=request.keep)
        commit: Commit | None = None
        async with self._intended(book):
            if request.keep:
                commit = await self._ctx.ask(
                    "workspaces",
                    CommitChanges(book.key, turns.subject(info.instruction), info.turn),
                )
            else:
                await self._ctx.ask("workspaces", DropChanges(book.key))
        if not request.keep:
            await previews.refresh(self._ctx, book.key)
        made = {} if commit is None else {"hash": commit.hash, "files": commit.files}
        # Where nothing is there any more, somebody else committed or dropped it.
        done = None if request.keep and commit is None else wanted
        await book.write("turn.settled", turn=info.turn, operation=operation, leftover=done, **made)
        return book.ledger[info.turn]

    async def undo(self, book: Book, request: UndoTurn | RedoTurn) -> Undone:
        """Take a turn's work back, or bring it back. Raises `Refused`, `OSError`."""
        back = isinstance(request, UndoTurn)
        ledger = book.ledger
        ledger[request.turn]  # raises `NotFound` before git is asked
        log = await self._ctx.ask("workspaces", ReadLog(book.key, turns.FURTHEST))
        plan = (undoing.undo if back else undoing.redo)(ledger, request.turn, log)
        if plan.others and not request.others:
            raise OthersToo(
                f"cannot {'undo' if back else 'redo'} this turn alone: it would take back"
                f" {', '.join(plan.others)} as well; say others to do so",
                plan.others,
            )
        head = _head(log)
        if request.expected_head is not None and request.expected_head != head:
            raise Refused(
                f"cannot do this: the thread is at {head}, not at the expected commit; look again"
            )
        operation = self._new_id()
        facts: dict[str, object] = {
            "turn": request.turn,
            "operation": operation,
            "turns": plan.turns,
            "reverted": plan.reverted,
            "base": head,
        }
        await book.write("turn.undoing", **facts, keep=not back)
        message = turns.subject(f"{'Undo' if back else 'Redo'}: {ledger[request.turn].instruction}")
        wanted = RestoreCommit(book.key, plan.commit, head, operation, message)
        async with self._intended(book):
            merged = await self._ctx.ask("workspaces", wanted)
            if merged.outcome is Outcome.CONFLICTS:
                paths = ", ".join(conflict.path for conflict in merged.conflicts)
                raise Refused(
                    f"cannot do this: what is uncommitted is in the way in {paths}; keep or drop it"
                )
        await previews.refresh(self._ctx, book.key)
        commit = merged.head if merged.outcome is Outcome.RESTORED else None
        kind = "turn.undone" if back else "turn.redone"
        await book.write(kind, **facts, hash=commit, head=merged.head)
        return Undone(merged.head, commit, plan.turns)

    @asynccontextmanager
    async def _intended(self, book: Book) -> AsyncGenerator[None]:
        """A refusal does not say that nothing was done: a disk may be full in the midst of it.

        So it is looked at what became of it; where it cannot be, whoever mends the journal will.
        """
        refusal: Refused | None = None
        try:
            yield
        except Gone:
            raise
        except Refused as error:
            refusal = error
        if refusal is not None:
            with suppress(Refused, OSError):
                await recovery.recover(self._ctx, book)
            raise refusal


def _verb(request: SettleTurn) -> str:
    return "keep" if request.keep else "drop"


def _head(log: Iterable[LogEntry]) -> str:
    return next(iter(log)).hash
