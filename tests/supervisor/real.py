"""A daemon as a process of its own, and what there is to see of it from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import trio

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
TOKEN = "NURSERYD_TEST"


async def until(condition: Callable[[], object]) -> object:
    """Poll for what nobody announces: the state of a process, a file."""
    with trio.fail_after(PATIENCE):
        while not (found := condition()):  # noqa: ASYNC110  (there is no event)
            await trio.sleep(0.002)
        return found


def carrying(variable: str) -> set[int]:
    """The processes with this `NAME=value` in their environment."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if variable.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found.add(int(entry.name))
            except OSError:
                continue
    return found


def state_of(pid: int) -> str:
    """A process's letter in its stat, or nothing where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def alive(pid: int) -> bool:
    return state_of(pid) not in ("", "Z", "X")


def children(pid: int) -> list[int]:
    try:
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


class Daemon:
    """A running `python -m supervisor`. `events` are the lines of its JSON log so far."""

    def __init__(self, process: trio.Process, socket: str, token: str) -> None:
        self.process = process
        self.socket = socket
        self.events: list[dict[str, object]] = []
        self.other = ""
        self._token = token
        self._more = trio.Event()

    async def read(self, source: trio.abc.ReceiveStream) -> None:
        rest = b""
        async for chunk in source:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                try:
                    self.events.append(json.loads(line))
                except ValueError:
                    self.other += line.decode() + "\n"
            self._wake()
        self._wake()

    def _wake(self) -> None:
        self._more.set()
        self._more = trio.Event()

    async def seen(self, **facts: object) -> dict[str, object]:
        """The first event with all these facts, once there is one."""
        try:
            with trio.fail_after(PATIENCE):
                while True:
                    for event in self.events:
                        if facts.items() <= event.items():
                            return event
                    await self._more.wait()
        except trio.TooSlowError:
            raise AssertionError(f"no {facts} in {self.events} {self.other}") from None

    async def told(self, text: str) -> None:
        """Wait for a text that is no event."""
        try:
            with trio.fail_after(PATIENCE):
                while text not in self.other:
                    await self._more.wait()
        except trio.TooSlowError:
            raise AssertionError(f"no {text!r} in {self.other}") from None

    async def exit_code(self) -> int:
        with trio.fail_after(PATIENCE):
            return await self.process.wait()

    def left(self) -> set[int]:
        """Whatever is left of it and of all that it started, however they ran away."""
        return carrying(f"{TOKEN}={self._token}")


@asynccontextmanager
async def daemon(
    directory: Path,
    toml: str,
    *,
    around: tuple[str, ...] = (),
    code: str | None = None,
    stdout: int = subprocess.PIPE,
):
    """Start one with this configuration; whatever happens nothing of it outlives the test.

    `around` is a command to run it in, `code` Python to run in place of `-m supervisor`.
    """
    file, socket, token = directory / "nurseryd.toml", str(directory / "s"), uuid.uuid4().hex
    file.write_text(f'[supervisor]\nsocket = "{socket}"\n{toml}')
    run = ["-c", code] if code else ["-m", "supervisor", "-c", str(file)]
    process = await trio.lowlevel.open_process(
        [*around, sys.executable, *run],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": f"{directory}:{ROOT}", TOKEN: token},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )
    it = Daemon(process, socket, token)
    async with trio.open_nursery() as nursery:
        for source in (process.stdout, process.stderr):
            if source is not None:
                nursery.start_soon(it.read, source)
        try:
            yield it
        finally:
            with trio.CancelScope(shield=True):
                if process.returncode is None:
                    process.kill()
                await process.wait()
                while left := it.left():
                    for pid in left:
                        with suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                    await trio.sleep(0.01)
            nursery.cancel_scope.cancel()
