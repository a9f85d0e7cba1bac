"""Who is killed when: the daemon, a CLI or the model, at any moment or right after something."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import trio

from tests.chaos.turns.checks import Harm
from tests.chaos.turns.kept import Kept
from tests.chaos.turns.processes import clis
from tests.chaos.turns.tally import Tally

BAG = (*["daemon"] * 4, *["cli"] * 4, *["model"] * 3, "stop")
ASKED = ("turns", "turns", "cancel", "keep", "keep", "drop", "drop", "undo", "undo", "redo", "redo")
EVENTS = (
    *("turn.queued", "turn.started", "text.delta", "tool.started", "tool.finished"),
    *("file.changed", "file.changed", "usage", "commit"),
    *("turn.finished", "turn.settling", "turn.settled", "turn.undoing", "turn.undone"),
)
PROGRESS = ("committed", "cancelled", "failed")
FIRST = ("daemon", "file.changed")
PATIENCE = 5.0  # seconds to wait for what is aimed at
ANY = 1.5  # seconds within which a kill without an aim comes
AFTER = 0.06  # after what was aimed at, where nobody knows how long that takes
CHANCE_ASKED = 0.45  # that it is while somebody asks for something
CHANCE_EVENT = 0.3  # that it is right after an event
CHANCE_EARLY = 0.2  # that a start is killed too
START = 2.5  # seconds that a start may take


class Killer:
    """`noticed` has to be told of everything that happens."""

    def __init__(
        self, rng: Random, folder: Path, daemon: Kept, model: Kept, harm: Harm, tally: Tally
    ) -> None:
        self._rng = rng
        self._folder = folder
        self._daemon = daemon
        self._model = model
        self._harm = harm
        self._tally = tally
        self._bag: list[str] = []
        self._aim = ""
        self._since: dict[str, float] = {}
        self._typical: dict[str, float] = {}
        self._seen = trio.Event()
        self._progress = trio.Event()

    def noticed(self, kind: str) -> None:
        if kind == self._aim:
            self._seen.set()
        if kind in PROGRESS:
            self._progress.set()
        what, _, of = kind.partition(" ")
        if what == "asked":
            self._since[of] = trio.current_time()
        elif what == "answered" and of in self._since:
            took = trio.current_time() - self._since.pop(of)
            self._typical[of] = 0.8 * self._typical.get(of, took) + 0.2 * took

    async def run(self) -> None:
        """Strike again and again, the daemon each time when a turn has come to its end; until
        cancelled.
        """
        await self._in_sight(FIRST[1])
        await self._strike(FIRST[0])
        while True:
            await self._daemon.until_up()
            if not self._bag:
                self._bag = self._rng.sample(BAG, len(BAG))
            whom = self._bag.pop()
            if whom in ("daemon", "stop"):  # else nothing would ever come to its end
                self._progress = trio.Event()
                await self._progress.wait()
            await self._take_aim()
            await self._strike(whom)

    async def _take_aim(self) -> None:
        chance = self._rng.random()
        if chance < CHANCE_ASKED:
            what = self._rng.choice(ASKED)
            with trio.move_on_after(PATIENCE):
                await self._in_sight(f"asked {what}")
            await trio.sleep(self._rng.uniform(0, self._typical.get(what, AFTER)))
        elif chance < CHANCE_ASKED + CHANCE_EVENT:
            with trio.move_on_after(PATIENCE):
                await self._in_sight(self._rng.choice(EVENTS))
            await trio.sleep(self._rng.uniform(0, AFTER))
        else:
            await trio.sleep(self._rng.uniform(0, ANY))

    async def _in_sight(self, aim: str) -> None:
        self._aim, self._seen = aim, trio.Event()
        await self._seen.wait()

    async def _strike(self, whom: str) -> None:
        match whom:
            case "daemon":
                self._daemon.kill()
                self._tally.kills[whom] += 1
                while self._rng.random() < CHANCE_EARLY:
                    await trio.sleep(self._rng.uniform(0, START))
                    self._daemon.kill()
                    self._tally.kills["daemon, perhaps in its start"] += 1
            case "stop":
                self._daemon.stop()
                self._tally.kills["daemon, asked to stop"] += 1
            case "model":
                self._model.kill()
                self._tally.kills["stand-in"] += 1
            case _:
                self._kill_cli()

    def _kill_cli(self) -> None:
        there = [it for it in clis(self._folder) if it.parent == self._daemon.pid]
        if not there:
            self._tally.kills["no CLI was there"] += 1
            return
        cli = self._rng.choice(sorted(there, key=lambda it: it.place))
        self._harm.clis.append((cli.place, time.time()))
        with suppress(ProcessLookupError):
            os.kill(cli.pid, signal.SIGKILL)
        self._tally.kills["CLI"] += 1
