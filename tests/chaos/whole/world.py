"""A whole daemon on a real site and people in threads, through storms and calms."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random

import trio

from supervisor.socket.client import Client
from tests.chaos.checks import intact
from tests.chaos.client import Defect
from tests.chaos.turns import checks
from tests.chaos.turns.asking import CLIENT, USER
from tests.chaos.turns.conversation import Conversation
from tests.chaos.turns.tally import Tally
from tests.chaos.whole import calm, previewed, programs, site, tree
from tests.chaos.whole.faults import BAG, Faults
from tests.chaos.whole.forwarder import Forwarder
from tests.chaos.whole.logs import outcries
from tests.chaos.whole.people import Gate, Patient, Person
from tests.chaos.whole.reloading import Reloading
from tests.chaos.whole.storm import Storm
from tests.chaos.whole.troubles import AFTER, Excuse, Troubles
from tests.chaos.whole.volume import Volume
from tests.services.workspaces.git_server import GitServer
from tests.whole.daemon import free_ports

STORM = 40.0  # seconds
REST = 150.0  # seconds in which whatever was begun has come to its end, and all services are back
STEADY = 20.0  # seconds in which what is let go of is gone
CHANCE_LOST = 0.5  # that what was installed is lost with a life, as a container's own disk is
BACKENDS = ("bedrock", "bedrock", "simulation", "bedrock", "simulation", "claude")
# While these are on the disk cannot be looked at, or has what was not saved yet.
BLINDING = ("volume full", "volume gone", "volume read-only", "descriptors")


class World:
    """Everything in it follows from its seed, but for time. Raises `Defect`."""

    patience = 3 * programs.TURN + REST

    def __init__(
        self,
        folder: Path,
        seed: str,
        threads: int,
        run: str,
        tally: Tally,
        told: Callable[[str], None],
        leaving: ExitStack,
    ) -> None:
        ports = free_ports(6)
        self.port, astro, self._door, asked, model, git = ports
        self.home = folder / "volume" / CLIENT / USER
        self.remote = folder / "git" / "remote.git"
        self.gate = Gate()
        self._folder = folder
        self._rng = Random(f"{seed} world")
        self._tally = tally
        self._told = told
        self._volume = Volume(folder / "volume")
        leaving.callback(self._volume.end)
        self.remote.parent.mkdir()
        site.make_remote(self.remote)
        self._git = leaving.enter_context(GitServer(self.remote.parent).running())
        self._model = programs.model(folder, model)
        names = [f"t{number}" for number in range(threads)]
        backends = dict(zip(names, BACKENDS * threads, strict=False))
        simulated = [name for name in names if backends[name] == "simulation"]
        all_ports = (self.port, astro, self._door)
        self.daemon = programs.daemon(folder, all_ports, asked, simulated, run)
        self.daemon.between = self._look_while_dead
        self.troubles = Troubles(self.daemon.downs, self._model.downs)
        self._control = Client(str(folder / "socket"), 60.0)
        self._lines = {
            "model's line": Forwarder(asked, lambda: model),
            "remote's line": Forwarder(git, lambda: self._git.port),
        }
        self._url = f"http://127.0.0.1:{git}/remote.git"
        faults = Faults(
            self.daemon,
            self._model,
            self._volume,
            self._lines,
            self._control,
            Reloading(programs.dropin(folder), self._control, self.troubles.refuses),
            all_ports,
            folder,
            self.troubles,
        )
        self._storm = Storm(Random(f"{seed} storm"), faults.all(), BAG, tally)
        self._levels = calm.Levels()
        self._logged = 0  # bytes of the log that were looked at
        self._people = [
            Person(
                self,
                self._asking(name, backend),
                Random(f"{seed} {name}"),
                programs.MOST,
                Excuse(self.troubles, backend),
            )
            for name, backend in backends.items()
        ]

    # What people tell: see `Around`.

    def noticed(self, kind: str) -> None:
        self._tally.events[kind] += 1

    def rested(self, conversation: Conversation) -> None:
        """A look at the thread, where there is something to see."""
        assert isinstance(conversation, Person)
        now = time.time()
        if not self.troubles.touched({"daemon", *BLINDING}, now - AFTER, now):
            _raise(checks.at_rest(conversation, conversation.excuse))

    async def settled(self, life: int) -> None:
        """What was asked for may be under way still."""
        await trio.sleep(AFTER)
        await self.daemon.until_up()

    async def live(self, rounds: int, until: float) -> None:
        """So many storms, each with a calm after it, as long as it is not too late for one by the
        monotonic clock; then an orderly end.
        """
        try:
            async with trio.open_nursery() as nursery:
                for line in self._lines.values():
                    nursery.start_soon(line.run)
                nursery.start_soon(self._model.keep)
                nursery.start_soon(self.daemon.keep)
                await self._model.until_up()
                for it in self._people:  # one after the other: the first clones
                    await it.asking.open(self._url)
                async with trio.open_nursery() as living:
                    for it in self._people:
                        living.start_soon(it.hearing.listen)
                        living.start_soon(it.run)
                    await self._warm_up()
                    await self._look_around(0)
                    for number in range(1, rounds + 1):
                        self.gate.open()
                        await self._storm.rage(STORM)
                        self.gate.close()
                        await self._look_around(number)
                        if time.monotonic() > until:
                            break
                    living.cancel_scope.cancel()
                began = trio.current_time()
                await self.daemon.end()
                self._told(f"ended in {trio.current_time() - began:.0f} s")
                await self._model.end()
                nursery.cancel_scope.cancel()
        finally:
            self._tally.lives += self.daemon.lives
            for it in tree.of(self._folder, tree.look().values()):
                if it.pid != os.getpid():
                    with suppress(ProcessLookupError):
                        os.kill(it.pid, signal.SIGKILL)
        self._look_after_the_end()

    async def _warm_up(self) -> None:
        """Everybody has some turns: what is imported when it is used first is no growth."""
        self.gate.open()
        await trio.sleep(0.1)
        self.gate.close()

    # The looks.

    def _look_while_dead(self) -> None:
        wrong: list[str] = []
        for it in self._people:
            wrong += checks.acknowledged(it, it.journal())
        _raise(wrong)
        if self._rng.random() < CHANCE_LOST:
            shutil.rmtree(self._folder / "cache", ignore_errors=True)

    async def _look_around(self, number: int) -> None:
        began = trio.current_time()
        with trio.move_on_after(self.patience) as patience:
            await self.gate.until_resting(len(self._people))
        if patience.cancelled_caught:
            busy = [it.thread for it in self._people if not it.is_at_rest]
            raise Defect(f"{busy} do not come to rest within {self.patience:g} s")
        rested, began = trio.current_time() - began, trio.current_time()
        others = frozenset({os.getpid(), self._model.pid})
        await calm.settled(self.daemon, self._control, others, REST)
        quiet = trio.current_time() - began
        _raise(await intact(self.home / "project" / ".git"))
        log = self.daemon.log.read_bytes()
        _raise([*outcries(log[self._logged :])])
        self._logged = log.rfind(b"\n") + 1
        for it in self._people:
            _raise([*checks.at_rest(it, it.excuse), *filter(None, [it.unpushed()])])
        back: list[float] = []
        async with trio.open_nursery() as nursery:
            for it in self._people:
                nursery.start_soon(self._see_preview, it, back)
        services = await calm.settled(self.daemon, self._control, others, REST)
        servers = sum(it["name"].startswith("astro@") and bool(it["pid"]) for it in services)
        level = await self._levels.compare(self.daemon, servers, STEADY)
        turns = sum(len(it.turns) for it in self._people)
        self._told(
            f"calm {number}: {turns} turns, {self.daemon.lives} lives,"
            f" {self._tally.kills.total()} faults; at rest in {rested:.0f} s,"
            f" settled in {quiet:.0f} s, previews back in {max(back):.0f} s at most; {level}"
        )

    async def _see_preview(self, it: Person, back: list[float]) -> None:
        back.append(await previewed.recovers(it, self._door, previewed.bound()))

    def _look_after_the_end(self) -> None:
        wrong: list[str] = []
        for it in self._people:
            wrong += checks.at_rest(it, it.excuse, stopped=True)
            if it.journal().torn:
                wrong.append(f"the journal of {it.thread} has a torn line")
            for told in it.journal().turns.values():
                self._tally.ends[told.state] += 1
        _raise(wrong)

    def _asking(self, thread: str, backend: str) -> Patient:
        it = Patient(self.daemon, self.port, thread, self.noticed, backend)
        it.troubles = self.troubles
        return it


def _raise(wrong: list[str]) -> None:
    if wrong:
        raise Defect("\n".join(wrong))
