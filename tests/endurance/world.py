"""A daemon with a service for each thing that goes wrong, and clients of every sort around it."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from supervisor.socket.client import Client, Unreachable
from tests.benchmarks import procfs

HERE = Path(__file__).parent
PYTHON = (sys.executable, "-I", "-S")
NURSERYCTL = (sys.executable, "-c", "from supervisor.cli.nurseryctl import main; main()")
PATIENCE = 60.0  # seconds for an answer, and for the end of a process
SERVICES = ("looper", "flood", "diary")
FOLLOWERS = {"logs": ("logs", "--follow"), "events": ("events",)}
DEAF = ("/v1/logs?follow=1", "/v1/events")
MAX_BYTES, BACKUPS = 4 * 1024 * 1024, 2
CONFIGURATION = """
[supervisor]
socket = "{folder}/socket"
log = "json"

# It dies at once, and its budget is never used up.
[service.looper]
kind = "process"
command = ["false"]
autostart = false
backoff = {{ first = 0.001, limit = 0.001, jitter = 0 }}
budget = {{ restarts = 10000, period = 20 }}

# It writes as fast as it can, to the log and to a file that is put aside again and again.
[service.flood]
kind = "process"
command = {flood}
autostart = false
log = {{ file = "{folder}/flood.log", max_bytes = {max_bytes}, backups = {backups} }}

# Its file is on the disk that is full at times.
[service.diary]
kind = "process"
command = {diary}
autostart = false
log = {{ file = "{folder}/disk/diary.log", max_bytes = 0, daemon = false }}
"""


@dataclass(frozen=True, slots=True)
class Lost:
    """Lines that were dropped: the flood's on the way to the log, the diary's to its file."""

    flood: int
    diary: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What came to somebody who reads a log: see `tally.py`."""

    lines: dict[str, int]
    untold: dict[str, int]
    lost: dict[str, int]
    events: dict[str, int]
    restarts: dict[str, int]


class World:
    """`folder` has a folder `disk`, which is a small file system of its own."""

    def __init__(self, folder: Path, leaving: ExitStack) -> None:
        """Start it all; whatever becomes of it, nothing is left when `leaving` is closed."""
        self._folder = folder
        self._leaving = leaving
        chatter = (*PYTHON, str(HERE / "chatter.py"))
        toml = CONFIGURATION.format(
            folder=folder,
            flood=json.dumps([*chatter, str(folder / "flood.count"), "1000", "0"]),
            diary=json.dumps([*chatter, str(folder / "diary.count"), "1", "0.005"]),
            max_bytes=MAX_BYTES,
            backups=BACKUPS,
        )
        (folder / "nurseryd.toml").write_text(toml)
        self.client = Client(str(folder / "socket"), PATIENCE)
        daemon = (sys.executable, "-m", "supervisor", "-c", str(folder / "nurseryd.toml"))
        self._daemon, self._reader = self._tallied("log", daemon)
        self._until_up()
        self._tallies = {"log": self._reader}
        for name, command in FOLLOWERS.items():
            ctl = (*NURSERYCTL, "--socket", self.client.path, *command, "--json")
            self._tallies[name] = self._tallied(name, ctl)[1]
        for path in DEAF:
            self._never_read(path)

    @property
    def pid(self) -> int:
        """The daemon's."""
        return self._daemon.pid

    # What happens in it.

    def start(self) -> None:
        for name in SERVICES:
            self.client.command("start", name)

    def stop(self) -> None:
        for name in SERVICES:
            self.client.command("stop", name)

    def die(self) -> None:
        """From now on nobody reads the log, and the disk is full."""
        self._reader.send_signal(signal.SIGSTOP)
        # Piece by piece, since the service writes to it meanwhile.
        with (self._disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(resource.getpagesize()))

    def revive(self) -> None:
        (self._disk / "filler").unlink()
        self._reader.send_signal(signal.SIGCONT)

    def end(self) -> int:
        """The daemon's exit code."""
        self._daemon.terminate()
        return self._daemon.wait(PATIENCE)

    # What there is to see of it.

    def lost(self) -> Lost:
        """As the metrics tell."""
        pattern = r'^nurseryd_log_lost_total\{source="(.*)"\} (\S+)'
        found = dict(re.findall(pattern, self.client.metrics(), re.MULTILINE))
        return Lost(*(int(float(found.get(name, 0))) for name in ("flood", str(self.diary))))

    @property
    def diary(self) -> Path:
        return self._disk / "diary.log"

    def in_diary(self) -> int:
        """How many lines are whole in it."""
        return sum(
            line.isdigit() and len(line) == 63 for line in self.diary.open("rb").read().split()
        )

    def flooded(self) -> int:
        """Bytes of all the flood's files."""
        found = 0
        for file in self._folder.glob("flood.log*"):
            with suppress(FileNotFoundError):  # just put aside
                found += file.stat().st_size
        return found

    def written(self, service: str) -> int:
        """How many lines its lives say that they wrote, after their end."""
        return sum(map(int, (self._folder / f"{service}.count").read_text().split()))

    def came(self, name: str) -> Tally:
        """What came to the log or to a follower, after the end."""
        self._tallies[name].wait(PATIENCE)
        return Tally(**json.loads((self._folder / f"{name}.tally").read_text()))

    # How it is made.

    @property
    def _disk(self) -> Path:
        return self._folder / "disk"

    def _until_up(self) -> None:
        for _ in range(1000):
            with suppress(Unreachable):
                self.client.services()
                return
            time.sleep(0.01)
        raise TimeoutError("the daemon does not answer")

    def _never_read(self, path: str) -> None:
        """A client that asks for this, and looks at nothing of it."""
        it = self._leaving.enter_context(socket.socket(socket.AF_UNIX))
        it.connect(self.client.path)
        it.sendall(f"GET {path} HTTP/1.1\r\nHost: nurseryd\r\n\r\n".encode())

    def _tallied(
        self, name: str, command: tuple[str, ...]
    ) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
        """A command, and who tallies what it prints."""
        source = self._run(command, stdout=subprocess.PIPE)
        assert source.stdout is not None
        tally = (*PYTHON, str(HERE / "tally.py"), str(self._folder / f"{name}.tally"))
        with source.stdout as pipe:
            return source, self._run(tally, stdin=pipe)

    def _run(
        self,
        command: tuple[str, ...],
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        stdout: int | None = None,
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, stdin=stdin, stdout=stdout)
        self._leaving.callback(_kill, process)
        return process


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill it with its children, unless it has ended."""
    process.send_signal(signal.SIGSTOP)  # it starts no more
    children = procfs.children(process.pid)
    process.kill()
    process.wait()
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
