"""A program that is killed now and then, and started again at once."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import trio

from tests.chaos.client import Defect

PATIENCE = 60.0  # seconds for a start, and for an orderly end
GLANCE = 0.05  # seconds between two looks whether it is there yet


@dataclass(slots=True)
class Down:
    """From its end being wanted to it being there again, by the wall clock."""

    since: float
    until: float = float("inf")

    def touches(self, since: float, until: float) -> bool:
        return self.since <= until and since <= self.until


class Kept:
    """`answers` says whether it is there; `between` is called while it is dead, and `begun` once
    it is there again. What it writes is in `log`.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        answers: Callable[[], Awaitable[bool]],
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.between: Callable[[], None] = lambda: None
        self.begun: Callable[[], Awaitable[None]] = trio.lowlevel.checkpoint
        self.downs: list[Down] = []
        self.lives = 0
        self._command = command
        self._environment = environment
        self._folder = folder
        self._answers = answers
        self._process: subprocess.Popen[bytes] | None = None
        self._up = trio.Event()
        self._was_up = False  # in any life
        self._gone = trio.Event()
        self._is_doomed = False  # this life of it is to end
        self._is_over = False
        self._over = trio.Event()

    @property
    def pid(self) -> int:
        return 0 if self._process is None else self._process.pid

    async def keep(self) -> None:
        """Start it again and again, until `end`; cancelled, it is killed."""
        while not self._is_over:
            await self._live()
            self.between()
        self._over.set()

    async def until_up(self, life: int = 1) -> None:
        """Wait until it answers, in that life or a later one."""
        while True:
            up, gone = self._up, self._gone  # before anything can happen
            await up.wait()
            if self.lives >= life and up is self._up:
                return
            await gone.wait()

    def kill(self) -> None:
        """Without a warning: SIGKILL."""
        self._go_down(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        self._go_down(signal.SIGTERM)

    async def end(self) -> None:
        """Ask it to end, for good; raises `Defect` where it does not do so in order."""
        self._is_over = True
        self.stop()
        with trio.move_on_after(PATIENCE) as patience:
            await self._over.wait()
        if patience.cancelled_caught:
            raise Defect(f"the {self.name} does not end within {PATIENCE:g} s")

    def _go_down(self, signum: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        if not self._is_down:
            self.downs.append(Down(time.time()))
        self._is_doomed = True
        self._process.send_signal(signum)

    async def _live(self) -> None:
        self._process = process = self._started()
        self._is_doomed = False
        self.lives += 1
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._announce)
                await _ended(process)
                if self._up.is_set():  # else those who wait go on waiting
                    self._up = trio.Event()
                self._gone.set()
                self._gone = trio.Event()
                nursery.cancel_scope.cancel()
        finally:
            process.kill()
            process.wait()
        if not self._was_up and not self._is_doomed:
            raise RuntimeError(f"the {self.name} cannot be started, which says nothing: {self.log}")
        if not self._is_doomed:
            raise Defect(f"the {self.name} ended by itself with {process.returncode}: {self.log}")
        if process.returncode not in (0, -signal.SIGKILL, -signal.SIGTERM):
            raise Defect(f"the {self.name} ended with {process.returncode}: {self.log}")

    @property
    def _is_down(self) -> bool:
        return bool(self.downs) and self.downs[-1].until == float("inf")

    def _started(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def _announce(self) -> None:
        with trio.move_on_after(PATIENCE) as patience:
            await self._until_there()
        if patience.cancelled_caught:
            raise Defect(f"the {self.name} does not answer within {PATIENCE:g} s: {self.log}")
        if self._is_doomed:  # it was killed while it said that it is there
            return
        if self._is_down:
            self.downs[-1].until = time.time()
        self._was_up = True
        await self.begun()
        self._up.set()

    async def _until_there(self) -> None:
        while True:
            if await self._answers():
                return
            await trio.sleep(GLANCE)


async def _ended(process: subprocess.Popen[bytes]) -> None:
    """Wait for it in the loop, without a worker thread."""
    descriptor = os.pidfd_open(process.pid)
    try:
        await trio.lowlevel.wait_readable(descriptor)
    finally:
        os.close(descriptor)
    process.wait()
