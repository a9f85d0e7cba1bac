"""One request carried to a dev server, and its answer back, as a stream in both directions."""

from __future__ import annotations

from enum import Enum, auto
from math import inf

import trio
from msgspec import Struct

from services.hmr.chunked import Dechunker, chunk, last_chunk
from services.hmr.headers import is_websocket, switching, to_client, written
from services.hmr.upload import Upload
from services.hmr.wire import CHUNK, Lost, Stalled, Wire
from services.http11.head import CHUNKED, BadHead, RequestHead, ResponseHead, read_response

ANSWER_HEAD = 256 * 1024  # bytes
HINTS = 16  # answers before the answer
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
EVENTS = b"text/event-stream"


class Patience(Struct, frozen=True):
    """In seconds: how long a dev server may take to begin its answer, and either side to go on."""

    answer: float
    stall: float


class End(Enum):
    """How an exchange ended, seen from the browser."""

    ANSWERED = auto()
    ANSWERED_AT_LAST = auto()  # and the connection takes no more requests
    SWITCHED = auto()  # both ends agreed to go on as a WebSocket
    UNANSWERED = auto()  # the dev server ended without a word; the browser has seen nothing
    UNREADABLE = auto()  # it said what is no HTTP; the browser has seen nothing
    LATE = auto()  # it said nothing for too long; the browser has seen nothing
    CUT = auto()  # it ended in mid-answer; only closing can tell the browser
    CUT_UNSEEN = auto()  # the same, where only a reset can


