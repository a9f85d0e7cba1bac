"""What is beyond a connection of ours, served by hypercorn: one request, and then the end.

It stands on hypercorn 0.18: `TCPServer` reads a stream and answers through `protocol_send`. There
is one request for each, so that hypercorn, which is more lenient and would go on as HTTP/2,
sees no head that was not read here before.
"""

from __future__ import annotations

import socket
from typing import cast

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState, LifespanState

from services.api.server.last_send import FinishLastSend
from services.api.server.patience import Patience
from services.api.server.sending import send

READ = 64 * 1024  # bytes that may have come with a head


class Begun(trio.abc.HalfCloseableStream):
    """A socket of which something was read already."""

    def __init__(self, sock: socket.socket, early: bytes, stall: float) -> None:
        self._sock = sock
        self._stall = stall
        self.socket = trio.socket.from_stdlib_socket(sock)
        self._stream = trio.SocketStream(self.socket)
        self._early = early

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        if self._early:
            early, self._early = self._early, b""
            await trio.lowlevel.checkpoint()
            return early
        return await self._stream.receive_some(max_bytes)

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        try:
            await send(self._sock, memoryview(data), self._stall)
        except OSError as error:
            raise trio.BrokenResourceError from error

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def send_eof(self) -> None:
        await self._stream.send_eof()

    async def aclose(self) -> None:
        await self._stream.aclose()


class OneRequest(TCPServer):
    """What it sends may be cancelled.

    hypercorn shields that, since half an answer would spoil those after it, and a stop then waits
    for a client that reads nothing. Here there are none after it.
    """

    async def protocol_send(self, event: Event) -> None:
        if not isinstance(event, RawData):
            await super().protocol_send(event)
            return
        async with self.send_lock:
            try:
                await self.stream.send_all(event.data)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                await self.protocol.handle(Closed())


class Hypercorn:
    """hypercorn's part of a server."""

    def __init__(self, app: ASGIFramework, config: Config, patience: Patience) -> None:
        config.keep_alive_max_requests = 1
        config.h11_max_incomplete_size = patience.longest_head + READ
        self._app = ASGIWrapper(FinishLastSend(app))
        self._config = config
        self._context = WorkerContext(None)
        self._stall = patience.stall

    async def serve(self, sock: socket.socket, early: bytes) -> None:
        """One request, of which `early` has come."""
        state = ConnectionState(cast("LifespanState", {}))
        stream = cast("trio.SSLStream[trio.SocketStream]", Begun(sock, early, self._stall))
        server = OneRequest(self._app, self._config, self._context, state, stream)
        await server.run()

    async def stop(self) -> None:
        """Take no further request on any connection."""
        await self._context.terminated.set()
