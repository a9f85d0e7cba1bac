"""One person in one thread: instructions, sometimes some at once, and second thoughts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Protocol

import trio

from tests.chaos.client import Defect
from tests.chaos.turns import told
from tests.chaos.turns.asking import Asking, expected
from tests.chaos.turns.branch import Branch
from tests.chaos.turns.events import Hearing
from tests.chaos.turns.http import Away
from tests.chaos.turns.journals import Journal
from tests.chaos.turns.kept import Kept
from tests.chaos.turns.told import Wish

BURSTS = (1, 1, 1, 2, 3)
CHANCE_AGAIN = 0.15  # that it is asked again, though it was answered
CHANCE_WAIT = 0.15  # that the answer is waited for until the turn has ended
CHANCE_CANCEL = 0.15
LATEST_CANCEL = 2.5  # seconds
CHANCE_BACK = 0.5  # that a turn is undone, or redone
WISHES: tuple[tuple[Callable[[str], Wish], int], ...] = (
    (told.both, 12),
    (told.page, 4),
    (told.talk, 1),
    (told.plan, 2),
)


class Around(Protocol):
    """What there is around it. `noticed` is told what it hears, `rested` to look at the thread
    while nothing is under way in it. Turns end within `patience` seconds, whatever is done.
    `settled` waits until it is decided what became of what was not answered in that life.
    """

    daemon: Kept
    port: int
    home: Path
    patience: float

    def noticed(self, kind: str) -> None: ...
    def rested(self, conversation: Conversation) -> None: ...
    async def settled(self, life: int) -> None: ...


class Conversation:
    """`turns` are all that were acknowledged, and `keys` what they were asked for with.

    `cancelled` are those that it asked to cancel, `answers` what the API said of a turn that had
    ended.
    """

    def __init__(self, around: Around, asking: Asking, rng: Random, share: int) -> None:
        self.thread = thread = asking.thread
        self.turns: dict[str, Wish] = {}
        self.keys: dict[str, str] = {}
        self.cancelled: set[str] = set()
        self.answers: dict[str, dict[str, Any]] = {}
        self.root = around.home / "threads" / thread
        self.branch = Branch(around.home / "project", thread)
        self.asking = asking
        events = f"{asking.path}/events"
        self.hearing = Hearing(around.daemon, around.port, events, around.noticed)
        self._around = around
        self._place = around.home / ".claude" / "threads" / f"{thread}.jsonl"
        self._rng = rng
        self._share = share

    def journal(self) -> Journal:
        return Journal.read(self._place)

    async def run(self) -> None:
        """Until it has had its share of turns, and all of them have ended."""
        while self.goes_on:
            await self.talk()

    @property
    def goes_on(self) -> bool:
        return len(self.turns) < self._share

    async def talk(self) -> None:
        """Some turns at once, until all have ended; then what to do about them."""
        count = min(self._rng.choice(BURSTS), self._share - len(self.turns))
        with trio.move_on_after(self._around.patience) as patience:
            await self._burst(count)
        if patience.cancelled_caught:
            raise Defect(self._late())
        self._around.rested(self)
        await self._settle()
        if self._rng.random() < CHANCE_BACK:
            await self._revert()
        self._around.rested(self)

    async def _burst(self, count: int) -> None:
        begun = [await self._start(alone=count == 1) for _ in range(count)]
        async with trio.open_nursery() as nursery:
            if self._rng.random() < CHANCE_CANCEL:
                when = self._rng.uniform(0, LATEST_CANCEL)
                nursery.start_soon(self._cancel, self._rng.choice(begun), when)
            await self._until_ended(begun)
            nursery.cancel_scope.cancel()
        for turn in begun:
            self.answers[turn] = info = await self.asking.look(turn)
            if info["state"] != self.hearing.finished[turn]["state"]:
                raise Defect(f"{turn} is {info}, and its event {self.hearing.finished[turn]}")

    async def _start(self, *, alone: bool) -> str:
        key = f"{self.thread}-{len(self.keys)}"
        kinds, weights = zip(*WISHES, strict=True)
        wish = self._rng.choices(kinds, weights)[0](key)
        wait = alone and self._rng.random() < CHANCE_WAIT
        turn = await self.asking.start(key, wish, wait=wait)
        if self._rng.random() < CHANCE_AGAIN:
            again = await self.asking.start(key, wish, wait=wait)
            if again != turn:
                raise Defect(f"{key} is {turn}, and asked for again {again}")
        self.keys[key] = turn
        self.turns[turn] = wish
        return turn

    async def _until_ended(self, turns: list[str]) -> None:
        await self.hearing.until(lambda: all(turn in self.hearing.finished for turn in turns))

    def _late(self) -> str:
        journal, heard = self.journal(), len(self.hearing.lines)
        late = [told.turn for told in journal.turns.values() if not told.finished]
        return (
            f"{self.thread}: {late or 'none'} did not end within {self._around.patience:g} s;"
            f" heard are {heard} of {len(journal.lines)} events"
        )

    async def _cancel(self, turn: str, after: float) -> None:
        await trio.sleep(after)
        self.cancelled.add(turn)
        try:
            answer = await self.asking.once(turn, "cancel")
        except Away:
            return
        if not expected(answer, 200)["turn"]["ended"]:
            raise Defect(f"{turn} was cancelled, and has not ended: {answer}")

    async def _settle(self) -> None:
        """Keep what a turn left, or drop it, or leave that to the next turn."""
        there = await self.asking.listed()
        offered = [turn for turn in self.turns if there[turn]["leftover"] == "offered"]
        how = self._rng.choice(("keep", "drop", "leave"))
        if not offered or how == "leave":
            return
        info = await self.asking.settle(offered[-1], how)
        # What nobody could save, or look at, may turn out to be nothing.
        if info["saved"] is None and info["leftover"] is None:
            return
        if info["leftover"] != {"keep": "kept", "drop": "dropped"}[how]:
            raise Defect(f"to {how} {offered[-1]} is answered with {info}")

    async def _revert(self) -> None:
        """Undo one of the last turns, with those after it, or redo one."""
        there = await self.asking.listed()
        made = [turn for turn in self.turns if there[turn]["commit"]]
        if not made:
            return
        turn = self._rng.choice(made[-3:])
        how = "redo" if there[turn]["undone"] else "undo"
        life = self._around.daemon.lives
        try:
            answer = await self.asking.once(turn, how, {"others": True})
        except Away:  # done or not, but never half
            await self._around.settled(life)
            return
        if answer.status == 409 and "uncommitted" in str(answer.body):
            return
        expected(answer, 200)
        known = (await self.asking.listed())[turn]
        if known["undone"] != (how == "undo"):
            raise Defect(f"to {how} {turn} is answered with {answer}, and it is {known}")
