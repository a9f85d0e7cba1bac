"""A request's body, carried to the dev server while the answer may come already."""

from __future__ import annotations

import trio

from services.hmr.chunked import Dechunker, chunk, last_chunk
from services.hmr.wire import CHUNK, Lost, Wire
from services.http11.head import CHUNKED, BadHead


class Upload:
    """`length` as in a `RequestHead`; there is a body.

    `done`: all of it has been sent, and nothing is left to read. `over`: no more of it will be
    sent, be it done or not.
    `failure` is what the browser did wrong: broke its connection, stalled, or sent no chunks.
    """

    def __init__(self, client: Wire, server: Wire, length: int, stall: float) -> None:
        self.done = False
        self.over = False
        self.failure: Lost | BadHead | None = None
        self._client = client
        self._server = server
        self._length = length
        self._stall = stall

    async def run(self, head: bytes, exchange: trio.CancelScope) -> None:
        """Send `head` and the body. Cancels the `exchange` for a failure of the browser's.

        One of the server's ends it in silence: whoever reads the answer finds out too.
        """
        try:
            if self._length == CHUNKED:
                await self._send_chunks(head)
            else:
                await self._send_bytes(head)
        except Lost as lost:
            if lost.wire is self._client:
                self.failure = lost
                exchange.cancel()
        except BadHead as bad:
            self.failure = bad
            exchange.cancel()
        else:
            self.done = True
        finally:
            self.over = True

    async def _send_bytes(self, head: bytes) -> None:
        client, server = self._client, self._server
        early = client.early[: self._length]
        client.early = client.early[len(early) :]
        await server.send(head + early, self._stall)
        left = self._length - len(early)
        buffer = client.board.buffer
        while left:
            count = await client.receive_into(min(left, len(buffer)), self._stall)
            if not count:
                raise Lost(client)
            left -= count
            await server.send(buffer[:count], self._stall)
            if left:
                await trio.lowlevel.checkpoint()

    async def _send_chunks(self, head: bytes) -> None:
        client, server = self._client, self._server
        body = Dechunker()
        data, client.early = client.early, b""
        while True:
            piece = chunk(body.feed(data))
            if body.done:
                client.early = body.rest
                await server.send(head + piece + last_chunk(body.trailers), self._stall)
                return
            if head or piece:
                await server.send(head + piece, self._stall)
            head = b""
            data = await client.receive(self._stall)
            if not data:
                raise Lost(client)
            if len(data) == CHUNK:
                await trio.lowlevel.checkpoint()
