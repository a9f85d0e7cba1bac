"""A supervisor with its control socket inside the test's own loop, without a daemon."""

from __future__ import annotations

import os
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import trio
import trio.testing

from supervisor.channels import Channels
from supervisor.config import ConfigError, load
from supervisor.control import BadConfiguration, Control
from supervisor.daemon import state_of
from supervisor.desk import Desk
from supervisor.events import Events
from supervisor.metrics import Metrics
from supervisor.model import State
from supervisor.output import Output
from supervisor.plan import Plan, plan
from supervisor.socket.endpoint import Endpoint, open_socket
from supervisor.socket.served import Served
from supervisor.socket.server import serve
from supervisor.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Inside:
    """A running supervisor: the path of its socket, and what that serves."""

    path: str
    supervisor: Supervisor
    served: Served

    async def until(self, name: str, state: State) -> None:
        """Wait until a service is in this state."""
        events = self.served.events
        with events.watch() as (_, changes):
            while (status := events.get(name)) is None or status.state is not state:
                await changes.receive()


@asynccontextmanager
async def supervised(directory: Path, toml: str):
    """The path of the control socket of a running supervisor."""
    async with inside(directory, toml) as it:
        yield it.path


@asynccontextmanager
async def inside(directory: Path, toml: str):
    """A running supervisor with its control socket; the file can be written anew and reloaded."""
    file, path = directory / "nurseryd.toml", str(directory / "s")
    file.write_text(toml)

    async def read() -> Plan:
        try:
            return plan(load(file, {}))
        except ConfigError as error:
            raise BadConfiguration(error.problems) from None

    events, output = Events(), Output(lambda line: None)
    it = Supervisor(await read(), Channels(), events, output, read)
    control = it.control()
    served = Served(
        control,
        events,
        output,
        Metrics(events, control),
        state=partial(state_of, it),
        run=it.tree.run_id,
        config=str(file),
    )
    endpoint = await open_socket(path)
    async with trio.open_nursery() as nursery:
        await nursery.start(partial(_both, it, endpoint, served))
        try:
            yield Inside(path, it, served)
        finally:
            nursery.cancel_scope.cancel()


async def _both(
    it: Supervisor,
    endpoint: Endpoint,
    served: Served,
    *,
    task_status: trio.TaskStatus[None],
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, endpoint, served)
        await it.run(task_status=task_status)


async def say(path: str, data: bytes, *, end: bool = False) -> bytes:
    """Send bytes to a Unix socket; all that comes back until it is closed."""
    async with await trio.open_unix_socket(path) as stream:
        try:
            await stream.send_all(data)
            if end:
                await stream.send_eof()
            return b"".join([chunk async for chunk in stream])
        except trio.BrokenResourceError:
            return b""


def request(method: str, path: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: nurseryd\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def say_as(uid: int, path: str, data: bytes) -> bytes:
    """The same as another user, for the code of a child: it never becomes root again."""

    os.setgroups([])
    os.setuid(uid)
    with socket.socket(socket.AF_UNIX) as it:
        it.connect(path)
        it.sendall(data)
        return b"".join(iter(lambda: it.recv(65536), b""))


def served_by(desk: Desk, events: Events | None = None, output: Output | None = None) -> Served:
    """What is served where somebody else answers at the supervisor's desk."""
    events, control = events or Events(), Control(desk)
    return Served(control, events, output or Output(lambda line: None), Metrics(events, control))


async def written(output: Output, data: bytes, service: str = "a", stream: str = "stdout") -> None:
    """As if a child had written this to one of its pipes, and closed it."""
    theirs, ours = os.pipe()
    os.set_blocking(theirs, False)
    try:
        async with trio.lowlevel.FdStream(ours) as pipe, trio.open_nursery() as nursery:
            nursery.start_soon(output.drain, theirs, service, 1, stream)
            await pipe.send_all(data)
            await pipe.aclose()
    finally:
        os.close(theirs)
