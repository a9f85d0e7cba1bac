"""One request and its answer, as an ASGI application sees them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import unquote

import trio
from hypercorn.typing import ASGIReceiveEvent, ASGISendEvent, HTTPScope

from services.api.server import answer
from services.http11.head import RequestHead

# In the `extensions` of a scope: the body comes with the first message, and who hangs up has the
# application cancelled, so that nobody needs to wait for `http.disconnect`. Its value is a dict
# for whatever the application wants to remember of the connection.
CANCELS = "nurseryd.cancels"

Address = tuple[str, int]
Write = Callable[[bytes], Awaitable[None]]


class Exchange:
    """`write` sends; `keeps` is whether the connection goes on after it, and may be taken back.

    `sent` is whether anything of the answer was; `done`, whether the last of it.
    """

    __slots__ = (
        "_begun",
        "_body",
        "_chunked",
        "_date",
        "_head",
        "_left",
        "_silent",
        "_start",
        "_write",
        "done",
        "keeps",
        "sent",
    )

    def __init__(self, head: RequestHead, body: bytes, write: Write, date: bytes) -> None:
        self._head = head
        self._body: bytes | None = body
        self._write = write
        self._date = date
        self._start = b""  # the head of the answer, as long as it waits for what follows
        self._left: int | None = None  # bytes of the body that its head announced
        self._chunked = False
        self._silent = False
        self.keeps = head.keeps
        self._begun = False
        self.sent = False
        self.done = False

    def scope(self, client: Address, server: Address, memory: dict[Any, Any]) -> HTTPScope:
        """What is asked for; `memory` is the application's, as long as the connection is."""
        head = self._head
        path, _, query = head.target.partition(b"?")
        text = path.decode("ascii")
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1" if head.modern else "1.0",
            "asgi": {"spec_version": "2.3", "version": "3.0"},
            "method": head.method.decode("ascii"),
            "scheme": "http",
            "path": unquote(text) if "%" in text else text,
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": head.headers,
            "client": client,
            "server": server,
            "state": {},
            "extensions": {CANCELS: memory},
        }
        return cast("HTTPScope", scope)

    async def receive(self) -> ASGIReceiveEvent:
        """The whole body; asked again, it waits for the end of the exchange."""
        if self._body is None:
            await trio.sleep_forever()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body or b"", "more_body": False}

    async def send(self, message: ASGISendEvent) -> None:
        """Raises `BadAnswer` for what has no place here."""
        match message["type"]:
            case "http.response.start" if not self._begun:
                await self._send_head(message["status"], message.get("headers", ()))
            case "http.response.body" if self._begun and not self.done:
                await self._send_body(message.get("body", b""), message.get("more_body", False))
            case kind:
                raise answer.BadAnswer(f"cannot send {kind} here")

    async def _send_head(self, status: int, headers: Any) -> None:
        more = self._date
        if answer.has_no_body(self._head.method, status):
            self._silent = True
        else:
            for name, value in headers:
                if name == b"content-length":
                    self._left = int(value)
                    break
            else:
                if self._head.modern:
                    self._chunked = True
                    more += b"transfer-encoding: chunked\r\n"
                else:
                    self.keeps = False  # its end is that of the connection
        if not self.keeps:
            more += answer.CLOSE
        elif not self._head.modern:
            more += b"connection: keep-alive\r\n"
        self._start = answer.head(status, headers, more)
        self._begun = True
        if self._chunked:  # nobody knows when the first piece comes
            await self._flush(b"")

    async def _send_body(self, data: bytes, more: bool) -> None:
        if self._silent:
            data = b""
        elif self._chunked:
            data = answer.chunk(data) if data else b""
            if not more:
                data += answer.LAST_CHUNK
        elif self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                raise answer.BadAnswer("cannot send a body longer than its Content-Length")
            if not more and self._left:
                self.keeps = False  # who waits for the rest learns that there is none
        self.done = not more
        if data or (self._start and self.done):
            await self._flush(data)
        if more and self._left != 0:
            await trio.lowlevel.checkpoint()  # what never waits must not keep others waiting

    async def _flush(self, data: bytes) -> None:
        self.sent = True
        start, self._start = self._start, b""
        await self._write(start + data if start else data)
