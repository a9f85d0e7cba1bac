"""Answers the desk `agent`: a thread's turns one after another, threads side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
import trio

from services.agent import Options, previews
from services.agent.backend import Backend, Turn
from services.agent.backends import make
from services.agent.journal import Journal
from services.agent.transaction import Transaction
from services.agent.turns import TurnIds
from services.messages import (
    Execute,
    FindWorkspace,
    PreviewEvent,
    ThreadKey,
    TurnResult,
    Turns,
)
from supervisor.cell import Cell
from supervisor.context import Context
from supervisor.desk import NotFound, Refused, Request

log = structlog.get_logger()


async def run(ctx: Context[Options], *, task_status: trio.TaskStatus[None]) -> None:
    """Answer until asked to stop, with the backend that the options name."""
    await run_with(make(ctx.options.backend), ctx, task_status=task_status)


async def run_with(
    backend: Backend, ctx: Context[Options], *, task_status: trio.TaskStatus[None]
) -> None:
    """Answer until asked to stop; then interrupt what runs, journal that, and return.

    Cancelled, it leaves turns without an end in the journal; the next life adds it.
    """
    agent = Agent(ctx, backend)
    ctx.publish("turns", Turns())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ctx.answer, "agent", agent.answer)
        events = ctx.receiver("preview_events", object)
        nursery.start_soon(previews.follow, events, agent.note)
        task_status.started()
        await ctx.stopping.wait()
        await agent.stop()
        nursery.cancel_scope.cancel()


@dataclass(slots=True)
class _Lane:
    """One thread's way through: who holds `lock` runs its turn, others wait in order."""

    lock: trio.Lock = field(default_factory=trio.Lock)
    opening: trio.Lock = field(default_factory=trio.Lock)
    journal: Journal | None = None

    async def open(self, history: Path) -> Journal:
        """Its journal: one for all, or two would give the same ids."""
        async with self.opening:
            if self.journal is None:
                self.journal = await trio.to_thread.run_sync(Journal, history)
            return self.journal


class Agent:
    """Takes turns in, runs them with the backend, and knows which run."""

    def __init__(self, ctx: Context[Options], backend: Backend) -> None:
        self._ctx = ctx
        self._backend = backend
        self._ids = TurnIds()
        self._lanes: defaultdict[ThreadKey, _Lane] = defaultdict(_Lane)
        self._running: dict[str, trio.CancelScope] = {}
        self._present = Cell(0)
        self._stopping = False

    async def answer(self, request: Request[Any]) -> object:
        """Carry out a request of the desk; see the messages."""
        match request:
            case Execute():
                return await self.execute(request)
            case _:
                raise Refused(f"cannot answer {type(request).__name__}: ask another desk")

    async def stop(self) -> None:
        """Take no more turns, interrupt those that run, and wait until every one is answered."""
        self._stopping = True
        for scope in self._running.values():
            scope.cancel()
        await self._present.until(lambda count: count == 0)

    async def execute(self, request: Execute) -> TurnResult:
        """Run one turn when the thread's earlier ones are done.

        A turn that fails is a result, too. Raises `Refused` where none could begin.
        """
        key = request.key
        instruction = request.instruction.encode(errors="replace").decode()
        lane = self._lanes[key]
        self._admit()
        if not instruction.strip():
            raise Refused("cannot run a turn: the instruction is empty; say what to do")
        waiting = lane.lock.statistics().tasks_waiting
        if waiting >= self._ctx.options.waiting:
            raise Refused(f"cannot run a turn: {waiting} wait in {key}; try again later")
        turn_id = self._ids.next()
        self._present.set(self._present.value + 1)
        try:
            async with lane.lock:
                self._admit()
                # Shown before it learns where the files are: from then on nobody moves them.
                with self._shown(f"{key}:{turn_id}") as scope:
                    workspace = await self._ctx.ask("workspaces", FindWorkspace(key))
                    self._admit()
                    turn = Turn(turn_id, instruction, workspace.root, request.mode)
                    return await self._turn(lane, turn, key, workspace.history, scope)
        except OSError as error:
            raise Refused(f"cannot keep the journal of {key}: {error}") from error
        finally:
            self._present.set(self._present.value - 1)

    async def note(self, event: PreviewEvent) -> None:
        """Journal what became of a thread's preview, where the thread has a journal."""
        facts = previews.facts(event)
        try:
            workspace = await self._ctx.ask("workspaces", FindWorkspace(event.key))
            journal = await self._lanes[event.key].open(workspace.history)
            await trio.to_thread.run_sync(journal.note, event.kind, facts)
        except NotFound:
            pass  # the thread went, and its preview after it
        except (Refused, OSError) as error:
            log.warning("preview event not journalled", thread=str(event.key), reason=str(error))

    def _admit(self) -> None:
        if self._stopping:
            raise Refused("cannot run a turn: the agent is stopping; try again later")

    @contextmanager
    def _shown(self, name: str) -> Generator[trio.CancelScope]:
        """Have a turn on the board; what is yielded interrupts it."""
        self._running[name] = trio.CancelScope()
        self._publish()
        try:
            yield self._running[name]
        finally:
            del self._running[name]
            self._publish()

    async def _turn(
        self, lane: _Lane, turn: Turn, key: ThreadKey, history: Path, scope: trio.CancelScope
    ) -> TurnResult:
        journal = await lane.open(history)
        try:
            with structlog.contextvars.bound_contextvars(thread=str(key), turn=turn.id):
                return await Transaction(
                    ctx=self._ctx,
                    backend=self._backend,
                    journal=journal,
                    key=key,
                    turn=turn,
                    scope=scope,
                    stopping=lambda: self._stopping,
                ).run()
        finally:
            journal.close()

    def _publish(self) -> None:
        self._ctx.publish("turns", Turns(frozenset(self._running)))
