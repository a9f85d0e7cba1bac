"""The real daemon as a process of its own, and what its log says of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import trio

from tests.chaos.wire import Wire
from tests.conftest import TOOL_MARKERS

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds for a start and for an orderly end
CONFIGURATION = """
[supervisor]
socket = "{folder}/socket"
log = "json"

[service.workspaces]
kind = "task"
run = "{run}"
answers = ["workspaces"]
publishes = ["transfers"]
watches = ["turns"]
restart = "never"
essential = true
options = {{ root = "{folder}/volume" }}

[service.bridge]
kind = "task"
run = "tests.chaos.bridge:serve"
requires = ["workspaces"]
asks = ["workspaces"]
publishes = ["turns"]
watches = ["transfers"]
restart = "never"
options = {{ socket = "{folder}/bridge" }}
"""
SERVE = "services.workspaces:serve"
RECOVERED = "workspace recovered"
LEFT = "left "  # as it is: one that could not be recovered
OF_NO_CONCERN = ("log events left out",)  # the log's own bound, at the start of a busy life


class Life:
    """One life of the daemon: it recovers, then it is ready, then it has ended.

    What is waited for has come, or the life has ended before it could.
    """

    def __init__(self, folder: Path, run: str) -> None:
        self._folder = folder
        (folder / "nurseryd.toml").write_text(CONFIGURATION.format(folder=folder, run=run))
        self.recovering = trio.Event()
        self.settled = trio.Event()
        self.ready = False
        self.ended = trio.Event()
        self.killed = False
        self.recovered: list[str] = []
        self.complaints: list[str] = []

    async def run(self, *, task_status: trio.TaskStatus[None]) -> None:
        """Start it and read its log until it ends; cancelled, it is killed."""
        environment = {
            name: value for name, value in os.environ.items() if not TOOL_MARKERS.match(name)
        }
        process = await trio.lowlevel.open_process(
            [sys.executable, "-m", "supervisor", "-c", str(self._folder / "nurseryd.toml")],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=environment,
        )
        self._process = process
        task_status.started()
        try:
            assert process.stdout is not None
            rest = b""
            async for piece in process.stdout:
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self._read(line)
            await process.wait()
        finally:
            self.kill()
            with trio.CancelScope(shield=True, deadline=trio.current_time() + PATIENCE):
                await _gone(process)
            for event in (self.recovering, self.settled, self.ended):
                event.set()

    def kill(self) -> None:
        """Without a warning: SIGKILL."""
        self.killed = True
        self._process.kill()

    async def end(self) -> int | None:
        """Ask it to stop; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        with trio.fail_after(PATIENCE):
            await self.ended.wait()
        return self._process.returncode

    async def connect(self) -> Wire:
        return Wire(await trio.open_unix_socket(str(self._folder / "bridge")))

    def _read(self, line: bytes) -> None:
        try:
            told: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError:
            self.complaints.append(line.decode(errors="replace"))
            return
        match (told.get("service"), told.get("state")):
            case ("workspaces", "STARTING"):
                self.recovering.set()
            case ("bridge", "RUNNING"):
                self.ready = True
                self.settled.set()
            case _:
                pass
        if told["event"] == RECOVERED:
            self.recovered += told["what"]
            self.complaints += [it for it in told["what"] if it.startswith(LEFT)]
        elif told["level"] not in ("debug", "info") and told["event"] not in OF_NO_CONCERN:
            self.complaints.append(line.decode())


async def _gone(process: trio.Process) -> None:
    await process.wait()
    if process.stdout is not None:
        await process.stdout.aclose()
