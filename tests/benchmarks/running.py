"""A supervisor at work, and nothing of it left afterwards."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from tests.benchmarks import procfs
from tests.benchmarks.job import Job, NotDone
from tests.benchmarks.journal import Journal
from tests.benchmarks.peers.peer import Peer
from tests.supervisor.real import carrying

MARK = "NURSERYD_BENCHMARK"
PR_SET_CHILD_SUBREAPER = 36
# What a service manager would hand on: nothing of who runs the benchmark changes a figure.
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/", "LANG": "C.UTF-8"}


def adopt_orphans() -> None:
    """Whatever loses its parent becomes ours, so that the tree below us is all there is."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Running:
    """A started supervisor. `started_at` is in ns, just before its exec."""

    _daemons: ClassVar[set[int]] = set()

    def __init__(self, peer: Peer, job: Job, journal: Journal, around: Sequence[str]) -> None:
        self.peer = peer
        self.journal = journal
        self.directory = job.directory
        self._programs = len(job.programs)
        self._child = job.programs[0].command[0]
        launch = peer.launch(job)
        self.captured = launch.captured
        self.stop_signal = launch.stop_signal
        self._mark = f"{MARK}={secrets.token_hex(8)}"
        with (job.directory / "stdout").open("wb") as out, self._errors.open("wb") as errors:
            self.started_at = time.monotonic_ns()
            self.process = subprocess.Popen(
                [*around, *launch.command],
                env={**ENVIRONMENT, **launch.environment, MARK: self._mark.partition("=")[2]},
                cwd=job.directory,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,
            )
        self._daemons.add(self.process.pid)

    @property
    def _errors(self) -> Path:
        return self.directory / "stderr"

    def until_up(self, within: float = 60.0) -> float:
        """Wait until every program has begun; ms from exec to the last of them."""
        if not self.journal.wait("begun", self._programs, within):
            begun = len(self.journal.first("begun"))
            said = self._errors.read_text(errors="replace").strip().splitlines()[-1:]
            raise NotDone(f"{begun} of {self._programs} programs began in {within:g} s {said}")
        last = max(entry.at for entry in self.journal.first("begun").values())
        return (last - self.started_at) / 1e6

    def everybody(self) -> list[int]:
        """Whatever is left of it and its programs."""
        return [pid for pid in carrying(self._mark) if procfs.program(pid)]

    def supervisors(self) -> list[int]:
        """The processes of the supervisor's own."""
        return [pid for pid in self.everybody() if procfs.program(pid) != self._child]

    def close(self) -> None:
        while left := self.everybody():
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)
        self.process.wait()
        self._daemons.discard(self.process.pid)
        _reap(self._daemons)


def _reap(waited_for: set[int]) -> None:
    """Reap the orphans that we adopted; what `Popen` started it waits for itself."""
    for pid in procfs.children(os.getpid()):
        if pid not in waited_for and procfs.is_zombie(pid):
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
