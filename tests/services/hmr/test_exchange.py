"""One request and its answer, as raw bytes on both sides."""

from contextlib import suppress
from types import SimpleNamespace

import pytest
import trio

from services.hmr.exchange import End, Exchange, Patience
from services.http11.head import read_request
from services.messages import Preview, PreviewState, Routes
from tests.ports import free_port
from tests.services.hmr.doors import (
    KEY,
    answer,
    front_door,
    read_all,
    read_head,
    request,
    routes,
    upstream,
)

READY = PreviewState.READY


def says(*pieces, keep=False):
    """A dev server that reads one head and says this, word for word."""

    async def handle(stream):
        await read_head(stream)
        for piece in pieces:
            await stream.send_all(piece)
        if keep:
            await trio.sleep_forever()

    return handle


def repeats(said):
    """A dev server that says this to every head."""

    async def handle(stream):
        while await read_head(stream):
            await stream.send_all(said)

    return handle


async def exchange(handler, data, **options):
    async with upstream(handler) as port, front_door(**options) as door:
        door.publish(routes(READY, port))
        return await door.exchange(data)


def parts(message):
    head, _, body = message.partition(b"\r\n\r\n")
    return head.lower(), body


CLOSE = request(connection="close")
OLD = b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n"
TILL_CLOSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/x\r\n\r\nabc"


class Drip:
    """A wire on which bytes come one by one, each of this `kind`; `sent` is what it was given."""

    def __init__(self, kind=bytes, said=b""):
        self.board = SimpleNamespace(buffer=b"")
        self.sent = []
        self._kind = kind
        self._said = said

    def serve(self, guest):
        pass

    async def send(self, data, wait):
        self.sent.append(data)

    async def receive(self, wait):
        await trio.lowlevel.checkpoint()
        byte, self._said = self._said[:1], self._said[1:]
        return self._kind(byte)


async def test_a_head_that_comes_byte_by_byte_is_not_searched_from_its_start_with_each():
    searched = 0

    class Counted(bytes):
        def find(self, what, start=0):
            nonlocal searched
            searched += len(self) - start
            return super().find(what, start)

        def __add__(self, other):
            return Counted(super().__add__(other))

        def __radd__(self, other):
            return Counted(other + bytes(self))

    head = b"HTTP/1.1 204 No Content\r\nx: %b\r\n\r\n" % (b"y" * 1000)
    browser, server = Drip(), Drip(Counted, head)
    patience = Patience(answer=1.0, stall=1.0)
    exchange = Exchange(browser, server, read_request(request()), patience)
    assert await exchange.run(b"\r\n", port=1) is End.ANSWERED
    assert browser.sent == [head]
    assert len(head) < searched <= 4 * len(head)


async def test_chunks_and_trailers_go_on_as_such():
    head, body = parts(await exchange(says(CHUNKS), CLOSE))
    assert b"transfer-encoding: chunked" in head
    assert body == b"3\r\nabc\r\n0\r\nx-sum: 1\r\n\r\n"


@pytest.mark.parametrize("said", [CHUNKS, TILL_CLOSE])
async def test_a_client_of_http_1_0_gets_no_chunks(said):
    head, body = parts(await exchange(says(said), OLD))
    assert b"transfer-encoding" not in head
    assert b"connection: close" in head
    assert body == b"abc"


async def test_a_client_of_http_1_0_may_keep_its_connection():
    data = b"GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n" + OLD
    said = await exchange(answer(b"hello"), data)
    assert said.count(b"hello") == 2
    assert said.count(b"connection: keep-alive") == 1


async def test_a_body_that_ends_with_its_connection_becomes_chunks():
    head, body = parts(await exchange(says(TILL_CLOSE), CLOSE))
    assert b"transfer-encoding: chunked" in head
    assert body == b"3\r\nabc\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "said", "kept"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b"content-length: 5"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"200 ok"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b"content-length: 5"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", b"204 no content"),
    ],
)
async def test_an_answer_without_a_body_ends_with_its_head(method, said, kept):
    data = request(method=method) + request(method=method, connection="close")
    whole = await exchange(repeats(said), data)
    assert whole.lower().count(kept) == 2
    assert whole.endswith(b"\r\n\r\n")
    assert b"\r\n0\r\n" not in whole


