"""A front door on real sockets, and dev servers to stand behind it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import trio

from services.hmr import Options, serve
from services.messages import Preview, PreviewState, Routes, ThreadKey, WakePreview
from supervisor.desk import NotFound
from supervisor.spec import TaskSpec
from tests.harness import Harness
from tests.ports import free_port

KEY = ThreadKey("acme", "ann", "home")
Wake = Callable[[Any], Awaitable[object]]
Handler = Callable[[trio.SocketStream], Awaitable[None]]


async def unknown(request: WakePreview) -> Preview:
    """A manager of previews that knows none."""
    raise NotFound(f"no thread has the preview {request.id!r}")


def routes(state: PreviewState, port: int = 1, reason: str = "") -> Routes:
    preview = Preview(KEY.preview_id, KEY, state, port, reason)
    return Routes({preview.id: preview}, default=preview.id)


@dataclass
class FrontDoor:
    harness: Harness
    port: int

    def publish(self, value: Routes) -> None:
        self.harness.channels.boards["routes"].set(value)

    def sent(self, stream: str) -> list[object]:
        """What has come on a stream since the last look."""
        seen: list[object] = []
        while True:
            try:
                seen.append(self.harness.channels.streams[stream][1].receive_nowait())
            except trio.WouldBlock:
                return seen

    async def connect(self) -> trio.SocketStream:
        return await trio.open_tcp_stream("127.0.0.1", self.port)

    async def get(self, path: str = "/", **headers: str) -> bytes:
        """The whole answer to one GET on a connection of its own."""
        return await self.exchange(request(path, connection="close", **headers))

    async def exchange(self, data: bytes) -> bytes:
        async with await self.connect() as stream:
            await stream.send_all(data)
            return await read_all(stream)


def request(path: str = "/", method: str = "GET", body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {headers.pop('host', 'localhost')}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def read_all(stream: trio.abc.ReceiveStream) -> bytes:
    data = b""
    while chunk := await stream.receive_some(65536):
        data += chunk
    return data


async def read_head(stream: trio.abc.ReceiveStream) -> bytes:
    """Up to the blank line; what comes after it must not have come yet."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        chunk = await stream.receive_some(1)
        if not chunk:
            break
        data += chunk
    return data


@asynccontextmanager
async def upstream(handler: Handler, port: int = 0) -> AsyncGenerator[int]:
    """A dev server on loopback: each connection gets `handler`, then is closed."""

    async def handle(stream: trio.SocketStream) -> None:
        with suppress(trio.BrokenResourceError):
            await handler(stream)

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(_listen, handle, port)
        yield listeners[0].socket.getsockname()[1]
        nursery.cancel_scope.cancel()


async def _listen(
    handle: Handler,
    port: int,
    task_status: trio.TaskStatus[list[trio.SocketListener]] = trio.TASK_STATUS_IGNORED,
) -> None:
    await trio.serve_tcp(handle, port, host="127.0.0.1", task_status=task_status)


@asynccontextmanager
async def front_door(wake: Wake = unknown, **options: Any) -> AsyncGenerator[FrontDoor]:
    port = free_port()
    harness = Harness(
        TaskSpec(
            name="hmr",
            run="services.hmr:serve",
            asks=("previews",),
            watches=("routes",),
            sends=("activity", "visits"),
        )
    )
    context = harness.context(Options(bind=(f"127.0.0.1:{port}",), **options))
    async with trio.open_nursery() as nursery:
        await nursery.start(serve, context)
        async with trio.open_nursery() as managers:
            managers.start_soon(harness.channels.desks["previews"].answer, wake)
            yield FrontDoor(harness, port)
            managers.cancel_scope.cancel()
        harness.stopping.set()


def answer(body: bytes = b"hello", *extra: str) -> Handler:
    """A dev server that reads a head and says `body`; it closes afterwards."""

    async def handle(stream: trio.SocketStream) -> None:
        await read_head(stream)
        head = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *extra, "", ""]
        await stream.send_all("\r\n".join(head).encode() + body)

    return handle


def echo_head() -> Handler:
    """A dev server that says what head it got."""

    async def handle(stream: trio.SocketStream) -> None:
        head = await read_head(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + head)

    return handle
