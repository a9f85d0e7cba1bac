"""Those who edit: as in the runs of turns, and they push, rest when told to, and ask again."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any, Protocol

import trio

from tests.chaos.client import Defect
from tests.chaos.reading import git
from tests.chaos.turns import told
from tests.chaos.turns.asking import Asking, expected
from tests.chaos.turns.checks import Excuses
from tests.chaos.turns.conversation import Around, Conversation
from tests.chaos.turns.http import Answer, Away
from tests.chaos.whole.troubles import Troubles

CHANCE_PUSH = 0.25
AGAIN = 0.3  # seconds until somebody who was refused something asks again


class Patient(Asking):
    """A refusal in the middle of a trouble is none: whoever gets it asks again later."""

    troubles: Troubles

    async def push(self) -> Answer:
        """Raises `Away`, and then it is done or not."""
        return await self._ask("POST", f"{self.path}/push")

    async def preview(self) -> dict[str, Any]:
        """Start the thread's preview, or wake it; how it is."""
        answer = await self._surely("POST", f"{self.path}/preview")
        return expected(answer, 200, 202)["preview"]

    async def _ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        answer = await super()._ask(method, path, body, headers)
        if answer.status >= 400 and answer.status != 422 and self.troubles.now():
            await trio.sleep(AGAIN)
            raise Away(str(answer))
        return answer


class Gate:
    """Where people wait while the run looks at what there is."""

    def __init__(self) -> None:
        self.resting = 0
        self._open = trio.Event()
        self._came = trio.Event()

    async def passed(self) -> None:
        self.resting += 1
        self._came.set()
        await self._open.wait()
        self.resting -= 1

    def open(self) -> None:
        self._open.set()

    def close(self) -> None:
        self._open = trio.Event()

    async def until_resting(self, people: int) -> None:
        while self.resting < people:
            self._came = trio.Event()
            await self._came.wait()


class Surroundings(Around, Protocol):
    gate: Gate
    remote: Path


class Person(Conversation):
    """`pushed` is the last commit that the remote is said to have; `excuse` is for turns."""

    asking: Patient

    def __init__(
        self, around: Surroundings, asking: Patient, rng: Random, share: int, excuse: Excuses
    ) -> None:
        super().__init__(around, asking, rng, share)
        self.excuse = excuse
        self.pushed: str | None = None
        self.is_at_rest = False
        self._surroundings = around
        self._own = rng

    async def run(self) -> None:
        """Until cancelled, or it has had its share."""
        while True:
            self.is_at_rest = True
            await self._surroundings.gate.passed()
            self.is_at_rest = False
            if not self.goes_on:
                continue
            await self.talk()
            if self._own.random() < CHANCE_PUSH:
                await self._push()

    async def _push(self) -> None:
        try:
            answer = await self.asking.push()
        except Away:
            return
        self.pushed = expected(answer, 200)["head"]
        if wrong := self.unpushed():
            raise Defect(wrong)

    def lines(self) -> list[str]:
        """What its page has to show."""
        return (self.root / told.FILES[0]).read_text().splitlines()[1:-1]

    def unpushed(self) -> str:
        """What is wrong with the remote, or nothing."""
        if self.pushed is None:
            return ""
        remote, branch = self._surroundings.remote, f"refs/heads/thread-{self.thread}"
        has = git(remote, "rev-list", branch).split()
        if self.pushed in has:
            return ""
        return f"{self.thread} was told that {self.pushed} is pushed, and the remote has {has[:3]}"