async def test_hints_go_before_the_answer_and_other_waits_are_not_told():
    hints = (
        b"HTTP/1.1 100 Continue\r\n\r\n"
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    )
    said = await exchange(says(hints), CLOSE)
    assert said.startswith(b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert said.endswith(b"ok")
    assert (await exchange(says(hints), OLD)).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    "said",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nx\r\n",
    ],
)
async def test_an_answer_that_is_no_http_is_told_as_such(said):
    assert (await exchange(says(said, keep=True), CLOSE)).startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
    ],
)
async def test_a_dev_server_that_dies_in_its_answer_is_seen_to_have_died(said):
    head, body = parts(await exchange(says(said), request()))
    assert b"half" in body
    assert not body.endswith(b"0\r\n\r\n")
    if b"content-length" in head:
        assert len(body) < 9


async def test_where_a_plain_end_would_look_good_the_connection_is_reset():
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"
    async with upstream(says(said)) as port, front_door() as door:
        door.publish(routes(READY, port))
        with pytest.raises(trio.BrokenResourceError):
            await door.exchange(OLD)


async def test_events_are_passed_on_at_once_and_may_be_rare():
    go = trio.Event()

    async def handle(stream):
        await read_head(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        await stream.send_all(b"data: 1\n\n")
        await go.wait()
        await stream.send_all(b"data: 2\n\n")

    async with upstream(handle) as port, front_door(stall=0.04) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(CLOSE)
            await read_head(browser)
            assert await browser.receive_some() == b"9\r\ndata: 1\n\n\r\n"
            await trio.testing.wait_all_tasks_blocked(0.1)
            go.set()
            assert b"data: 2" in await read_all(browser)


async def test_an_answer_that_stalls_is_given_up():
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
    assert (await exchange(says(said, keep=True), request(), stall=0.04)).endswith(b"half")


async def test_an_answer_that_never_begins_is_told_as_such():
    said = await exchange(says(keep=True), CLOSE, answer=0.04)
    assert said.startswith(b"HTTP/1.1 504 ")


async def test_a_dev_server_may_answer_before_it_has_heard_it_all():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
        await trio.sleep_forever()

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request(method="POST", content_length="1000000") + b"begun")
            await trio.testing.wait_all_tasks_blocked(0.02)
            # On its way while the answer is: the end of the connection must not destroy that.
            await browser.send_all(b"and on" * 1000)
            said = await read_all(browser)
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close\r\n" in said
    assert said.endswith(b"no")


async def test_a_body_is_sent_on_whole_and_the_next_request_after_it():
    bodies = []

    async def handle(stream):
        while (head := await read_head(stream)).endswith(b"\r\n\r\n"):
            size = 3_000_000 if b"content-length: 3000000" in head else 0
            body = b""
            while len(body) < size:
                body += await stream.receive_some()
            bodies.append(body)
            await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        body = bytes(range(250)) * 12_000
        data = request(method="PUT", content_length=str(len(body)), body=body) + CLOSE
        said = await door.exchange(data)
    assert said.count(b"\r\n\r\nok") == 2
    assert bodies == [body, b""]


@pytest.mark.parametrize("body", [b"x\r\n", b"3\r\nabcd\r\n", b"3\nabc\r\n"])
async def test_a_body_in_broken_chunks_is_refused_and_what_comes_after_it_not_read(body):
    heads = []

    async def handle(stream):
        heads.append(await read_head(stream))
        await read_all(stream)

    hidden = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
    data = request(method="POST", transfer_encoding="chunked", body=body + hidden)
    said = await exchange(handle, data)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1") == 1
    assert len(heads) == 1


async def test_a_body_that_does_not_come_is_not_waited_for_for_ever():
    async def handle(stream):
        await read_head(stream)
        await read_all(stream)

    data = request(method="POST", content_length="9", body=b"1")
    with trio.fail_after(5):
        await exchange(handle, data, stall=0.04)


