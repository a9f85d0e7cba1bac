"""Configurations that are reloaded: good ones count at once, and bad ones never do."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import trio

from supervisor.socket.client import Client, Rejected, Unreachable
from tests.chaos.client import Defect

PATIENCE = 60.0  # seconds until a reload by signal shows
GLANCE = 0.1
GOOD = """
[service.hmr]
stop_timeout = {stop}

[service.hmr.options]
hold = {hold}

[service.idle.options]
minutes = {minutes}
"""
BAD = (
    "[service.hmr\n",
    '[service.hmr]\nstop_timeout = "soon"\n',
    "[service.hmr]\nstop_timout = 3.0\n",
    '[service.api]\nafter = ["nobody"]\n',
    '[service.agent.options]\nbackend = "oracle"\n',
    '[service.more]\nkind = "process"\ncommand = "not a list"\n',
)


class Reloading:
    """`file` is a drop-in of the daemon's configuration; a good one may be refused where `excused`
    says so of the time since it was written. What is wrong raises `Defect`.
    """

    def __init__(self, file: Path, control: Client, excused: Callable[[float], bool]) -> None:
        self._file = file
        self._control = control
        self._excused = excused

    async def well(self, rng: Random, pid: int) -> None:
        """By the control socket or by a signal; a daemon that is on its way out takes neither."""
        began = time.time()
        stop, by_signal = round(rng.uniform(2.0, 3.0), 3), rng.random() < 0.5
        hold, minutes = rng.choice((15.0, 20.0)), rng.choice((0, 600))
        self._file.write_text(GOOD.format(stop=stop, hold=hold, minutes=minutes))
        said = "nothing"
        with trio.move_on_after(PATIENCE):
            try:
                if by_signal:
                    os.kill(pid, signal.SIGHUP)
                else:
                    await self._ask(self._control.reload)
                while True:
                    if await self._in_force() in (stop, None):
                        return
                    await trio.sleep(GLANCE)
            except (Unreachable, ProcessLookupError):
                return
            except Rejected as error:
                said = str(error)
        if not self._excused(began):
            raise Defect(f"a reload with {stop} is not in force: {said}")

    async def badly(self, rng: Random) -> None:
        before = self._file.read_text() if self._file.exists() else ""
        specs = await self._specs()
        self._file.write_text(before + rng.choice(BAD))
        is_refused = is_gone = False
        changed: object = None
        try:
            changed = await self._ask(self._control.reload)
        except Rejected:
            is_refused = True
        except Unreachable:
            is_gone = True
        finally:
            self._file.write_text(before)
        if not is_refused and not is_gone:
            raise Defect(f"a bad configuration was taken: {changed}")
        if is_refused and specs and (after := await self._specs()) not in (specs, {}):
            raise Defect(f"a refused reload changed {specs} to {after}")

    async def _in_force(self) -> float | None:
        specs = await self._specs()
        return specs["hmr"]["stop_timeout"] if specs else None

    async def _specs(self) -> dict[str, Any]:
        """What is in force; nothing where nobody answers."""
        try:
            return {name: await self._ask(self._control.spec, name) for name in ("hmr", "agent")}
        except Unreachable:
            return {}

    async def _ask(self, what: Any, *words: str) -> Any:
        return await trio.to_thread.run_sync(what, *words, abandon_on_cancel=True)
