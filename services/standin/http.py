"""HTTP/1.1 with one client, by h11: requests in, whole answers or streams out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from http import HTTPStatus

import h11
import trio

from services.standin.wire import Whole

BODY_LIMIT = 64 * 1024 * 1024  # bytes; a conversation with many images fits
HEAD_LIMIT = 64 * 1024
CHUNK = 64 * 1024
LINGER = 1.0  # seconds to take in what a client still sends after it was answered

Headers = Sequence[tuple[str, str]]


class TooLarge(Exception):
    """A body is larger than `BODY_LIMIT`."""


class Peer:
    """One client. What it does wrong raises `h11.RemoteProtocolError`; gone, Trio's errors."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self.stream = stream
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)
        self._body = True  # whether it wants the body of an answer

    async def request(self) -> tuple[h11.Request, bytes] | None:
        """The next request and its body; None when there is none. Raises `TooLarge` too."""
        head: h11.Request | None = None
        body = bytearray()
        while not isinstance(event := await self._event(), h11.EndOfMessage):
            match event:
                case h11.Request():
                    head = event
                    self._body = head.method != b"HEAD"
                case h11.Data(data=data):
                    body += data
                    if len(body) > BODY_LIMIT:
                        raise TooLarge
                case _:
                    return None
        assert head is not None
        return head, bytes(body)

    async def _event(self) -> object:
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            if self._h11.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
                await self.stream.send_all(self._h11.send(go_on))
            self._h11.receive_data(await self.stream.receive_some(CHUNK))
        return event

    async def answer(self, whole: Whole, headers: Headers) -> None:
        length = ("Content-Length", str(len(whole.body)))
        data = self._head(whole.status, whole.content_type, [length, *headers, *whole.headers])
        if self._body:
            data += self._h11.send(h11.Data(data=whole.body)) or b""
        await self.stream.send_all(data + (self._h11.send(h11.EndOfMessage()) or b""))

    async def begin(self, content_type: str, headers: Headers) -> None:
        """An answer of which the body comes by and by."""
        await self.stream.send_all(self._head(200, content_type, headers))

    async def send(self, data: bytes) -> None:
        await self.stream.send_all(self._h11.send(h11.Data(data=data)) or b"")

    async def end(self) -> None:
        await self.stream.send_all(self._h11.send(h11.EndOfMessage()) or b"")

    def go_on(self) -> bool:
        """Whether another request may follow on this connection."""
        if self._h11.our_state is not h11.DONE or self._h11.their_state is not h11.DONE:
            return False
        self._h11.start_next_cycle()
        return True

    async def refuse(self, whole: Whole) -> None:
        """Answer to what is no request, if it can still be answered."""
        if self._h11.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            await self.answer(whole, [("Connection", "close")])

    async def heed(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Do `work` unless the client hangs up meanwhile; whether it was done.

        One that only ends what it sends counts as gone too: no client of these APIs does that.
        """
        done = False

        async def listen() -> None:
            with suppress(trio.BrokenResourceError):
                while data := await self.stream.receive_some(CHUNK):
                    self._h11.receive_data(data)  # of the next request
            nursery.cancel_scope.cancel()

        async def do() -> None:
            nonlocal done
            with suppress(trio.BrokenResourceError):
                await work()
                done = True
            nursery.cancel_scope.cancel()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen)
            nursery.start_soon(do)
        return done

    async def part(self) -> None:
        """Close in good order: with something unread, what was sent last may be lost."""
        with trio.move_on_after(LINGER):
            await self.stream.send_eof()
            while await self.stream.receive_some(CHUNK):
                pass

    def _head(self, status: int, content_type: str, headers: Headers) -> bytes:
        try:
            reason = HTTPStatus(status).phrase
        except ValueError:
            reason = "Overloaded" if status == 529 else ""
        response = h11.Response(
            status_code=status,
            headers=[("Content-Type", content_type), *headers],
            reason=reason.encode(),
        )
        return self._h11.send(response) or b""
