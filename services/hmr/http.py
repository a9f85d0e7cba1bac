"""A browser's connection at the front door: request after request, each to its preview."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

import h11
import trio

from services.hmr.activity import is_navigation, wants_page
from services.hmr.closing import Closing
from services.hmr.exchange import End, carry
from services.hmr.gate import Visit
from services.hmr.headers import Headers, to_upstream
from services.hmr.peer import CHUNK, Peer
from services.hmr.route import is_served
from services.hmr.tunnel import run_tunnel
from services.hmr.waiting import notice
from services.messages import Preview, Routes
from supervisor.cell import Cell

REQUEST_HEAD = 64 * 1024  # bytes; what browsers send is far below
ANSWER_HEAD = 256 * 1024
WAIT = re.compile(rb"\bwait=(\d{1,3})\b")
LINGER = 0.5  # seconds
REPEATABLE = (b"GET", b"HEAD", b"OPTIONS")
TEXT: Headers = [(b"content-type", b"text/plain; charset=utf-8")]


@dataclass(frozen=True)
class Door:
    """What all connections share. `navigated` is told that somebody opened a page."""

    routes: Cell[Routes | None]
    navigated: Callable[[], None]
    closing: Closing
    domains: tuple[str, ...]
    hold: float
    idle: float


def patience(headers: Mapping[bytes, bytes], hold: float) -> float:
    """How long a request is held, in seconds; `Prefer: wait=` (RFC 7240) may ask for less."""
    asked = WAIT.search(headers.get(b"prefer", b""))
    return min(hold, float(asked[1])) if asked else hold


class Visitor:
    """One connection. `address` is where it comes from."""

    def __init__(self, stream: trio.abc.HalfCloseableStream, door: Door, address: str) -> None:
        self._peer = Peer(stream, h11.SERVER, head_limit=REQUEST_HEAD)
        self._door = door
        self._address = address

    async def serve(self) -> None:
        """Answer requests until either side wants no more. The stream is not closed here.

        Raises what a lost or broken browser raises: see `carry`.
        """
        while True:
            try:
                request = await self._next_request()
            except h11.RemoteProtocolError as error:
                return await self._reject(error)
            if request is None or not await self._serve(request):
                return None
            self._peer.http.start_next_cycle()

    async def _next_request(self) -> h11.Request | None:
        with self._door.closing.interruptible(), trio.move_on_after(self._door.idle):
            event = await self._peer.receive()
            if isinstance(event, h11.Request):
                return event
        return None

    async def _serve(self, request: h11.Request) -> bool:
        """Answer one request; True when another may follow on this connection."""
        given = dict(request.headers)
        if not request.target.startswith(b"/"):
            await self._say(400, TEXT, b"cannot proxy to elsewhere: the target must be a path\n")
            return False
        host = given.get(b"host", b"").decode("latin-1")
        if not is_served(host, self._door.domains):
            why = f"cannot serve the host {host!r}: name its domain in service.hmr.options.domains"
            await self._say(421, TEXT, why.encode() + b"\n")
            return False
        if is_navigation(request.method, given):
            self._door.navigated()
        if self._peer.http.they_are_waiting_for_100_continue:
            await self._peer.send(h11.InformationalResponse(status_code=100, headers=[]))
        body = given.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in given
        async with AsyncExitStack() as streams:
            server = None
            async with trio.open_nursery() as nursery:
                if not body:
                    await self._peer.receive()  # its end, which is here already
                    nursery.start_soon(self._watch, nursery.cancel_scope)
                server = await self._answer(request, body, streams)
                nursery.cancel_scope.cancel()
            if server is not None:
                await run_tunnel(
                    self._peer.stream,
                    server.stream,
                    self._door.closing,
                    to_server=self._peer.leftover,
                    to_client=server.leftover,
                )
        http = self._peer.http
        return http.our_state is h11.DONE and http.their_state is h11.DONE

    async def _watch(self, request: trio.CancelScope) -> None:
        """Give a request up when its browser has gone. One that sends more waits its turn."""
        data = await self._peer.stream.receive_some(CHUNK)
        if data:
            self._peer.http.receive_data(bytes(data))
        else:
            request.cancel()

    async def _answer(
        self, request: h11.Request, body: bool, streams: AsyncExitStack
    ) -> Peer | None:
        """Have a request answered, by its dev server or with a notice.

        Returns the server's end when both have switched to WebSocket. `streams` closes it.
        """
        given = dict(request.headers)
        page = wants_page(given)
        visit = Visit(
            self._door.routes,
            given.get(b"host", b"").decode("latin-1"),
            hold=patience(given, self._door.hold),
            wait_for_install=not page,
        )
        again = False
        while True:
            stream = await self._admit(visit, again)
            if stream is None or visit.preview is None:
                return await self._explain(visit.preview, page=page, head=request.method == b"HEAD")
            await streams.enter_async_context(stream)
            port = visit.preview.port
            outgoing = h11.Request(
                method=request.method,
                target=request.target,
                headers=to_upstream(list(request.headers), port=port, peer=self._address),
            )
            server = Peer(stream, h11.CLIENT, head_limit=ANSWER_HEAD)
            end = await carry(self._peer, server, outgoing, body=body, port=port)
            if end is End.SWITCHED:
                return server
            if end is not End.UNANSWERED:
                return None
            await stream.aclose()
            if body or request.method not in REPEATABLE:
                return await self._explain(visit.preview, page=page)
            again = True

    async def _admit(self, visit: Visit, again: bool) -> trio.SocketStream | None:
        with self._door.closing.interruptible():
            if not again or await visit.pause():
                return await visit.connect()
        return None

    async def _explain(self, preview: Preview | None, *, page: bool, head: bool = False) -> None:
        said = notice(preview, page=page)
        await self._say(503, said.headers, said.body, head=head)

    async def _reject(self, error: h11.RemoteProtocolError) -> None:
        if self._peer.http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            await self._say(error.error_status_hint, TEXT, f"cannot read this: {error}\n".encode())
            # Closing on unread bytes would reset the connection, and the answer with it.
            await self._peer.stream.send_eof()
            with trio.move_on_after(LINGER):
                while await self._peer.stream.receive_some(CHUNK):
                    pass

    async def _say(self, status: int, headers: Headers, body: bytes, *, head: bool = False) -> None:
        http = self._peer.http
        answer = h11.Response(
            status_code=status,
            headers=[
                *headers,
                (b"content-length", b"%d" % len(body)),
                *([] if http.their_state is h11.DONE else [(b"connection", b"close")]),
            ],
        )
        content = [] if head else [h11.Data(data=body)]
        await self._peer.send(answer, *content, h11.EndOfMessage())
