"""A server on a real socket, with any application behind it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import trio

from services.api.listening import bound_socket, configure
from services.api.server.patience import Patience
from services.api.server.serving import Server

CLOSE_WITHIN = 4.0


class Door:
    def __init__(self, port: int) -> None:
        self.port = port
        self.stopping = trio.Event()
        self.ended = trio.Event()

    async def connect(self) -> trio.SocketStream:
        return await trio.open_tcp_stream("127.0.0.1", self.port)

    async def exchange(self, data: bytes) -> bytes:
        """Everything that comes until the server closes."""
        async with await self.connect() as stream:
            await stream.send_all(data)
            return await rest(stream)


@asynccontextmanager
async def serving(
    app: Any, client: Callable[[str], str | None] = lambda _: None, **patience: Any
) -> AsyncGenerator[Door]:
    listener = bound_socket("127.0.0.1:0")
    door = Door(listener.getsockname()[1])
    server = Server(app, configure(), Patience(**patience), client)

    async def life(task_status: trio.TaskStatus[None]) -> None:
        with listener:
            await server.serve(listener, door.stopping, CLOSE_WITHIN, task_status.started)
        door.ended.set()

    async with trio.open_nursery() as nursery:
        await nursery.start(life)
        yield door
        nursery.cancel_scope.cancel()


def request(
    path: str = "/", method: str = "GET", body: bytes = b"", version: str = "1.1", **headers: str
) -> bytes:
    lines = [f"{method} {path} HTTP/{version}", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def rest(stream: trio.abc.ReceiveStream) -> bytes:
    data = b""
    try:
        while part := await stream.receive_some(65536):
            data += part
    except trio.BrokenResourceError:
        data += b"(reset)"
    return data


async def until(stream: trio.abc.ReceiveStream, end: bytes) -> bytes:
    """What comes up to `end`, which is the last of it."""
    data = b""
    while not data.endswith(end):
        part = await stream.receive_some(65536)
        assert part, data
        data += part
    return data


async def body_of(receive: Any) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body += message["body"]
        if not message["more_body"]:
            return body


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers with what was asked, and the body."""
    body = await body_of(receive)
    said = b"%b %b: %b" % (scope["method"].encode(), scope["raw_path"], body)
    await reply(send, said)


async def reply(send: Any, body: bytes, status: int = 200, *headers: tuple[bytes, bytes]) -> None:
    fields = [(b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
