"""HTTP/1.1 over one connection: a request in, an answer or a stream out, by h11."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote

import h11
import msgspec
import structlog
import trio
from msgspec import Struct

from supervisor.socket.presence import while_there

log = structlog.get_logger()

BODY_LIMIT = 1024 * 1024
HEAD_LIMIT = 16 * 1024
PATIENCE = 30.0  # seconds for a whole request to come, and for an answer to be taken
LINGER = 1.0  # seconds to take in what a client still sends after it was answered

Send: TypeAlias = Callable[[bytes], Awaitable[None]]


class Request(Struct, frozen=True):
    """What a client asks. HEAD comes as GET."""

    method: str
    target: str
    body: bytes = b""

    @property
    def parts(self) -> list[str]:
        """The segments of the path, unquoted."""
        path = self.target.partition("?")[0]
        return [unquote(part) for part in path.strip("/").split("/")]

    @property
    def query(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


class Answer(Struct, frozen=True):
    status: int
    body: bytes
    content_type: str = "application/json"


class Stream(Struct, frozen=True):
    """An answer whose length nobody knows: `feed` sends chunk after chunk.

    It is cancelled as soon as the client has gone. One that would go on for ever is `endless`:
    then a client that says that it will send nothing more counts as gone too.
    """

    feed: Callable[[Send], Awaitable[None]]
    content_type: str = "application/jsonl"
    endless: bool = True


Respond: TypeAlias = Callable[[Request], Awaitable[Answer | Stream]]


def as_json(value: object) -> bytes:
    """In ASCII, since a reason may quote what is no UTF-8."""
    return json.dumps(msgspec.to_builtins(value)).encode()


def answer(status: int, value: object) -> Answer:
    return Answer(status, as_json(value))


def complaint(status: int, text: str, **more: object) -> Answer:
    return answer(status, {"error": text, **more})


async def converse(
    stream: trio.SocketStream,
    respond: Respond,
    *,
    patience: float = PATIENCE,
    reuse: bool = False,
) -> None:
    """Answer one request; the connection then ends.

    Raises nothing for anything that a client does, and waits for none: one that has gone cancels
    its `respond`, one that takes more than `patience` seconds over a request or an answer is
    dropped. With `reuse` more requests may follow, and `respond` should be quick: nobody looks
    meanwhile whether the client is still there.
    """
    # What happened to a connection matters to its client alone, and that one knows.
    with suppress(trio.BrokenResourceError):
        peer = _Peer(stream, patience, reuse)
        while await peer.exchange(respond):
            pass
        with trio.move_on_after(LINGER):
            # Closed with something unread, a socket may lose what it has just sent.
            await stream.send_eof()
            while await stream.receive_some():
                pass


class _Peer:
    """One client, and where HTTP is with it."""

    def __init__(self, stream: trio.SocketStream, patience: float, reuse: bool) -> None:
        self._stream = stream
        self._patience = patience
        self._reuse = reuse
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)
        self._head = False  # whether it wants to see the head of an answer alone

    async def exchange(self, respond: Respond) -> bool:
        """One request and its answer; whether there may be another."""
        request: Request | Answer | None = None
        with trio.move_on_after(self._patience):
            request = await self._read()
        if request is None:
            return False
        found = request if isinstance(request, Answer) else await self._found(respond, request)
        if isinstance(found, Stream):
            await while_there(self._stream, partial(self._pour, found), endless=found.endless)
        elif found is not None:
            with trio.move_on_after(self._patience):
                await self._send(found)
                if self._reuse and self._h11.our_state is self._h11.their_state is h11.DONE:
                    self._h11.start_next_cycle()
                    return True
        return False

    async def _read(self) -> Request | Answer | None:
        """The next request, what to answer to something that is none, or nothing."""
        head, body = None, bytearray()
        try:
            while not isinstance(event := await self._event(), h11.EndOfMessage):
                if isinstance(event, h11.Request):
                    head = event
                elif isinstance(event, h11.Data):
                    body += event.data
                    if len(body) > BODY_LIMIT:
                        return complaint(413, f"a body has at most {BODY_LIMIT} bytes")
                else:
                    return None  # it closed the connection
        except h11.RemoteProtocolError as error:
            return complaint(error.error_status_hint, f"cannot read the request: {error}")
        assert head is not None
        self._head = head.method == b"HEAD"
        method = "GET" if self._head else head.method.decode("ascii")
        return Request(method, head.target.decode("ascii", "replace"), bytes(body))

    async def _event(self) -> object:
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            if self._h11.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
                await self._stream.send_all(self._h11.send(go_on))
            self._h11.receive_data(await self._stream.receive_some())
        return event

    async def _found(self, respond: Respond, request: Request) -> Answer | Stream | None:
        """What to answer, or nothing to one that did not wait for it."""
        found: Answer | Stream | None = None

        async def find() -> None:
            nonlocal found
            try:
                found = await respond(request)
            except Exception:  # a mistake costs one client its answer, and nobody anything else
                log.exception("request failed", method=request.method, target=request.target)
                found = complaint(500, "cannot answer: a mistake of the daemon, see its log")

        if self._reuse:
            await find()
        else:
            await while_there(self._stream, find)
        return found

    async def _send(self, found: Answer) -> None:
        data = self._start(found)
        if not self._head:
            data += self._h11.send(h11.Data(data=found.body)) or b""
        await self._stream.send_all(data + (self._h11.send(h11.EndOfMessage()) or b""))

    async def _pour(self, found: Stream) -> None:
        async def send(data: bytes) -> None:
            await self._stream.send_all(self._h11.send(h11.Data(data=data)) or b"")

        with suppress(trio.BrokenResourceError):
            await self._stream.send_all(self._start(found))
            if not self._head:
                await found.feed(send)
            await self._stream.send_all(self._h11.send(h11.EndOfMessage()) or b"")

    def _start(self, found: Answer | Stream) -> bytes:
        headers = [("Content-Type", found.content_type)]
        status = 200
        if isinstance(found, Answer):
            status = found.status
            headers.append(("Content-Length", str(len(found.body))))
        if not self._reuse:
            headers.append(("Connection", "close"))
        # With a reason phrase: supervisorctl cannot read a status line that has none.
        reason = HTTPStatus(status).phrase.encode()
        response = h11.Response(status_code=status, headers=headers, reason=reason)
        return self._h11.send(response) or b""
