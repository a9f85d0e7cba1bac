"""HTTP/1.1 as it comes in: what is accepted, h11 reads in the same way; all else is refused."""

from __future__ import annotations

from itertools import pairwise

import h11
from hypothesis import strategies as st

from services.api.server.patience import Patience
from services.api.server.requests import Beyond, Requests
from services.hmr.headers import is_websocket
from services.http11.head import BadHead, read_request
from tests.fuzz.claim import holds
from tests.fuzz.mutating import mutated
from tests.services.hmr.test_chunked import read, read_by_h11
from tests.services.http11.test_head import check_request, check_response

WEBSOCKET = (
    b"GET /?token=x HTTP/1.1\r\nHost: a.localhost:4321\r\nConnection: keep-alive, Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: vite-hmr\r\n\r\n"
)
REQUESTS = [
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /a/b?c=d HTTP/1.1\r\nhost:[::1]:80\r\nX:\r\nY: \t a  b\t \r\nCookie: a=b; c=d\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: Chunked\r\n\r\n",
    b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"GET http://localhost/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    WEBSOCKET,
]
ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n",
    b"HTTP/1.0 404 Not Found\r\nSet-Cookie: a=b; Path=/\r\n\r\n",
    b"HTTP/1.1 304 \r\nETag: x\r\nContent-Length: 5\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
]
# What smugglers write: lengths in two ways, names and ends of lines that some read differently.
WORDS = (
    b"Content-Length: 5\r\n",
    b"Content-Length: 05\r\n",
    b"Content-Length: 5, 5\r\n",
    b"content-length:\t5 \r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked, chunked\r\n",
    b"Transfer-Encoding : chunked\r\n",
    b"Transfer-Encoding:\x0bchunked\r\n",
    b"Transfer-Encoding: identity\r\n",
    b"Connection: close\r\n",
    b"Connection: content-length, transfer-encoding\r\n",
    b"Connection: upgrade\r\n",
    b"Upgrade: h2c\r\n",
    b"Host: other\r\n",
    b" folded\r\n",
    b":",
    b"\r\n\r\n",
    b"\n\n",
    b"\r\n\n",
    b"http://localhost",
    b"//localhost/",
    b"HTTP/1.0",
    b"HTTP/1.2",
    b"HEAD",
    b"CONNECT",
    b"X: y\r\n" * 200,
    b"x" * 70_000,
)
CHUNKS = (b"0\r\n\r\n", b"5;a=b\r\nhello\r\n", b"5 ", b"0x5", b"+5", b"fffffffffffffffff", b";")


def whole(head: bytes) -> bytes:
    """What a reader gives on: up to the first blank line."""
    return head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def test_any_head_of_a_request_means_the_same_to_h11():
    def request_head(data: bytes) -> bool:
        return check_request(whole(data)) is not None

    holds(mutated(REQUESTS, WORDS), request_head)


def test_any_head_of_an_answer_means_the_same_to_h11():
    def answer_head(data: bytes) -> bool:
        if data[8:12] == b" 101":
            return False  # to h11 one that nobody asked for is an error; here, it is one later
        return check_response(whole(data)) is not None

    holds(mutated(ANSWERS, WORDS), answer_head)


def test_any_body_in_chunks_is_the_same_to_h11():
    def chunked_body(data: bytes) -> bool:
        found = read([data])
        if not isinstance(found, tuple):
            return False
        body, rest, trailers = read_by_h11(data)
        assert found[:2] == (body, rest)
        assert set(found[2]) <= set(trailers)
        return True

    bodies = [b'3\r\nabc\r\n0A;x="y"\r\n0123456789\r\n0\r\nX: y\r\n\r\nGET /', b"0\r\n\r\n"]
    holds(mutated(bodies, CHUNKS), chunked_body)


def test_what_becomes_a_websocket_is_one_to_rfc_6455():
    def handshake(data: bytes) -> bool:
        head = read_request(whole(data))
        if not is_websocket(head):
            return False
        fields = dict(head.headers)
        assert head.method == b"GET"
        assert fields[b"upgrade"].lower() == b"websocket"
        assert {b"sec-websocket-key", b"sec-websocket-version"} <= fields.keys()
        # Nothing of it is a body, or both sides could take its frames for one.
        assert b"transfer-encoding" not in fields
        assert int(fields.get(b"content-length", b"0")) == 0
        return True

    holds(mutated([WEBSOCKET], WORDS), handshake, BadHead)


Asked = tuple[bytes, bytes, bytes]


def by_h11(data: bytes) -> list[Asked]:
    """The requests in some bytes, as far as h11 reads them: method, target and body.

    What comes after a request is read whether or not that wanted to be the last one.
    """
    found: list[Asked] = []
    while True:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=2**20)
        connection.receive_data(data)
        request, body = None, b""
        try:
            while isinstance(event := connection.next_event(), h11.Request | h11.Data):
                if isinstance(event, h11.Request):
                    request = event
                else:
                    body += bytes(event.data)
        except h11.RemoteProtocolError:
            return found
        if request is None or not isinstance(event, h11.EndOfMessage):
            return found
        found.append((request.method, request.target, body))
        data = connection.trailing_data[0]


def path(asked: Asked) -> Asked:
    """The target of a request as a path, which is what a name of this very host comes to."""
    method, target, body = asked
    rest = target.partition(b"://")[2]
    return method, (b"/" + rest.partition(b"/")[2] if rest else target), body


STREAMS = [
    b"".join(REQUESTS[:2]) + REQUESTS[3] + b"hello" + REQUESTS[0],
    REQUESTS[3] + b"GET /" + REQUESTS[0] * 3,
    b"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" * 2,
]


def test_the_requests_of_any_connection_to_the_api_are_those_that_h11_reads():
    def requests(sent: tuple[bytes, list[int]]) -> bool:
        data, places = sent
        taken, found = Requests(Patience()), []
        marks = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
        for start, end in pairwise(marks):
            taken.buffer += data[start:end]
            try:
                while (one := taken.take()) is not None:
                    found.append((one.head.method, one.head.target, one.body))
                    if not one.head.keeps:
                        return True
            except (BadHead, Beyond):
                break
        theirs = [path(each) for each in by_h11(data)]
        assert found == theirs[: len(found)]
        return bool(found)

    holds(st.tuples(mutated(STREAMS, WORDS), st.lists(st.integers(0, 999), max_size=4)), requests)
