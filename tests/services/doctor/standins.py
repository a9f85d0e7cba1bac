"""A dev server as browsers see it, and what may stand in front of it, on real sockets."""

from __future__ import annotations

import json
import math
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

import trio

from services.doctor.frames import accept_of

Handler = Callable[[trio.abc.Stream], Awaitable[None]]

PAGE = '<html><head><script type="module" src="/@vite/client"></script></head>{}</html>'
CLIENT = (
    "const hmrPort = null;\n"
    'const socketProtocol = null || (importMetaUrl.protocol === "https:" ? "wss" : "ws");\n'
    "const socketHost = `${null || importMetaUrl.hostname}:"
    '${hmrPort || importMetaUrl.port}${"/"}`;\n'
    'const wsToken = "t0ken";\n'
    'new WebSocket(`${socketProtocol}://${socketHost}?token=${wsToken}`, "vite-hmr");\n'
)


def answer(status: str, body: str = "", *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", *more]
    if not any(line.lower().startswith("content-type") for line in more):
        lines.append("Content-Type: text/html; charset=utf-8")
    return "\r\n".join([*lines, "", ""]).encode() + body.encode()


def text_frame(text: str) -> bytes:
    assert len(text) < 126
    return bytes([0x81, len(text)]) + text.encode()


async def read_head(stream: trio.abc.ReceiveStream) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        data = await stream.receive_some(65536)
        if not data:
            return b""
        head += data
    return head


def path_of(head: bytes) -> str:
    return head.split(b" ")[1].decode()


def header(head: bytes, name: str) -> str:
    for line in head.decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name:
            return value.strip()
    return ""


@dataclass
class Site:
    """What it says can be changed. `heard` are the heads of all requests."""

    page: str = PAGE
    client: str = CLIENT
    edits: str = ""
    greeting: bytes = text_frame('{"type":"connected"}')
    date: float | None = None
    heard: list[bytes] = field(default_factory=list[bytes])
    edited: trio.Event = field(default_factory=trio.Event)

    async def edit(self) -> str:
        self.edits = "<!-- edited -->"
        self.edited.set()
        return self.edits

    async def serve(self, stream: trio.abc.Stream) -> None:
        if not (head := await read_head(stream)):
            return
        self.heard.append(head)
        if header(head, "upgrade"):
            await self._socket(stream, head)
        elif path_of(head) == "/@vite/client":
            await stream.send_all(answer("200 OK", self.client, "Content-Type: text/javascript"))
        else:
            date = f"Date: {formatdate(self.date, usegmt=True)}"
            await stream.send_all(answer("200 OK", self.page.format(self.edits), date))

    async def _socket(self, stream: trio.abc.Stream, head: bytes) -> None:
        if path_of(head) != "/?token=t0ken":
            await stream.send_all(answer("400 Bad Request"))
            return
        if header(head, "sec-websocket-protocol") != "vite-hmr":
            await trio.sleep_forever()  # as Vite does
        accept = accept_of(header(head, "sec-websocket-key"))
        await stream.send_all(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Protocol: vite-hmr\r\nSec-WebSocket-Accept: "
            + accept.encode()
            + b"\r\n\r\n"
            + self.greeting
        )
        await self.edited.wait()
        # One that is about something else comes first.
        for kind in ("prune", "update"):
            await stream.send_all(text_frame(json.dumps({"type": kind})))
        await trio.sleep_forever()


@asynccontextmanager
async def listening(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
    """A server on a port of its own; what its connections meet when they break is theirs."""

    async def handle(stream: trio.SocketStream) -> None:
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            if tls is None:
                await handler(stream)
                # Closing on what was not read would reset the connection.
                await stream.send_eof()
            else:
                secured = trio.SSLStream(stream, tls, server_side=True, https_compatible=True)
                await handler(secured)
                await secured.aclose()

    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        await nursery.start(trio.serve_listeners, handle, listeners)
        yield int(listeners[0].socket.getsockname()[1])
        nursery.cancel_scope.cancel()


def proxy(
    port: int,
    *,
    answers: Callable[[bytes], bytes | None] = lambda _: None,
    rewrite: Callable[[bytes], bytes] = lambda head: head,
    idle: float = math.inf,
) -> Handler:
    """A reverse proxy to `port`: it answers some requests itself, changes the heads of others,
    and hangs up after `idle` seconds in which nothing was said.
    """

    async def serve(stream: trio.abc.Stream) -> None:
        head = await read_head(stream)
        if not head:
            return
        if (own := answers(head)) is not None:
            await stream.send_all(own)
            return
        async with await trio.open_tcp_stream("127.0.0.1", port) as behind:
            await behind.send_all(rewrite(head))
            async with trio.open_nursery() as nursery:
                nursery.start_soon(pump, behind, stream, idle, nursery.cancel_scope)
                nursery.start_soon(pump, stream, behind, math.inf, nursery.cancel_scope)

    return serve


async def pump(
    source: trio.abc.ReceiveStream,
    sink: trio.abc.SendStream,
    idle: float,
    both: trio.CancelScope,
) -> None:
    with trio.move_on_after(idle) as silence, suppress(trio.BrokenResourceError):
        while data := await source.receive_some(65536):
            await sink.send_all(data)
            silence.deadline = trio.current_time() + idle
    both.cancel()


class Names(trio.abc.HostnameResolver):
    """DNS as a test has it: names, and wildcards as `*.domain`, that lead to this machine."""

    def __init__(self, *known: str) -> None:
        self._known = known

    async def getaddrinfo(self, host, port, family=0, type=0, proto=0, flags=0):
        name = host.decode() if isinstance(host, bytes) else host
        _, _, domain = name.partition(".")
        if name not in self._known and f"*.{domain}" not in self._known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    async def getnameinfo(self, sockaddr, flags):
        raise NotImplementedError


class Silent(Names):
    """A resolver that does not answer."""

    async def getaddrinfo(self, *_more, **_):
        await trio.sleep_forever()


def server_tls(certificate: Path, *protocols: str) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    if protocols:
        tls.set_alpn_protocols(list(protocols))
    return tls