async def test_a_dev_server_that_stops_listening_and_says_nothing_is_given_up():
    async def handle(stream):
        await read_head(stream)
        await trio.sleep_forever()

    async def send(browser):
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await browser.send_all(bytes(30_000_000))

    async with upstream(handle) as port, front_door(stall=1.0, answer=0.3) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser, trio.open_nursery() as nursery:
            await browser.send_all(request(method="PUT", content_length="30000000"))
            nursery.start_soon(send, browser)
            with trio.fail_after(20):
                said = await read_head(browser)
            nursery.cancel_scope.cancel()
    assert said.startswith(b"HTTP/1.1 504 ")


@pytest.mark.parametrize("expect", ["100-continue", "something-else"])
async def test_only_a_continuation_can_be_expected(expect):
    data = request(method="PUT", content_length="1", expect=expect, connection="close")
    said = await exchange(answer(b""), data)
    assert said.startswith(b"HTTP/1.1 100 " if expect == "100-continue" else b"HTTP/1.1 417 ")


async def test_a_connection_to_a_dev_server_serves_one_request_after_another():
    connections = []

    async def handle(stream):
        connections.append(stream)
        while await read_head(stream):
            await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        for _ in range(3):
            assert (await door.get()).endswith(b"ok")
    assert len(connections) == 1


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nX: not yours\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 204 No Content\r\n\r\nnot yours",
    ],
)
async def test_nothing_that_a_dev_server_said_too_much_reaches_the_next_request(said):
    lives = []

    async def handle(stream):
        lives.append(1)
        while await read_head(stream):
            await stream.send_all(said)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        for _ in range(2):
            assert b"not yours" not in await door.get()
    assert len(lives) == 2


@pytest.mark.parametrize("browser_leaves", [True, False])
async def test_an_answer_that_was_left_unread_is_not_the_next_one_s(browser_leaves):
    lives = []
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"

    async def handle(stream):
        lives.append(1)
        await read_head(stream)
        if len(lives) > 1:
            await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        else:
            await stream.send_all(half)
            if await read_head(stream):
                await stream.send_all(b"whole")

    async with upstream(handle) as port, front_door(stall=0.04) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request())
            await read_head(browser)
            if not browser_leaves:
                assert await read_all(browser) == b"half"
        await trio.testing.wait_all_tasks_blocked()
        assert (await door.get()).endswith(b"\r\n\r\nok")


async def test_a_kept_connection_that_its_server_has_closed_is_not_used_again():
    lives = []

    async def handle(stream):
        lives.append(1)
        await read_head(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        for _ in range(5):
            assert (await door.get()).endswith(b"ok")
    assert len(lives) == 5


async def test_what_may_have_happened_is_sent_over_no_connection_that_may_be_stale():
    connections = []

    async def handle(stream):
        connections.append(1)
        while await read_head(stream):
            await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        await door.get()
        said = await door.exchange(request(method="POST", content_length="0", connection="close"))
        assert said.endswith(b"ok")
    assert len(connections) == 2


async def test_a_service_worker_is_not_served():
    async with upstream(answer()) as port, front_door() as door:
        door.publish(routes(READY, port))
        assert (await door.get("/sw.js", service_worker="script")).startswith(b"HTTP/1.1 403 ")


async def test_requests_for_many_hosts_on_one_connection_each_get_their_own():
    async with (
        upstream(answer(b"one")) as one,
        upstream(answer(b"two")) as two,
        front_door() as door,
    ):
        preview = routes(READY, one).previews[KEY.preview_id]
        other = Preview("two-0123abcd4567ef89", KEY, READY, two)
        door.publish(Routes({preview.id: preview, other.id: other}, default=preview.id))
        hosts = [f"{preview.id}.localhost", f"{other.id}.localhost", "evil.test", "localhost"]
        said = await door.exchange(b"".join(request(host=host) for host in hosts * 3) + CLOSE)
    bodies = [part.rpartition(b"\r\n\r\n")[2] for part in said.split(b"HTTP/1.1 ")[1:]]
    assert [body[:3] for body in bodies] == [b"one", b"two", b"can", b"one"] * 3 + [b"one"]


async def test_a_dev_server_that_is_gone_is_told_when_patience_ends():
    async with front_door(hold=0.1) as door:
        door.publish(routes(READY, free_port()))
        assert (await door.get()).startswith(b"HTTP/1.1 503 ")
