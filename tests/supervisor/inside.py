"""A supervisor with its control socket inside the test's own loop, without a daemon."""

from __future__ import annotations

import socket
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio

from supervisor.channels import Channels
from supervisor.config import load
from supervisor.events import Events
from supervisor.output import Output
from supervisor.plan import plan
from supervisor.socket.server import open_socket, serve
from supervisor.supervisor import Supervisor


@asynccontextmanager
async def supervised(directory: Path, toml: str):
    """The path of the control socket of a running supervisor."""
    file, path = directory / "nurseryd.toml", str(directory / "s")
    file.write_text(toml)
    planned = plan(load(file, {}))
    it = Supervisor(planned, Channels(), Events(), Output(lambda line: None))
    listener = await open_socket(path)
    async with trio.open_nursery() as nursery:
        await nursery.start(partial(_both, it, listener))
        try:
            yield path
        finally:
            nursery.cancel_scope.cancel()


async def _both(
    it: Supervisor, listener: trio.SocketListener, *, task_status: trio.TaskStatus[None]
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(serve, listener, it.control()))
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
    import os

    os.setgroups([])
    os.setuid(uid)
    with socket.socket(socket.AF_UNIX) as it:
        it.connect(path)
        it.sendall(data)
        return b"".join(iter(lambda: it.recv(65536), b""))
