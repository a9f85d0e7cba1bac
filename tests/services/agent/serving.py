"""The service `agent` with a scripted backend, and everything that it asks in a test's hands."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio
import trio.testing

from services.agent import Options
from services.agent.backend import Backend, Host, Turn
from services.agent.service import run_with
from services.messages import (
    AwaitTurn,
    CancelTurn,
    FindTurn,
    Mode,
    ReadEvents,
    Routes,
    StartTurn,
    TextDelta,
    ThreadKey,
    TurnInfo,
    Turns,
)
from supervisor.desk import Request
from supervisor.spec import TaskSpec
from tests.harness import Harness
from tests.services.agent.held import held
from tests.services.agent.keeper import Files, Keeper

KEY = ThreadKey("acme", "bob", "t1")
OTHER = ThreadKey("acme", "bob", "t2")

Script = Callable[[Turn, Host], Awaitable[None]]


class Scripted:
    """A backend that does what a test says."""

    def __init__(self, script: Script) -> None:
        self._script = script

    async def run(self, turn: Turn, host: Host) -> None:
        await self._script(turn, host)


class Bench:
    """The running service, what it asks, and what it wrote."""

    def __init__(self, place: Path) -> None:
        self.keeper = Keeper(place)
        self.harness = Harness(
            TaskSpec(
                name="agent",
                run="services.agent:serve",
                asks=("workspaces", "previews"),
                answers=("agent",),
                publishes=("turns",),
                watches=("routes",),
                receives=("preview_events",),
            )
        )
        self.harness.channels.boards["routes"].set(Routes({}))

    async def ask(self, request: Request[Any]) -> Any:
        return await self.harness.channels.desks["agent"].ask(request)

    async def start(
        self,
        instruction: str = "do it",
        key: ThreadKey = KEY,
        mode: Mode = Mode.EXECUTE,
        **more: Any,
    ) -> str:
        info: TurnInfo = await self.ask(StartTurn(key, instruction, mode, **more))
        return info.turn

    async def ended(self, turn: str, key: ThreadKey = KEY) -> TurnInfo:
        return await self.ask(AwaitTurn(key, turn))

    async def found(self, turn: str, key: ThreadKey = KEY) -> TurnInfo:
        return await self.ask(FindTurn(key, turn))

    async def cancel(self, turn: str, key: ThreadKey = KEY) -> TurnInfo:
        return await self.ask(CancelTurn(key, turn))

    async def execute(
        self,
        instruction: str = "do it",
        key: ThreadKey = KEY,
        mode: Mode = Mode.EXECUTE,
        **more: Any,
    ) -> TurnInfo:
        return await self.ended(await self.start(instruction, key, mode, **more), key)

    def files(self, key: ThreadKey = KEY) -> Files:
        """The worktree of a thread, to look at and to change."""
        return self.keeper[key].files

    @property
    def running(self) -> frozenset[str]:
        turns = self.harness.channels.boards["turns"].value
        assert isinstance(turns, Turns)
        return turns.running

    async def until_running(self, count: int) -> None:
        await self.harness.channels.boards["turns"].until(
            lambda turns: isinstance(turns, Turns) and len(turns.running) == count
        )

    def journal(self, key: ThreadKey = KEY) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.keeper.history(key).read_text().splitlines()]

    def kinds(self, key: ThreadKey = KEY) -> list[str]:
        return [event["type"] for event in self.journal(key)]

    async def until_journalled(self, kind: str) -> None:
        """Until the journal has such an event, and the service knows that it has."""
        with trio.fail_after(60):
            while kind not in self.kinds():
                await trio.testing.wait_all_tasks_blocked(0.01)
            await self.ask(ReadEvents(KEY, len(self.kinds()) - 1, 10.0))

    async def _keep(self, request: Request[Any]) -> object:
        return await self.keeper.answer(request)  # a test may put another one in its place

    @asynccontextmanager
    async def life(
        self,
        script: Script,
        options: Options | None = None,
        make: Callable[[str], Backend] | None = None,
    ) -> AsyncGenerator[None]:
        """One life of the service; leaving the block asks it to stop."""
        self.harness.stopping = trio.Event()
        context = self.harness.context(options or Options())
        desks = self.harness.channels.desks
        async with trio.open_nursery() as keeping:
            for name in ("workspaces", "previews"):
                keeping.start_soon(desks[name].answer, self._keep)
            async with trio.open_nursery() as nursery:
                backend = Scripted(script)
                await nursery.start(
                    lambda *, task_status: run_with(
                        make or (lambda _name: backend), context, task_status=task_status
                    )
                )
                yield
                self.harness.stopping.set()
            keeping.cancel_scope.cancel()

    @property
    def held(self) -> int:
        """How often the journal is open."""
        return held(self.keeper.history(KEY))

    @asynccontextmanager
    async def cut_off(self, script: Script) -> AsyncGenerator[None]:
        """A life that ends at once and says nothing, as by SIGKILL."""
        with trio.CancelScope() as scope:
            async with self.life(script):
                yield
                scope.cancel()
                await trio.sleep_forever()


async def quiet(_turn: Turn, _host: Host) -> None:
    """A backend that has nothing to do."""


class Endless:
    """A backend's turn without an end; `begun` says that it works."""

    def __init__(self) -> None:
        self.begun = trio.Event()

    async def __call__(self, _turn: Turn, host: Host) -> None:
        await host.emit(TextDelta("begun"))
        self.begun.set()
        await trio.sleep_forever()
