"""Answers the desk `agent`: takes turns in, tells of them, and has them run side by side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from itertools import chain, islice
from typing import Any, TypeVar

import outcome
import structlog
import trio

from services.agent import Options, images, previews
from services.agent.accounts import Accounts
from services.agent.backend import Decision
from services.agent.backends import make
from services.agent.book import Book
from services.agent.feed import Feed
from services.agent.journal import VERSION
from services.agent.lanes import Lane
from services.agent.original import read_original
from services.agent.readers import Readers
from services.agent.roster import Backends, Roster, at_work
from services.agent.settling import Settling
from services.agent.turns import TurnIds, is_model
from services.messages import (
    AnswerPermission,
    AwaitTurn,
    CancelTurn,
    FindTurn,
    ListTurns,
    PreviewEvent,
    ReadAllEvents,
    ReadBudgets,
    ReadEvents,
    ReadUsage,
    RedoTurn,
    SettleTurn,
    StartTurn,
    ThreadKey,
    TurnInfo,
    Turns,
    Undone,
    UndoTurn,
)
from supervisor.context import Context
from supervisor.desk import Busy, Invalid, NotFound, Refused, Request

log = structlog.get_logger()

LONGEST_KEY = 128  # characters
MOST = 500  # turns in one answer

R = TypeVar("R")


async def run(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer until asked to stop, with the backends that the options name."""
    await run_with(partial(make, ctx), ctx, task_status=task_status)


async def run_with(
    backends: Backends, ctx: Context[Options], *, task_status: trio.TaskStatus[None]
) -> None:
    """Answer until asked to stop; then interrupt what runs, write that down, and return.

    Turns that wait are for the next life. Cancelled, it leaves turns without an end in their
    journals; the next life adds it.
    """
    ctx.publish("turns", Turns())
    feed = Feed()
    async with at_work(ctx, backends, feed) as roster, trio.open_nursery() as nursery:
        agent = Agent(ctx, nursery, roster, Readers(ctx, roster, feed))
        await roster.recover()
        nursery.start_soon(partial(ctx.answer, "agent", agent.answer, withdrawable=True))
        events = ctx.receiver("preview_events", object)
        nursery.start_soon(previews.follow, events, agent.note)
        task_status.started()
        await ctx.stopping.wait()
        await roster.stop()
        nursery.cancel_scope.cancel()