class Exchange:
    """`reusable`: whether the dev server's connection may take another request afterwards."""

    __slots__ = ("_client", "_if_lost", "_patience", "_request", "_server", "_upload", "reusable")

    def __init__(
        self, client: Wire, server: Wire, request: RequestHead, patience: Patience
    ) -> None:
        self.reusable = False
        self._client = client
        self._server = server
        self._request = request
        self._patience = patience
        self._upload = (
            Upload(client, server, request.length, patience.stall) if request.length else None
        )
        self._if_lost = End.UNANSWERED

    async def run(self, fields: bytes, *, port: int) -> End:
        """Carry the request, with `fields` as its header, and the answer, both as they come.

        What the server breaks is returned. What the browser breaks is raised: `Lost`, or `BadHead`
        where its body cannot be read and no answer has begun.
        """
        request = self._request
        head = b"%b %b HTTP/1.1\r\n%b" % (request.method, request.target, fields)
        try:
            if self._upload is not None:
                return await self._both_ways(self._upload, head, port)
            await self._server.send(head, self._patience.stall)
            self._server.serve(self._client)
            return await self._receive(port)
        except Lost as lost:
            if lost.wire is self._client:
                raise
            late = isinstance(lost, Stalled) and self._if_lost in (End.UNANSWERED, End.UNREADABLE)
            return End.LATE if late else self._if_lost
        finally:
            self._server.serve(None)

    @property
    def _has_asked(self) -> bool:
        return self._upload is None or self._upload.done

    async def _both_ways(self, upload: Upload, head: bytes, port: int) -> End:
        client, request = self._client, self._request
        if request.modern and b"expect" in request.given and not client.early:
            await client.send(CONTINUE, self._patience.stall)
        end = End.CUT
        lost: Lost | None = None
        self._server.serve(client)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(upload.run, head, nursery.cancel_scope)
            try:
                end = await self._receive(port)
            except Lost as error:
                lost = error
            nursery.cancel_scope.cancel()
        if isinstance(upload.failure, BadHead) and self._if_lost is End.CUT:
            return End.CUT
        if upload.failure is not None:
            raise upload.failure
        if lost is not None:
            raise lost
        return end

    async def _receive(self, port: int) -> End:
        try:
            data = b""
            for _ in range(HINTS + 1):
                data, end = await self._receive_head(data)
                head = read_response(data[:end], self._request.method)
                data = data[end:]
                if head.status >= 200:
                    return await self._answer(head, data, port)
                if head.status == 101:
                    return await self._switch(head, data)
                if head.status > 101 and self._request.modern:
                    hint = _status_line(head) + written(to_client(head, port=port))
                    await self._client.send(hint, self._patience.stall)
        except BadHead:
            pass
        return self._if_lost

    async def _receive_head(self, data: bytes) -> tuple[bytes, int]:
        """What has come, and where in it the head ends."""
        seen = 0
        while (end := data.find(b"\r\n\r\n", max(0, seen - 3))) < 0:
            if len(data) > ANSWER_HEAD:
                raise BadHead(502, f"its head is longer than {ANSWER_HEAD} bytes")
            seen = len(data)
            try:
                more = await self._server.receive(self._patience.answer)
            except Stalled:
                if self._upload is None or self._upload.over:
                    raise
                continue  # it has not heard all of the question yet
            if not more:
                raise Lost(self._server)
            self._if_lost = End.UNREADABLE
            data += more
        return data, end + 4

    async def _switch(self, head: ResponseHead, data: bytes) -> End:
        if not is_websocket(self._request):
            raise BadHead(502, "it switches to what nobody asked for")
        self._server.early = data
        start = _status_line(head) + written(switching(head))
        await self._client.send(start, self._patience.stall)
        return End.SWITCHED

    async def _answer(self, head: ResponseHead, data: bytes, port: int) -> End:
        modern = self._request.modern
        counted = head.length >= 0
        keeps = self._request.keeps and self._has_asked and (counted or modern)
        headers = to_client(head, port=port)
        if not counted:
            if modern:
                headers.append((b"transfer-encoding", b"chunked"))
        elif head.status != 204 and b"content-length" in head.given:
            headers.append((b"content-length", head.given[b"content-length"]))
        if not keeps:
            headers.append((b"connection", b"close"))
        elif not modern:
            headers.append((b"connection", b"keep-alive"))
        start = _status_line(head) + written(headers)
        if counted:
            ended = await self._send_bytes(start, head.length, data)
        else:
            ended = await self._send_pieces(start, head, data)
        # Only now: what is left unread, or unsaid, by an answer that broke off is not for the next.
        self.reusable = ended and head.keeps and self._has_asked
        return End.ANSWERED if keeps else End.ANSWERED_AT_LAST

    async def _send_bytes(self, start: bytes, length: int, data: bytes) -> bool:
        """Whether nothing came after it; the same of `_send_pieces`."""
        client, server, stall = self._client, self._server, self._patience.stall
        self._if_lost = End.CUT
        await client.send(start + data[:length], stall)
        left = length - len(data)
        buffer = server.board.buffer
        while left > 0:
            count = await server.receive_into(min(left, len(buffer)), stall)
            if not count:
                raise Lost(server)
            left -= count
            await client.send(buffer[:count], stall)
            if count == len(buffer):
                await trio.lowlevel.checkpoint()
        return len(data) <= length

    async def _send_pieces(self, start: bytes, head: ResponseHead, data: bytes) -> bool:
        client, server, stall = self._client, self._server, self._patience.stall
        modern = self._request.modern
        # Events may be rare; anything else goes on or is broken.
        wait = inf if head.given.get(b"content-type", b"").startswith(EVENTS) else stall
        body = Dechunker() if head.length == CHUNKED else None
        while True:
            piece = data if body is None else body.feed(data)
            out = start + (chunk(piece) if modern else piece)
            if body is not None and body.done:
                await client.send(out + (last_chunk(body.trailers) if modern else b""), stall)
                return not body.rest
            if out:
                self._if_lost = End.CUT if modern else End.CUT_UNSEEN
                await client.send(out, stall)
            start = b""
            data = await server.receive(wait)
            if not data:
                break
            if len(data) == CHUNK:
                await trio.lowlevel.checkpoint()
        if body is not None:
            raise Lost(server)
        if modern:
            await client.send(last_chunk([]), stall)
        return False


def _status_line(head: ResponseHead) -> bytes:
    return b"HTTP/1.1 %d %b\r\n" % (head.status, head.reason)
