"""What was left under way in a thread by a life that was killed, or a disk that took no more:
found out, and written down.

A commit says by its `Turn-ID` whether what had begun was done. So nothing is done twice, and what
was done counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TypeVar

from services.agent import Options, turns
from services.agent.backend import Turn
from services.agent.book import Book
from services.agent.lines import Line
from services.messages import (
    Commit,
    FindDropped,
    FindParked,
    FindWorkspace,
    Leftover,
    LogEntry,
    Mode,
    ReadDiff,
    ReadGit,
    ReadLog,
    Reason,
    SaveChanges,
    ThreadKey,
    TurnInfo,
    TurnState,
)
from supervisor.context import Context
from supervisor.desk import Gone, Refused, Request

R = TypeVar("R")
UNFINISHED = "the agent ended before this turn did"


async def recover(ctx: Context[Options], book: Book) -> tuple[str, ...]:
    """Complete a journal; the turns that wait for their time are the answer, in order.

    Raises `Refused` where git cannot be asked, and `OSError`; then it can be repeated.
    """
    await ctx.ask("workspaces", FindWorkspace(book.key))
    unfinished = book.ledger.unfinished
    intents = dict(book.ledger.intents)
    log: tuple[LogEntry, ...] = ()
    began = any(info.state is not TurnState.QUEUED for info in unfinished)
    if intents or book.ledger.offers or began:
        log = await ctx.ask("workspaces", ReadLog(book.key, turns.FURTHEST))
    for operation, line in intents.items():
        wanted = operation if line.type == "turn.undoing" else line.turn
        await _complete(ctx, book, operation, line, _commit(log, wanted))
    for offered in book.ledger.offers:
        if commit := _commit(log, offered):
            made = {"hash": commit.hash, "files": await _files(ctx, book.key, commit)}
            await book.write("turn.settled", turn=offered, leftover=Leftover.KEPT, **made)
    waiting: list[str] = []
    for info in unfinished:
        lost = book.ledger.lost(info.turn)
        if info.state is not TurnState.QUEUED:
            await _end(ctx, book, info, _commit(log, info.turn))
        elif lost is None:
            waiting.append(info.turn)
        else:  # somebody was told of an end: it must not begin any more
            await _write_end(book, info.turn, *lost)
    return tuple(waiting)


async def _end(ctx: Context[Options], book: Book, info: TurnInfo, commit: LogEntry | None) -> None:
    finish = partial(book.write, "turn.finished", turn=info.turn)
    if info.commit is None and commit is not None:
        files = await _files(ctx, book.key, commit)
        await book.write("commit", turn=info.turn, hash=commit.hash, files=files)
    if info.commit is not None or commit is not None:
        await finish(state=TurnState.COMMITTED)
        return
    state, error = book.ledger.lost(info.turn) or (TurnState.INTERRUPTED, UNFINISHED)
    leftover, told = Leftover.DROPPED, turns.AS_BEFORE
    saved = await dropped_by(ctx, book.key, info.turn)
    if saved is None and info.mode is Mode.EXECUTE:
        leftover, told = Leftover.OFFERED, turns.KEPT
        saved = await ctx.ask("workspaces", SaveChanges(book.key, info.turn))
    left: dict[str, object] = {"saved": saved, "leftover": leftover} if saved else {}
    await _write_end(book, info.turn, state, f"{error}; {told}" if saved else error, **left)


async def _write_end(book: Book, turn: str, state: TurnState, error: str, **left: object) -> None:
    reason = Reason.WORKSPACE if state is TurnState.FAILED else None
    await book.write("turn.finished", turn=turn, state=state, error=error, reason=reason, **left)


async def _complete(
    ctx: Context[Options], book: Book, operation: str, line: Line, commit: LogEntry | None
) -> None:
    """Write the end of an operation that was done, and give up one that was not."""
    facts: dict[str, object] = {"turn": line.turn, "operation": operation}
    moot = line.type == "turn.settling" and line.turn not in book.ledger.offers
    if moot:
        await book.write("turn.given_up", **facts)  # it was settled otherwise
    elif line.type == "turn.undoing":
        if commit is None:
            await book.write("turn.given_up", **facts)
            return
        kind = "turn.redone" if line.keep else "turn.undone"
        facts |= {"turns": line.turns, "reverted": line.reverted}
        await book.write(kind, **facts, hash=commit.hash, head=commit.hash)
    elif commit is not None:
        made = {"hash": commit.hash, "files": await _files(ctx, book.key, commit)}
        await book.write("turn.settled", **facts, leftover=Leftover.KEPT, **made)
    elif not line.keep and (await ctx.ask("workspaces", ReadGit(book.key))).clean:
        await book.write("turn.settled", **facts, leftover=Leftover.DROPPED)
    else:
        await book.write("turn.given_up", **facts)


async def made(
    ctx: Context[Options], turn: Turn, request: Request[R], *, again: bool = True
) -> R | Commit:
    """Ask for a turn's commit. Raises `Refused` where it was not made, and `OSError` where nobody
    can see whether it was: then the end of the turn is not known.
    """
    failure: Refused
    try:
        return await ctx.ask("workspaces", request)
    except Refused as refusal:
        failure = refusal
    # They ended, or the disk was full in the midst.
    commit = await _found(ctx, turn, failure)
    if commit is not None:
        return commit
    if again and isinstance(failure, Gone):
        return await made(ctx, turn, request, again=False)
    raise failure


async def _found(ctx: Context[Options], turn: Turn, failure: Refused) -> Commit | None:
    """The commit that was made all the same."""
    try:
        log = await ctx.ask("workspaces", ReadLog(turn.key, turns.FURTHEST))
        entry = _commit(log, turn.id)
        return None if entry is None else Commit(entry.hash, await _files(ctx, turn.key, entry))
    except Refused as error:
        raise OSError(f"{failure}; {error}") from error


async def dropped_by(ctx: Context[Options], key: ThreadKey, turn: str) -> str | None:
    """The commit that keeps what a turn took back, if it did."""
    return await ctx.ask("workspaces", FindDropped(key, turn))


async def offered(ctx: Context[Options], book: Book) -> str | None:
    """The last turn whose work is offered, of those whose work is in the worktree."""
    for turn in book.ledger.offers:
        if await absent(ctx, book.key, turn) is None:
            return turn
    return None


async def absent(ctx: Context[Options], key: ThreadKey, turn: str) -> str | None:
    """Where what a turn left is, and what to do about that, if it is not in the worktree."""
    if (branch := await ctx.ask("workspaces", FindParked(key, turn))) is not None:
        return f"what it left waits on the branch {branch}; switch to that first"
    if (kept := await dropped_by(ctx, key, turn)) is not None:
        return f"what it left did not fit its branch any more; restore the commit {kept}"
    return None


async def _files(ctx: Context[Options], key: ThreadKey, commit: LogEntry) -> tuple[str, ...]:
    base = commit.parents[0] if commit.parents else None
    diff = await ctx.ask("workspaces", ReadDiff(key, base, commit.hash, context=0))
    return tuple(sorted(file.path for file in diff.files))


def _commit(log: Iterable[LogEntry], turn: str) -> LogEntry | None:
    return next((entry for entry in log if entry.turn == turn), None)