class Agent:
    """One life of the desk."""

    def __init__(
        self, ctx: Context[Options], nursery: trio.Nursery, roster: Roster, readers: Readers
    ) -> None:
        self._ctx = ctx
        self._nursery = nursery
        self._roster = roster
        self._ids = TurnIds()
        self._settling = Settling(ctx, self._ids.next)
        accounts = Accounts(ctx)
        self._answers: dict[type[Request[Any]], Callable[[Any], Awaitable[object]]] = {
            StartTurn: self._start,
            AwaitTurn: self._await,
            FindTurn: self._find,
            ListTurns: self._list,
            CancelTurn: self._cancel,
            SettleTurn: self._settle,
            UndoTurn: self._undo,
            RedoTurn: self._undo,
            AnswerPermission: self._permit,
            ReadEvents: readers.read,
            ReadAllEvents: readers.read_all,
            ReadUsage: accounts.usage,
            ReadBudgets: accounts.budgets,
        }

    async def answer(self, request: Request[Any]) -> object:
        """Carry out a request of the desk; see the messages.

        When nobody waits any more, what only looks is given up; what changes something is not.
        """
        answer = self._answers.get(type(request))
        if answer is None:
            raise Refused(f"cannot answer {type(request).__name__}: ask another desk")
        try:
            return await answer(request)
        except OSError as error:
            whose = getattr(request, "key", "this user")
            raise Refused(f"cannot keep the history of {whose}: {error}") from error

    async def note(self, event: PreviewEvent) -> None:
        """Journal what became of a thread's preview, where the thread has a journal."""
        try:
            lane = await self._roster.lane(event.key)
            await lane.book.note(event.kind, **previews.facts(event))
        except NotFound:
            pass  # the thread went, and its preview after it
        except (Refused, OSError) as error:
            log.warning("preview event not journalled", thread=str(event.key), reason=str(error))

    async def _start(self, request: StartTurn) -> TurnInfo:
        self._check(request)
        lane = await self._roster.lane(request.key)
        return await self._surely(partial(self._queue, lane, request))

    def _check(self, request: StartTurn) -> None:
        if self._roster.stopping:
            raise Refused("cannot run a turn: the agent is stopping; try again later")
        if not request.instruction.strip():
            raise Invalid("cannot run a turn: the instruction is empty; say what to do")
        if request.backend is not None and request.backend not in self._ctx.options.allowed:
            allowed = ", ".join(sorted(self._ctx.options.allowed))
            raise Invalid(f"cannot use the backend {request.backend!r} here: use {allowed}")
        if request.model is not None and not is_model(request.model):
            raise Invalid(
                f"cannot use the model {request.model!r}: name it without control characters"
            )
        key = request.idempotency_key
        if key is not None and not 0 < len(key) <= LONGEST_KEY:
            raise Invalid(f"cannot use this idempotency key: 1 to {LONGEST_KEY} characters")
        images.check(request.images)

    async def _queue(self, lane: Lane, request: StartTurn) -> TurnInfo:
        book, key = lane.book, request.idempotency_key
        async with lane.admission:
            if not await book.is_current():
                raise NotFound(f"cannot run a turn in {book.key}: it was deleted; open it first")
            instruction = request.instruction.encode(errors="replace").decode()
            if key is not None and (known := book.ledger.keyed(key)) is not None:
                info = book.ledger[known]
                if (info.instruction, info.mode) != (instruction, request.mode):
                    raise Refused(
                        f"cannot use the idempotency key {key!r} again: it was for another turn"
                    )
                return info
            if lane.waiting >= self._ctx.options.waiting:
                raise Busy(f"cannot run a turn: {lane.waiting} wait in {book.key}; try again later")
            turn = self._ids.next()
            stored = await trio.to_thread.run_sync(
                images.store, lane.places.images, turn, request.images
            )
            backend, model = self._chosen(request, book)
            await book.be_busy()
            await book.write(
                "turn.queued",
                turn=turn,
                version=VERSION,
                instruction=instruction,
                mode=request.mode,
                backend=backend,
                named=request.backend,
                model=model,
                idempotency_key=key,
                selection=request.selection,
                images=stored,
            )
            lane.queue.append(turn)
            self._roster.run(lane)
            return book.ledger[turn]

    def _chosen(self, request: StartTurn, book: Book) -> tuple[str, str | None]:
        """A thread goes on with the backend and the model that were named last in it."""
        options, ledger = self._ctx.options, book.ledger
        if request.backend is not None:
            return request.backend, request.model
        if ledger.backend not in options.allowed:
            return options.backend, request.model or (None if ledger.backend else ledger.model)
        return ledger.backend or options.backend, request.model or ledger.model

    async def _await(self, request: AwaitTurn) -> TurnInfo:
        lane = await self._roster.lane(request.key)
        info = await lane.book.until_ended(request.turn, lambda: self._roster.stopping)
        if not info.state.ended and request.turn in lane.queue:
            raise Refused("the agent is stopping: the turn runs when it is back")
        return await lane.book.until_ended(request.turn, lambda: False)

    async def _find(self, request: FindTurn) -> TurnInfo:
        lane = await self._roster.lane(request.key)
        if request.turn not in lane.book.ledger:
            for info in await self._earlier(lane):
                if info.turn == request.turn:
                    return info
        return lane.book.ledger[request.turn]

    async def _earlier(self, lane: Lane) -> tuple[TurnInfo, ...]:
        """The turns from before the journal."""
        return await trio.to_thread.run_sync(read_original, lane.places.original, lane.book.key)

    async def _list(self, request: ListTurns) -> tuple[TurnInfo, ...]:
        if not 1 <= request.limit <= MOST:
            raise Invalid(f"cannot list {request.limit} turns at once: 1 to {MOST}")
        lane = await self._roster.lane(request.key)
        earlier = await self._earlier(lane)
        ledger, before = lane.book.ledger, request.before
        if before is None or before in ledger:
            found = chain(ledger.latest(before), reversed(earlier))
        else:
            names = [info.turn for info in earlier]
            if before not in names:
                raise NotFound(f"cannot list what came before {before}: no such turn")
            found = reversed(earlier[: names.index(before)])
        return tuple(islice(found, request.limit))

    async def _cancel(self, request: CancelTurn) -> TurnInfo:
        lane = await self._roster.lane(request.key)
        lane.book.ledger[request.turn]
        await self._surely(partial(lane.cancel, request.turn))
        return await lane.book.until_ended(request.turn, lambda: False)

    async def _settle(self, request: SettleTurn) -> TurnInfo:
        return await self._alone(request.key, partial(self._settling.settle, request=request))

    async def _undo(self, request: UndoTurn | RedoTurn) -> Undone:
        return await self._alone(request.key, partial(self._settling.undo, request=request))

    async def _alone(self, key: ThreadKey, work: Callable[[Book], Awaitable[R]]) -> R:
        """Do something to a thread with nobody else at work in it. Raises `Refused`."""
        lane = await self._roster.lane(key)

        async def alone() -> R:
            async with lane.admission:
                if lane.is_busy or lane.book.is_torn:
                    raise Refused(
                        f"cannot do this to {key} while a turn runs in it: wait for its end"
                    )
                await lane.book.be_busy()
                # Cut off in the middle it keeps its mark, for the next life to look.
                done = await outcome.acapture(work, lane.book)
                lane.book.is_torn = bool(lane.book.ledger.intents)
                await self._roster.rest(lane)
                self._roster.run(lane)
                return done.unwrap()

        return await self._surely(alone)

    async def _surely(self, work: Callable[[], Awaitable[R]]) -> R:
        """Have it done even if nobody waits for it any more. Raises what it raises."""
        done = trio.Event()
        results: list[R] = []
        failures: list[Exception] = []

        async def do() -> None:
            try:
                results.append(await work())
            except (Refused, OSError) as failure:
                failures.append(failure)
            done.set()

        self._nursery.start_soon(do)
        await done.wait()
        if failures:
            raise failures[0]
        return results[0]

    async def _permit(self, request: AnswerPermission) -> None:
        lane = await self._roster.lane(request.key)
        running = lane.running
        if running is None or running.turn != request.turn or running.permissions is None:
            raise NotFound(f"cannot answer: the turn {request.turn} does not run now")
        decision = Decision(request.allow, request.reason)
        await self._surely(partial(running.permissions.answer, request.permission, decision))
