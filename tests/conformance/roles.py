"""The two roles of the daemon, with one face: a plain process, and PID 1 of a namespace."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from typing import Any

import trio

from supervisor.socket.client import Client
from tests.supervisor.real import Daemon, alive, carrying, children, daemon, until

NAMESPACE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")


@dataclass(frozen=True)
class Role:
    """How a daemon is run. `around` is the command that it is run in."""

    name: str
    around: tuple[str, ...]

    def __str__(self) -> str:
        return self.name

    @asynccontextmanager
    async def daemon(
        self,
        directory: Path,
        toml: str,
        *,
        around: tuple[str, ...] = (),
        code: str | None = None,
    ):
        """A running daemon in this role; `around` is one more command that becomes it by exec."""
        command = (*self.around, *around)
        async with daemon(directory, toml, around=command, code=code) as it:
            yield Subject(self, it)


PLAIN = Role("process", ())
INIT = Role("init", NAMESPACE)


class Subject:
    """A daemon under test, seen from outside whatever its role. Pids are ours, not its own."""

    def __init__(self, role: Role, it: Daemon) -> None:
        self.role = role
        self.it = it
        self.seen = it.seen
        self.exit_code = it.exit_code

    async def front(self) -> int:
        """The process that an operator signals: PID 1, or the daemon itself."""
        if self.role is PLAIN:
            return self.it.process.pid
        return (await until(lambda: children(self.it.process.pid)))[0]

    async def inner(self) -> int:
        """The process that has the services for children."""
        front = await self.front()
        return front if self.role is PLAIN else (await until(lambda: children(front)))[0]

    async def signal(self, signum: int) -> None:
        os.kill(await self.front(), signum)

    async def stop(self, signum: int = SIGTERM) -> int:
        """Its exit code; after a clean end all that it logged has been read."""
        await self.signal(signum)
        code = await self.exit_code()
        if code == 0:
            await self.seen(event="stopped")
        return code

    async def services(self) -> dict[str, dict[str, Any]]:
        """What the control socket says, by service."""
        await self.seen(event="started")
        client = Client(self.it.socket)
        return {s["name"]: s for s in await trio.to_thread.run_sync(client.services)}

    async def service(self, name: str, test: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """A service's status, once it passes."""
        with trio.fail_after(20):
            while not test(status := (await self.services())[name]):  # noqa: ASYNC110  (a poll)
                await trio.sleep(0.01)
        return status

    async def command(self, verb: str, name: str) -> dict[str, Any]:
        return await trio.to_thread.run_sync(Client(self.it.socket).command, verb, name)

    def of(self, service: str) -> set[int]:
        """The living processes of a service, however they ran away."""
        return {pid for pid in carrying(f"NURSERYD_SERVICE={service}") if alive(pid)} & self.left()

    async def one(self, service: str) -> int:
        """Its only process, which is known by nothing while it is in the middle of an exec."""
        (pid,) = await until(lambda: self.of(service))
        return pid

    def left(self) -> set[int]:
        return self.it.left()

    def said(self, service: str) -> list[str]:
        """The lines that a service wrote, in order."""
        return [
            str(e["event"]) for e in self.it.events if e.get("service") == service and "stream" in e
        ]

    def states(self, service: str) -> list[str]:
        """The states that the log tells of, in order."""
        return [
            str(e["state"]) for e in self.it.events if e.get("service") == service and "state" in e
        ]


def service(name: str, command: list[str], **keys: object) -> str:
    """A service's table, with values as they are: no variable is looked for in them."""
    lines = [f"[service.{name}]", 'kind = "process"', f"command = {_toml(command)}"]
    return "\n".join([*lines, *(f"{key} = {_toml(value)}" for key, value in keys.items())]) + "\n"


def sh(name: str, script: str, **keys: object) -> str:
    return service(name, ["sh", "-c", script], **keys)


def python(name: str, code: str, **keys: object) -> str:
    return service(name, [sys.executable, "-I", "-S", "-c", code], **keys)


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value.replace("$", "$$"), ensure_ascii=False)
        case dict():
            return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            return repr(value)


SLEEPER = sh("sleeper", "echo up; exec sleep 1000")
