"""Configurations that are reloaded: good ones count at once, and bad ones never do."""

from __future__ import annotations

import os
import signal
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
    """`file` is a drop-in of the daemon's configuration. What is wrong raises `Defect`."""

    def __init__(self, file: Path, control: Client) -> None:
        self._file = file
        self._control = control
        self._stop = 2.0

    async def well(self, rng: Random, pid: int) -> None:
        """By the control socket or by a signal; a daemon that is on its way out takes neither."""
        self._stop = round(rng.uniform(2.0, 3.0), 3)
        hold, minutes = rng.choice((15.0, 20.0)), rng.choice((0, 600))
        self._file.write_text(GOOD.format(stop=self._stop, hold=hold, minutes=minutes))
        try:
            if rng.random() < 0.5:
                os.kill(pid, signal.SIGHUP)
            else:
                await self._ask(self._control.reload)
        except (Unreachable, ProcessLookupError):
            return
        with trio.move_on_after(PATIENCE):
            while True:
                if await self._in_force() in (self._stop, None):
                    return
                await trio.sleep(GLANCE)
        raise Defect(f"a reload with {self._stop} did nothing: {await self._in_force()}")

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
