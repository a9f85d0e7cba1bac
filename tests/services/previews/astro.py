"""A real Astro dev server under the real runner, and what a browser's HMR client does."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trio

from services.previews import servers
from services.previews.node import find_node
from tests.ports import free_port
from tests.services.hmr.doors import FrontDoor, read_head

STARTER = Path(servers.__file__).parent.parent / "workspaces" / "starter"
# As in the configuration: what a dev server and what an installation may know.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")
NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS")
ENVIRONMENT = {
    **{name: os.environ[name] for name in INHERITED if name in os.environ},
    "NODE_ENV": "development",
}


def install(directory: Path) -> Path:
    """The dependencies of the starter site, as `npm ci` installs them; returns node_modules."""
    node = find_node()
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(STARTER / name, directory / name)
    subprocess.run(
        [node.node, node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=directory,
        env={
            **ENVIRONMENT,
            **{name: os.environ[name] for name in NETWORK if name in os.environ},
        },
        check=True,
        capture_output=True,
        timeout=300,
    )
    return directory / "node_modules"


def checkout(directory: Path, modules: Path) -> Path:
    """A worktree of the starter site that shares its dependencies."""
    shutil.copytree(STARTER, directory, ignore=shutil.ignore_patterns("node_modules", ".astro"))
    (directory / "node_modules").symlink_to(modules)
    return directory


def command(root: Path, port: int, cache: Path) -> list[str]:
    modules = (root / "node_modules").resolve()
    words = (find_node().node, servers.RUNNER, "dev", root, port, cache, modules)
    return [str(word) for word in words]


@dataclass
class DevServer:
    process: trio.Process
    port: int
    events: list[dict[str, Any]] = field(default_factory=list)
    _news: trio.Event = field(default_factory=trio.Event)

    async def until(self, event: str, **facts: object) -> dict[str, Any]:
        """The first such event with these facts, perhaps one that was there already."""
        wanted = {"event": event, **facts}
        with trio.fail_after(60):
            while True:
                for seen in self.events:
                    if seen.items() >= wanted.items():
                        return seen
                await self._news.wait()

    async def read(self) -> None:
        assert self.process.stdout is not None
        rest = b""
        async for data in self.process.stdout:
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                if line.startswith(b"{"):
                    self.events.append(json.loads(line))
            self._news.set()
            self._news = trio.Event()

    async def end(self, number: int) -> int:
        """Send a signal and wait for the exit code."""
        self.process.send_signal(number)
        with trio.fail_after(10):
            return await self.process.wait()


@asynccontextmanager
async def dev_server(
    root: Path, cache: Path, port: int = 0, *, around: tuple[str, ...] = ()
) -> AsyncGenerator[DevServer]:
    """`around` is a command that becomes the server."""
    port = port or free_port()
    async with trio.open_nursery() as nursery:
        process = await trio.lowlevel.open_process(
            [*around, *command(root, port, cache)],
            stdout=subprocess.PIPE,
            stderr=None,
            env=ENVIRONMENT,
        )
        server = DevServer(process, port)
        nursery.start_soon(server.read)
        try:
            yield server
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
                with trio.CancelScope(shield=True):
                    await process.wait()
        nursery.cancel_scope.cancel()


async def open_hmr(door: FrontDoor) -> trio.SocketStream:
    """Connect as Vite's client does, through the front door; the greeting is read."""
    client = (await door.get("/@vite/client")).decode()
    token = re.search(r'wsToken = "([^"]+)"', client)
    assert token is not None
    stream = await door.connect()
    lines = (
        f"GET /?token={token[1]} HTTP/1.1",
        f"Host: localhost:{door.port}",
        f"Origin: http://localhost:{door.port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: a2V5a2V5a2V5a2V5a2V5MQ==",
        "Sec-WebSocket-Protocol: vite-hmr",
    )
    await stream.send_all("\r\n".join([*lines, "", ""]).encode())
    head = await read_head(stream)
    assert head.startswith(b"HTTP/1.1 101"), head
    assert b"sec-websocket-protocol: vite-hmr\r\n" in head.lower()
    assert (await read_payload(stream))["type"] == "connected"
    return stream


async def send_payload(stream: trio.SocketStream, payload: dict[str, Any]) -> None:
    """As a browser: with a mask, here of zeros."""
    data = json.dumps(payload).encode()
    assert len(data) < 126
    await stream.send_all(bytes([0x81, 0x80 | len(data)]) + bytes(4) + data)


async def read_payload(stream: trio.SocketStream) -> dict[str, Any]:
    """The next text message; the server's frames are not masked."""
    with trio.fail_after(20):
        kind, size = await _exactly(stream, 2)
        if size == 126:
            size = int.from_bytes(await _exactly(stream, 2), "big")
        elif size == 127:
            size = int.from_bytes(await _exactly(stream, 8), "big")
        data = await _exactly(stream, size)
    assert kind == 0x81, kind
    return json.loads(data)


async def _exactly(stream: trio.SocketStream, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = await stream.receive_some(size - len(data))
        assert chunk, "the socket ended"
        data += chunk
    return data
