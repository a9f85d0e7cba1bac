"""A daemon, a stand-in for the model and people in threads, in one folder; and who kills them."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from random import Random

import trio

from tests.chaos.checks import intact
from tests.chaos.client import Defect
from tests.chaos.reading import git
from tests.chaos.turns import checks, ending, programs, told
from tests.chaos.turns.asking import CLIENT, USER, Asking
from tests.chaos.turns.checks import Harm
from tests.chaos.turns.conversation import Conversation
from tests.chaos.turns.killer import Killer
from tests.chaos.turns.logs import complaints
from tests.chaos.turns.processes import clis
from tests.chaos.turns.tally import Tally
from tests.ports import free_ports

PATIENCE = 90.0  # seconds for turns to end, however often the daemon is killed meanwhile


class World:
    """Everything in it follows from its seed, but for time. Raises `Defect`."""

    patience = PATIENCE

    def __init__(
        self, folder: Path, seed: str, turns: int, threads: int, run: str, tally: Tally
    ) -> None:
        self.port, astro, hmr, model = free_ports(4)
        self.home = folder / "volume" / CLIENT / USER
        self._remote = folder / "remote.git"
        self.harm = Harm()
        self._folder = folder
        self._tally = tally
        self._logged = 0
        self._model = programs.model(folder, model)
        self.daemon = programs.daemon(folder, (self.port, astro, hmr), model, run)
        self.daemon.between = self._look_while_dead
        self.daemon.begun = self._look_at_start
        self.harm.daemon, self.harm.model = self.daemon.downs, self._model.downs
        self._killer = Killer(
            Random(f"{seed} killer"), folder, self.daemon, self._model, self.harm, tally
        )
        shares = [turns // threads + (number < turns % threads) for number in range(threads)]
        self._conversations = [
            Conversation(self, self._asking(f"t{number}"), Random(f"{seed} t{number}"), share)
            for number, share in enumerate(shares)
        ]
        _make_remote(self._remote)

    # What conversations tell: see `Around`.

    def noticed(self, kind: str) -> None:
        self._tally.events[kind] += 1
        self._killer.noticed(kind)

    def rested(self, conversation: Conversation) -> None:
        _raise(checks.at_rest(conversation, self.harm))

    async def settled(self, life: int) -> None:
        await self.daemon.until_up(life + 1)

    async def live(self) -> None:
        """Let everybody have their turns under the killer; then an orderly end."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._model.keep)
                nursery.start_soon(self.daemon.keep)
                await self._model.until_up()
                for it in self._conversations:  # one after the other: the first clones
                    await it.asking.open(f"file://{self._remote}")
                async with trio.open_nursery() as hearing:
                    for it in self._conversations:
                        hearing.start_soon(it.hearing.listen)
                    async with trio.open_nursery() as killing:
                        killing.start_soon(self._killer.run)
                        async with trio.open_nursery() as talking:
                            for it in self._conversations:
                                talking.start_soon(it.run)
                        killing.cancel_scope.cancel()
                    await self.daemon.until_up()
                    await self._look_at_the_end()
                    hearing.cancel_scope.cancel()
                await self.daemon.end()
                await self._model.end()
        finally:
            self._tally.lives = self.daemon.lives
            for it in clis(self._folder):
                with suppress(ProcessLookupError):
                    os.kill(it.pid, signal.SIGKILL)
        self._look_after_the_end()

    def _asking(self, thread: str) -> Asking:
        return Asking(self.daemon, self.port, thread, self.noticed)

    def _look_while_dead(self) -> None:
        """Nobody writes now: a torn line may be there, and nothing else that is not whole."""
        log = self.daemon.log.read_bytes()
        wrong = complaints(log[self._logged :])
        self._logged = len(log)
        for it in self._conversations:
            wrong += checks.acknowledged(it, it.journal())
        _raise(wrong)

    async def _look_at_start(self) -> None:
        repository = self.home / "project" / ".git"
        # Git reads the objects before the references: of a commit in between it says that it is
        # missing, which it does not say twice.
        wrong = await intact(repository) and await intact(repository) if self.home.exists() else []
        for it in self._conversations:
            wrong += checks.acknowledged(it, it.journal())
        _raise(wrong)

    async def _look_at_the_end(self) -> None:
        """All that the API says is what the journals say, from their first event on."""
        wrong: list[str] = []
        for it in self._conversations:
            wrong += await ending.told_truly(it, self._tally)
        _raise(wrong)

    def _look_after_the_end(self) -> None:
        wrong = list(ending.leavings(self._folder, self.home))
        for it in self._conversations:
            wrong += checks.at_rest(it, self.harm, stopped=True)
            if it.journal().torn:
                wrong.append(f"the journal of {it.thread} has a torn line")
        _raise(wrong)


def _make_remote(place: Path) -> None:
    """A repository with the files that turns write to."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(place)], check=True)
    files = dict.fromkeys(told.FILES, told.BEGUN)
    lines = ["commit refs/heads/main", "committer Ann <ann@example.com> 1700000000 +0000"]
    lines += ["data 5", "begin"]
    for path, text in files.items():
        lines += [f"M 100644 inline {path}", f"data {len(text)}", text]
    git(place, "fast-import", "--quiet", "--done", data="\n".join([*lines, "done\n"]).encode())


def _raise(wrong: list[str]) -> None:
    if wrong:
        raise Defect("\n".join(wrong))
