"""The agent's service with one mistake each, which the run must find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import trio

from services.agent import Options, recovery
from services.agent.book import Book
from services.agent.journal import Journal
from services.agent.ledger import Ledger
from services.agent.service import run
from services.agent.transaction import Transaction
from services.messages import CommitChanges, Event, TurnInfo, TurnState
from supervisor.context import Context


class Serve(Protocol):
    async def __call__(
        self, ctx: Context[Options], *, task_status: trio.TaskStatus[None]
    ) -> None: ...


def replacing(owner: Any, name: str, by: Callable[..., Any]) -> Serve:
    async def serve(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
        setattr(owner, name, by)
        await run(ctx, task_status=task_status)

    return serve


_recover, _read = recovery.recover, Journal.read


async def everything_again(ctx: Context[Options], book: Book) -> tuple[str, ...]:
    await trio.lowlevel.checkpoint()
    return tuple(info.turn for info in book.ledger.unfinished)


async def _nothing_again(ctx: Context[Options], book: Book) -> tuple[str, ...]:
    await _recover(ctx, book)
    return ()


async def _commit_what_is_there(
    ctx: Context[Options], book: Book, info: TurnInfo, _commit: object
) -> None:
    commit = await ctx.ask("workspaces", CommitChanges(book.key, info.instruction, info.turn))
    if commit is not None:
        await book.write("commit", turn=info.turn, hash=commit.hash, files=commit.files)
    await book.write("turn.finished", turn=info.turn, state=TurnState.COMMITTED)


async def _give_up(_ctx: object, book: Book, operation: str, *_: object) -> None:
    await trio.lowlevel.checkpoint()
    book.ledger.intents.pop(operation)


async def _save_nothing(_transaction: object, end: Any) -> Any:
    await trio.lowlevel.checkpoint()
    return end


def _read_too_little(
    journal: Journal, after: int = 0, limit: int | None = None
) -> tuple[Event, ...]:
    return tuple(event for event in _read(journal, after, limit) if event.type != "usage")


runs_again_what_ran = replacing(recovery, "recover", everything_again)
forgets_what_waits = replacing(recovery, "recover", _nothing_again)
commits_halves = replacing(recovery, "_end", _commit_what_is_there)
knows_no_key = replacing(Ledger, "keyed", lambda *_: None)
forgets_what_it_undid = replacing(recovery, "_complete", _give_up)
saves_nothing = replacing(Transaction, "_save", _save_nothing)
tells_too_little = replacing(Journal, "read", _read_too_little)

MUTANTS = tuple(
    f"{__name__}:{name}"
    for name in (
        "runs_again_what_ran",
        "forgets_what_waits",
        "commits_halves",
        "knows_no_key",
        "forgets_what_it_undid",
        "saves_nothing",
        "tells_too_little",
    )
)
