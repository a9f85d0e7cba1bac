"""Every fault there is: see `Storm`. Each says whether there was anybody to be struck."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random

import trio

from supervisor.socket.client import Client, Missing, Rejected, Unreachable
from tests.chaos.turns.http import HOST
from tests.chaos.turns.kept import Kept
from tests.chaos.whole import tree
from tests.chaos.whole.forwarder import Forwarder
from tests.chaos.whole.reloading import Reloading
from tests.chaos.whole.troubles import Troubles
from tests.chaos.whole.volume import Volume

BAG = (
    *["daemon", "daemon stopped", "model", "model stopped", "install", "child"],
    *["astro"] * 3,
    *["astro stopped"] * 2,
    *["cli"] * 2,
    *["model's line", "remote's line"] * 2,
    *["volume full", "volume gone", "volume read-only", "descriptors", "connections"],
    *["reload", "bad reload"],
    *["restart"] * 4,
)
SERVICES = (
    *("agent", "api", "doctor", "figures", "hmr", "idle", "previews", "prober", "webhooks"),
    "workspaces",
)
MANNERS = ("delay", "stall", "refuse")
SHORT = (0.5, 5.0)  # seconds for what keeps everybody from work
LONG = (1.0, 10.0)
PATIENCE, GLANCE = 20.0, 0.5  # seconds to wait for what is rare
SPARE = 6  # descriptors that are left at most
CROWD = 200  # connections that nobody uses


class Faults:
    """What can be done to one daemon and what it works with."""

    def __init__(
        self,
        daemon: Kept,
        model: Kept,
        volume: Volume,
        lines: Mapping[str, Forwarder],
        control: Client,
        reloading: Reloading,
        ports: tuple[int, int, int],
        folder: Path,
        troubles: Troubles,
    ) -> None:
        self._daemon = daemon
        self._model = model
        self._volume = volume
        self._lines = lines
        self._control = control
        self._reloading = reloading
        self._ports = ports
        self._folder = folder
        self._troubles = troubles
        # A daemon that starts needs its volume and its configuration.
        self._on_volume, self._on_configuration = trio.Lock(), trio.Lock()

    def all(self) -> dict[str, Callable[[Random], Awaitable[bool]]]:
        """By their names."""
        return {
            "daemon": self._kill_daemon,
            "daemon stopped": self._stop_daemon,
            "model": self._kill_model,
            "model stopped": self._stop_model,
            "astro": lambda rng: self._kill("astro", rng),
            "install": self._kill_install,
            "cli": lambda rng: self._kill("cli", rng),
            "child": lambda rng: self._kill(None, rng),
            "astro stopped": self._stop_astro,
            "model's line": lambda rng: self._line("model's line", rng),
            "remote's line": lambda rng: self._line("remote's line", rng),
            "volume full": self._fill,
            "volume gone": lambda rng: self._cover("volume gone", self._volume.hide, rng),
            "volume read-only": lambda rng: self._cover(
                "volume read-only", self._volume.freeze, rng
            ),
            "descriptors": self._exhaust,
            "connections": self._crowd,
            "reload": self._reload,
            "bad reload": self._reload_badly,
            "restart": self._restart,
        }

    # Processes.

    async def _kill_daemon(self, rng: Random) -> bool:
        async with self._on_volume, self._on_configuration:
            await self._daemon.until_up()
            life = self._daemon.lives
            self._daemon.kill()
            await self._daemon.until_up(life + 1)
        return True

    async def _stop_daemon(self, rng: Random) -> bool:
        """As by the lid of a laptop: what waits for the daemon goes on, and its deadlines pass."""
        async with self._on_configuration:
            await self._daemon.until_up()
            with self._troubles.during("daemon stopped"):
                await _stopped(self._daemon.pid, rng.uniform(*LONG))
        return True

    async def _kill_model(self, rng: Random) -> bool:
        self._model.kill()
        return True

    async def _stop_model(self, rng: Random) -> bool:
        with self._troubles.during("model"):
            await _stopped(self._model.pid, rng.uniform(*LONG))
        return True

    async def _kill(self, kind: str | None, rng: Random) -> bool:
        there = self._of_kind(kind)
        if not there:
            return False
        it = rng.choice(there)
        down = self._troubles.begin(it.kind)
        with suppress(ProcessLookupError):
            os.kill(it.pid, signal.SIGKILL)
        down.until = time.time()
        return True

    async def _kill_install(self, rng: Random) -> bool:
        """Installs are rare, and short: wait for one."""
        with trio.move_on_after(PATIENCE):
            while True:
                if self._of_kind("install"):
                    await trio.sleep(rng.uniform(0, 1))
                    return await self._kill("install", rng)
                await trio.sleep(GLANCE)
        return False

    async def _stop_astro(self, rng: Random) -> bool:
        there = self._of_kind("astro")
        if not there:
            return False
        await _stopped(rng.choice(there).pid, rng.uniform(*LONG))
        return True

    def _of_kind(self, kind: str | None) -> list[tree.Process]:
        processes = tree.below(self._daemon.pid, tree.look().values())
        return [it for it in processes if kind is None or it.kind == kind]

    # Lines.

    async def _line(self, name: str, rng: Random) -> bool:
        line = self._lines[name]
        if line.manner != "pass":
            return False
        with self._troubles.during(name):
            line.be(rng.choice(MANNERS))
            try:
                await trio.sleep(rng.uniform(*LONG))
            finally:
                line.be("pass")
        return True

    # The volume.

    async def _fill(self, rng: Random) -> bool:
        async with self._on_volume:
            with self._troubles.during("volume full"):
                try:
                    await trio.to_thread.run_sync(self._volume.fill)
                    await trio.sleep(rng.uniform(*SHORT))
                finally:
                    self._volume.free()
        return True

    async def _cover(self, name: str, cover: Callable[[], None], rng: Random) -> bool:
        async with self._on_volume:
            with self._troubles.during(name):
                cover()
                try:
                    await trio.sleep(rng.uniform(*SHORT))
                finally:
                    self._volume.show()
        return True

    # Descriptors.

    async def _exhaust(self, rng: Random) -> bool:
        async with self._on_volume:
            pid = self._daemon.pid
            soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            used = len(os.listdir(f"/proc/{pid}/fd"))
            with self._troubles.during("descriptors"):
                least = used + rng.randint(0, SPARE)
                resource.prlimit(pid, resource.RLIMIT_NOFILE, (least, hard))
                try:
                    await trio.sleep(rng.uniform(*SHORT))
                finally:
                    with suppress(ProcessLookupError):  # it ended: who keeps it tells more
                        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
        return True

    async def _crowd(self, rng: Random) -> bool:
        """Come, begin to ask for something, and say no more."""
        async with trio.open_nursery() as nursery:
            for _ in range(CROWD):
                nursery.start_soon(self._loiter, rng.choice(self._ports))
            await trio.sleep(rng.uniform(*SHORT))
            nursery.cancel_scope.cancel()
        return True

    async def _loiter(self, port: int) -> None:
        with suppress(OSError, trio.BrokenResourceError):
            async with await trio.open_tcp_stream(HOST, port) as stream:
                await stream.send_all(b"GET / HTTP/1.1\r\n")
                await trio.sleep_forever()

    # The control socket.

    async def _reload(self, rng: Random) -> bool:
        async with self._on_configuration:
            await self._reloading.well(rng, self._daemon.pid)
        return True

    async def _reload_badly(self, rng: Random) -> bool:
        async with self._on_configuration:
            await self._reloading.badly(rng)
        return True

    async def _restart(self, rng: Random) -> bool:
        name = rng.choice(SERVICES)
        with (
            self._troubles.during(f"restart {name}"),
            suppress(Unreachable, Missing, Rejected),  # it dies, or is in the midst of something
        ):
            # To its end, also when the storm is over: it is a trouble until then.
            await trio.to_thread.run_sync(self._control.command, "restart", name)
        return True


async def _stopped(pid: int, seconds: float) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    try:
        await trio.sleep(seconds)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
