"""Two users with their clients, one remote, and the daemon's lives in one folder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import trio

from supervisor.desk import Refused
from tests.chaos import checks
from tests.chaos.client import Client, Defect
from tests.chaos.daemon import PATIENCE, Life
from tests.chaos.killer import Killer
from tests.chaos.model import Late
from tests.chaos.reading import User
from tests.chaos.remote import Remote
from tests.chaos.script import CLIENT, Script
from tests.chaos.tally import Tally

USERS = ("ada", "eve")
CHANCE_EARLY = 0.3  # that a start is killed too, each time
CHANCE_LATE = 0.3  # that somebody edits while nobody runs
FIRST = "OpenWorkspace"  # is where the first kill goes: into the clone
CHANCE_ADVANCE = 0.3  # that somebody else pushes between two lives


class World:
    """Everything in it follows from its seed, but for time. Raises `Defect`; close it."""

    def __init__(
        self, folder: Path, seed: str, clients: int, pages: int, run: str, tally: Tally
    ) -> None:
        self._folder = folder
        self._run = run
        self._tally = tally
        self._rng = Random(seed)
        self._remote = Remote(folder / "remote.git", Random(f"{seed} remote"), pages)
        self._users = [User(folder / "volume" / CLIENT / name) for name in USERS]
        self._clients: list[Client] = []
        for number in range(clients):
            user = self._users[number % len(USERS)]
            name = f"{user.home.name}{number}x"
            rng = Random(f"{seed} {name}")
            share = slice(number, None, clients)
            self._clients.append(Client(Script(name, user, self._remote, rng, share)))
        self._killer = Killer(Random(f"{seed} killer"), self._clients, tally)
        self._begun = False
        self._edits = tally.edits
        self._late: dict[str, Late] = {}

    def close(self) -> None:
        for it in (self._remote, *self._users):
            it.close()

    async def live(self, kills: int) -> None:
        """Start, check, work and be killed, so many times; then an orderly end."""
        last = self._tally.kills + kills
        while self._tally.kills < last:
            if self._tally.kills + 1 < last and self._rng.random() < CHANCE_EARLY:
                await self._die_early()
            else:
                await self._life(self._work)
        await self._life(self._end)

    async def _die_early(self) -> None:
        life = Life(self._folder, self._run)
        async with trio.open_nursery() as nursery:
            await nursery.start(life.run)
            await self._killer.early(life)
        self._tally.lived(life)
        _without_complaints(life)

    async def _life(self, work: Callable[[Life], Awaitable[None]]) -> None:
        life = Life(self._folder, self._run)
        async with trio.open_nursery() as nursery:
            await nursery.start(life.run)
            began = trio.current_time()
            with trio.fail_after(PATIENCE):
                await life.recovering.wait()
                recovering = trio.current_time()
                await life.settled.wait()
            if not life.ready:
                raise Defect(f"the daemon does not start: {life.complaints}")
            self._killer.started(trio.current_time() - began, trio.current_time() - recovering)
            await self._check(life)
            await work(life)
        self._tally.lived(life)
        _without_complaints(life)

    async def _work(self, life: Life) -> None:
        if self._rng.random() < CHANCE_ADVANCE:
            self._remote.advance()
        async with trio.open_nursery() as nursery:
            for client in self._clients:
                nursery.start_soon(self._client, client, life)
            await self._killer.strike(life, None if self._begun else FIRST)
        self._begun = True
        self._remote.unlock()
        self._killer.look()
        self._tally.edits = self._edits + sum(it.script.edits for it in self._clients)
        for user in self._users:
            self._tally.leaves(checks.leavings(user))
        if self._rng.random() < CHANCE_LATE:
            self._edit_late()

    async def _client(self, client: Client, life: Life) -> None:
        await client.run(await life.connect(), self._killer)
        if not life.killed:
            raise Defect(f"the daemon let go of {client.script.name}: {life.complaints}")

    def _edit_late(self) -> None:
        """Edit one file while nobody runs who could know."""
        script = self._rng.choice(self._clients).script
        if there := [name for name in script.states if script.user.worktree(name).is_dir()]:
            thread = self._rng.choice(there)
            self._late[thread] = Late(*script.edit_one(thread))

    async def _end(self, life: Life) -> None:
        """An orderly one, after which everything is as after a start."""
        code = await life.end()
        if code != 0:
            raise Defect(f"the daemon ended with {code}")
        await self._check(None)

    async def _check(self, life: Life | None) -> None:
        """Everything that must be true of a workspace at rest; with a daemon it is asked too."""
        wrong: list[str] = []
        remote = self._remote.references()
        async with trio.open_nursery() as nursery:
            for repository in (self._remote.place, *(user.git for user in self._users)):
                if repository.exists():
                    nursery.start_soon(_extend, wrong, checks.intact, repository)
            for user in self._users:
                clients = [it for it in self._clients if it.script.user is user]
                wrong += checks.look(user, clients, remote, self._late)
                if life is not None:
                    async with await life.connect() as wire:
                        try:
                            wrong += await checks.works(wire, user, clients)
                        except Refused as refusal:
                            wrong.append(str(refusal))
        self._late.clear()
        if wrong:
            raise Defect("\n".join(wrong))


def _without_complaints(life: Life) -> None:
    if life.complaints:
        raise Defect(f"the daemon complains: {life.complaints}")


async def _extend(
    wrong: list[str], check: Callable[[Path], Awaitable[list[str]]], repository: Path
) -> None:
    wrong += await check(repository)
