"""The front door between a browser and a dev server: neither can make it tell the other a lie.

Whatever a browser sends, the dev server reads no request but those that h11 reads in the same
bytes: nothing is smuggled. Whatever the dev server answers, the browser gets an answer that h11
reads, whole or visibly cut off, with the same body.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import h11
import trio

from services.messages import PreviewState
from tests.fuzz.claim import holds
from tests.fuzz.mutating import mutated
from tests.fuzz.test_http11 import ANSWERS, CHUNKS, REQUESTS, STREAMS, WORDS, Asked, by_h11, path
from tests.services.hmr.doors import front_door, read_all, routes, upstream
from tests.supervisor.real import PATIENCE

CHUNKED = REQUESTS[2] + b"5;x=y\r\nhello\r\n0\r\nX: y\r\n\r\n"
SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    b"Sec-WebSocket-Protocol: vite-hmr\r\n\r\n"
)
# The end of all that a browser sends here, so that the front door need not wait for more.
LAST = b"GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nPrefer: wait=0\r\n\r\n"
HASTE = 0.1  # seconds; who waits for longer would only wait


@dataclass
class DevServer:
    """`read` are the requests that it got, `mistakes` what was none; it gives `answer`, if any."""

    answer: bytes | None = None
    read: list[Asked] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    async def serve(self, stream: trio.SocketStream) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=2**20)
        while (asked := await self._next(connection, stream)) is not None:
            request, body = asked
            self.read.append((request.method, request.target, body))
            if self.answer is not None:
                await stream.send_all(self.answer)
                return
            if b"upgrade" in dict(request.headers):
                await stream.send_all(SWITCHING)
                return
            response = h11.Response(status_code=200, headers=[("Content-Length", "2")])
            data = connection.send(response) or b""
            if request.method != b"HEAD":
                data += connection.send(h11.Data(data=b"ok")) or b""
            await stream.send_all(data + (connection.send(h11.EndOfMessage()) or b""))
            connection.start_next_cycle()

    async def _next(
        self, connection: h11.Connection, stream: trio.SocketStream
    ) -> tuple[h11.Request, bytes] | None:
        request, body = None, b""
        while True:
            try:
                event = connection.next_event()
            except h11.RemoteProtocolError as error:
                self.mistakes.append(str(error))
                return None
            if event is h11.NEED_DATA:
                if not (data := await stream.receive_some()):
                    return None  # a request that was cut off is none
                connection.receive_data(data)
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            else:
                return None if request is None else (request, body)


async def through_the_door(data: bytes, server: DevServer) -> bytes:
    """What a browser gets that sends this."""
    patience = dict.fromkeys(("head", "idle", "answer", "stall"), HASTE)
    with trio.fail_after(PATIENCE):
        async with (
            upstream(server.serve) as port,
            front_door(hold=0.0, grace=0.0, **patience) as door,
        ):
            door.publish(routes(PreviewState.READY, port))
            async with await door.connect() as browser:
                with suppress(trio.BrokenResourceError):
                    await browser.send_all(data)
                    return await read_all(browser)
    return b""


def test_no_request_reaches_the_dev_server_but_those_that_were_sent():
    def request(data: bytes) -> bool:
        server = DevServer()
        answer = trio.run(through_the_door, data + LAST, server)
        assert not answer or answer.startswith(b"HTTP/1.1 "), answer
        assert b"HTTP/1.1 500" not in answer
        assert not server.mistakes
        sent = iter([path(each) for each in by_h11(data + LAST)])
        assert all(each in sent for each in server.read), server.read
        return any(target != b"/last" for _, target, _ in server.read)

    holds(mutated([*REQUESTS, *STREAMS, CHUNKED], (*WORDS, *CHUNKS)), request)


def answered(data: bytes, *, over: bool) -> tuple[int, bytes, bool] | None:
    """The status and the body of an answer to GET as h11 reads it, and whether it is whole.

    None for what is none. `over`: nothing more will come.
    """
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=2**20)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "a")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    if over:
        connection.receive_data(b"")
    status, body = 0, b""
    try:
        while True:
            match connection.next_event():
                case h11.Response() as event:
                    status = event.status_code
                case h11.Data() as event:
                    body += bytes(event.data)
                case h11.EndOfMessage():
                    return status, body, True
                case h11.InformationalResponse():
                    pass
                case _:
                    return (status, body, False) if status else None
    except h11.RemoteProtocolError:
        return (status, body, False) if status else None


def test_any_answer_of_a_dev_server_is_one_to_the_browser():
    def answer(data: bytes) -> bool:
        said = trio.run(through_the_door, LAST, DevServer(data))
        found, theirs = answered(said, over=True), answered(data, over=True)
        if found is None:
            assert not said, said
            return False
        status, body, whole = found
        if status >= 502 and b"\r\ncache-control: no-store\r\n" in said:
            return False  # the door's own word on it
        assert theirs is not None
        assert theirs == found or (not whole and theirs[1].startswith(body))
        return True

    bodies = [ANSWERS[0] + b"hello", ANSWERS[1] + CHUNKED.partition(b"\r\n\r\n")[2]]
    examples = [*bodies, ANSWERS[2] + b"hello", *ANSWERS[3:], ANSWERS[4] + bodies[0], SWITCHING]
    holds(mutated(examples, (*WORDS, *CHUNKS)), answer)
