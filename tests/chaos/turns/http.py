"""A client of the API that knows when the other end went away: one request a connection."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import h11
import trio

HOST = "127.0.0.1"
TOKEN = "a-token-for-tests"


class Away(Exception):
    """The API went before it had answered, or is about to: what was asked may be done or not."""


class Answer:
    """The status, and the JSON of the body."""

    def __init__(self, status: int, body: Any) -> None:
        self.status = status
        self.body = body

    def __str__(self) -> str:
        return f"{self.status} {self.body}"


async def ask(
    port: int, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Raises `Away`."""
    data = b"" if body is None else json.dumps(body).encode()
    async with _replying(port, method, path, data, headers or {}) as reply:
        whole = b""
        while (piece := await reply.piece()) is not None:
            whole += piece
    answer = Answer(reply.status, json.loads(whole))
    # Nobody is there to answer, or the one who is stops: its next life will know.
    if answer.status == 503 or (answer.status == 409 and "is stopping" in str(answer.body)):
        raise Away(str(answer))
    return answer


@asynccontextmanager
async def events(port: int, path: str, after: int) -> AsyncGenerator[Events]:
    """Server-sent events from the one after that id on. Raises `Away`."""
    headers = {"Last-Event-ID": str(after), "Accept": "text/event-stream"}
    async with _replying(port, "GET", path, b"", headers) as reply:
        if reply.status != 200:
            raise Away(f"the events are answered with {reply.status}")
        yield Events(reply)


class Events:
    """A stream of them."""

    def __init__(self, reply: _Reply) -> None:
        self._reply = reply
        self._rest = b""

    async def next(self) -> tuple[int, bytes] | None:
        """The id and the data; None at the end. Raises `Away` where it breaks off."""
        while True:
            block, found, self._rest = self._rest.partition(b"\n\n")
            if not found:
                piece = await self._reply.piece()
                if piece is None:
                    return None
                self._rest = block + piece
                continue
            lines = (line.partition(b": ") for line in block.split(b"\n"))
            fields = {name: value for name, _, value in lines}
            if b"id" in fields:
                return int(fields[b"id"]), fields[b"data"]


class _Reply:
    def __init__(self, stream: trio.SocketStream) -> None:
        self.status = 0
        self._stream = stream
        self._connection = h11.Connection(h11.CLIENT)

    async def begin(self, request: h11.Request, data: bytes) -> None:
        sent = [
            self._connection.send(it) or b"" for it in (request, h11.Data(data), h11.EndOfMessage())
        ]
        try:
            await self._stream.send_all(b"".join(sent))
        except trio.BrokenResourceError as error:
            raise Away(str(error)) from error
        head = await self._event()
        assert isinstance(head, h11.Response)
        self.status = head.status_code

    async def piece(self) -> bytes | None:
        event = await self._event()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    async def _event(self) -> object:
        try:
            while (event := self._connection.next_event()) is h11.NEED_DATA:
                self._connection.receive_data(await self._stream.receive_some())
        except (trio.BrokenResourceError, h11.RemoteProtocolError) as error:
            raise Away(str(error)) from error
        if isinstance(event, h11.ConnectionClosed):
            raise Away("the connection was closed before the answer")
        return event


@asynccontextmanager
async def _replying(
    port: int, method: str, path: str, data: bytes, headers: Mapping[str, str]
) -> AsyncGenerator[_Reply]:
    """The reply from its status on."""
    try:
        stream = await trio.open_tcp_stream(HOST, port)
    except OSError as error:
        raise Away(str(error)) from error
    async with stream:
        reply = _Reply(stream)
        named = {
            "Host": f"{HOST}:{port}",
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            "Connection": "close",
            **headers,
        }
        target = h11.Request(method=method, target=path, headers=list(named.items()))
        await reply.begin(target, data)
        yield reply
