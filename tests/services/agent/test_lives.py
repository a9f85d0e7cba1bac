"""Whatever is done to a thread, and whenever the daemon dies, its journal tells the truth."""

from __future__ import annotations

import random

import pytest
import trio
import trio.testing

from services.agent.backend import BackendError, Host, Turn
from services.messages import (
    FileChanged,
    FindWorkspace,
    ListHistories,
    ListTurns,
    RedoTurn,
    SettleTurn,
    TurnInfo,
    UndoTurn,
)
from supervisor.desk import Refused, Request
from tests.services.agent.serving import KEY, Bench
from tests.services.agent.test_settling import PLAIN

KINDS = ("whole", "half", "failing")


class Thread:
    """One thread that is treated at random. Every turn writes a file of its own, named in it."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self._bench = bench
        self._chance = random.Random(seed)
        self._answer = bench.keeper.answer
        self._left = 0  # requests to git until the daemon dies over one; 0 for never
        self._died = trio.Event()
        self._names = 0
        self._turns: list[str] = []
        bench.keeper.answer = self._git  # type: ignore[method-assign]

    async def _git(self, request: Request[object]) -> object:
        looks = isinstance(request, FindWorkspace | ListHistories)
        if self._left and not looks:
            self._left -= 1
            if not self._left:
                if self._chance.random() < 0.5:
                    await self._answer(request)
                self._died.set()
                await trio.sleep_forever()
        return await self._answer(request)

    async def script(self, turn: Turn, host: Host) -> None:
        name, kind = turn.instruction.split()
        self._bench.files()[name] = turn.id
        await host.emit(FileChanged(name, "modified"))
        if kind == "half":
            await trio.testing.wait_all_tasks_blocked()
        if kind == "failing":
            raise BackendError("no")

    async def _do(self) -> None:
        """One thing that people do, which may be refused."""
        chance = self._chance
        ask = self._bench.ask
        what = chance.randrange(8)
        try:
            if what < 4 or not self._turns:
                self._names += 1
                turn = await self._bench.start(f"f{self._names} {chance.choice(KINDS)}")
                self._turns.append(turn)
                if chance.random() < 0.7:
                    await self._bench.ended(turn)
                return
            turn = chance.choice(self._turns)
            match what:
                case 4:
                    await self._bench.cancel(turn)
                case 5:
                    await ask(UndoTurn(KEY, turn, others=True))
                case 6:
                    await ask(RedoTurn(KEY, turn, others=True))
                case _:
                    await ask(SettleTurn(KEY, turn, keep=chance.random() < 0.5))
        except Refused:
            pass

    async def _do_at_once(self) -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(self._chance.randrange(1, 4)):
                nursery.start_soon(self._do)

    async def live(self) -> None:
        """One life, which is asked to end."""
        async with self._bench.life(self.script, PLAIN):
            for _ in range(12):
                await self._do_at_once()

    async def die(self) -> None:
        """One life, which ends over something that git is asked to do."""
        self._died = trio.Event()
        async with self._bench.cut_off(self.script):
            self._left = self._chance.randrange(3, 30)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._go_on)
                await self._died.wait()
                nursery.cancel_scope.cancel()
        self._left = 0

    async def _go_on(self) -> None:
        while True:
            await self._do()
            await self._do_at_once()

    async def told(self) -> dict[str, TurnInfo]:
        """What the next life tells once all has ended."""
        async with self._bench.life(self.script, PLAIN):
            for info in await self._bench.ask(ListTurns(KEY, 500)):
                await self._bench.ended(info.turn)
            found: tuple[TurnInfo, ...] = await self._bench.ask(ListTurns(KEY, 500))
        return {info.turn: info for info in found}


@pytest.mark.parametrize("seed", range(12))
async def test_the_files_are_as_the_turns_say(bench: Bench, seed: int) -> None:
    thread = Thread(bench, seed)
    chance = random.Random(seed)
    for _ in range(4):
        with trio.fail_after(60):
            await (thread.die() if chance.random() < 0.7 else thread.live())
            turns = await thread.told()
        git = bench.keeper[KEY]
        done = [made.turn for made in git.commits if made.turn]
        assert len(done) == len(set(done))
        for info in turns.values():
            name = info.instruction.split()[0]
            is_there = git.head.files.get(name) == info.turn
            assert is_there == (info.commit is not None and not info.undone)
            assert info.commit is None or git.found(info.commit).turn == info.turn
        assert await thread.told() == turns
