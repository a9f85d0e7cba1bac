"""What a connection does with requests that come whole."""

import pytest
import trio
from structlog.testing import capture_logs

from tests.services.api.server.serving import body_of, echo, reply, request, rest, serving, until

LAST = request("/last", connection="close")


def bodies(said):
    """The bodies of answers that each have a Content-Length."""
    found = []
    while said:
        head, _, said = said.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        found.append(said[:length])
        said = said[length:]
    return found


async def test_a_connection_is_kept_for_the_next_request():
    async with serving(echo) as door, await door.connect() as client:
        await client.send_all(request("/1"))
        said = await until(client, b"GET /1: ")
        assert said.startswith(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\ndate: ")
        assert b"connection:" not in said
        await client.send_all(request("/2"))
        await until(client, b"GET /2: ")


async def test_what_comes_ahead_is_answered_in_its_order_bodies_and_all():
    asked = [request("/1"), request("/2", "POST", b"GET / HTTP/1.1\r\n\r\n"), request("/3"), LAST]
    async with serving(echo) as door:
        said = await door.exchange(b"".join(asked))
    assert bodies(said) == [
        b"GET /1: ",
        b"POST /2: GET / HTTP/1.1\r\n\r\n",
        b"GET /3: ",
        b"GET /last: ",
    ]


async def test_more_than_may_come_ahead_waits_and_is_answered_too():
    asked = [request(f"/{number}", "POST", b"x" * 100) for number in range(200)]
    async with serving(echo, ahead=500) as door:
        said = await door.exchange(b"".join([*asked, LAST]))
    assert bodies(said) == [b"POST /%d: %b" % (n, b"x" * 100) for n in range(200)] + [
        b"GET /last: "
    ]


@pytest.mark.parametrize("size", [1, 7, 50])
async def test_a_request_may_come_in_pieces(size, autojump_clock):
    data = request("/1", "POST", b"abc") + LAST
    async with serving(echo) as door, await door.connect() as client:
        for begin in range(0, len(data), size):
            await client.send_all(data[begin : begin + size])
            await trio.sleep(0.01)
        assert bodies(await rest(client)) == [b"POST /1: abc", b"GET /last: "]


async def test_who_asks_for_the_head_alone_gets_that():
    async with serving(echo) as door:
        said = await door.exchange(request("/1", "HEAD") + LAST)
    head, _, more = said.partition(b"\r\n\r\n")
    assert b"content-length: 9" in head
    assert more.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("status", [204, 304])
async def test_some_answers_have_no_body(status):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async with serving(app) as door:
        said = await door.exchange(request() + LAST)
    assert said.count(b"HTTP/1.1 %d" % status) == 2
    assert b"chunked" not in said
    assert said.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("asked", "connection"),
    [
        (request(connection="close"), b"close"),
        (request(version="1.0"), b"close"),
        (request(version="1.0", connection="keep-alive"), b"keep-alive"),
    ],
)
async def test_a_connection_ends_as_its_client_says(asked, connection):
    async with serving(echo) as door, await door.connect() as client:
        await client.send_all(asked)
        said = await until(client, b"GET /: ")
        assert b"connection: %b\r\n" % connection in said
        if connection == b"close":
            assert await rest(client) == b""
        else:
            await client.send_all(LAST)
            assert b"GET /last: " in await rest(client)


async def stream(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for piece in (b"one", b"two"):
        await trio.sleep(1)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def test_what_has_no_length_comes_in_chunks_and_its_head_at_once(autojump_clock):
    async with serving(stream) as door, await door.connect() as client:
        await client.send_all(request())
        with trio.fail_after(0.5):
            assert b"transfer-encoding: chunked\r\n" in await until(client, b"\r\n\r\n")
        assert await until(client, b"\r\n0\r\n\r\n") == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
        await client.send_all(LAST)
        assert (await rest(client)).endswith(b"0\r\n\r\n")


async def test_an_old_client_gets_it_until_the_connection_ends(autojump_clock):
    async with serving(stream) as door:
        said = await door.exchange(request(version="1.0", connection="keep-alive"))
    assert said.endswith(b"connection: close\r\n\r\nonetwo")


async def test_who_hangs_up_has_what_it_asked_for_cancelled():
    begun, cancelled = trio.Event(), trio.Event()

    async def app(scope, receive, send):
        await body_of(receive)
        begun.set()
        try:
            await trio.sleep_forever()
        finally:
            cancelled.set()

    with capture_logs() as logs:
        async with serving(app) as door:
            async with await door.connect() as client:
                await client.send_all(request())
                await begun.wait()
            with trio.fail_after(5):
                await cancelled.wait()
    assert logs == []


async def test_asking_for_more_than_the_body_waits_for_the_end_of_the_request():
    async def app(scope, receive, send):
        async with trio.open_nursery() as nursery:
            await body_of(receive)
            nursery.start_soon(receive)
            await reply(send, b"done")
            nursery.cancel_scope.cancel()

    async with serving(app) as door:
        assert bodies(await door.exchange(request() + LAST)) == [b"done", b"done"]


def breaking(*messages):
    async def app(scope, receive, send):
        for message in messages:
            await send(message)
        raise ValueError("broken")

    return app


START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]}
PIECE = {"type": "http.response.body", "body": b"piece", "more_body": True}


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [PIECE],
        [START | {"headers": [(b"x", b"a\r\nset-cookie: b")]}],
        [START | {"headers": [(b"x\n", b"a")]}],
    ],
)
async def test_an_application_that_breaks_is_a_500_and_in_the_log(messages):
    with capture_logs() as logs:
        async with serving(breaking(*messages)) as door:
            said = await door.exchange(request() + LAST)
    assert said.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert b"content-type: application/problem+json\r\n" in said
    assert b"connection: close\r\n" in said
    assert said.count(b"HTTP/1.1") == 1
    assert [record["event"] for record in logs] == ["request failed"]


@pytest.mark.parametrize(
    "messages",
    [
        [START, PIECE],
        [START, PIECE, PIECE | {"more_body": True}],
        [START | {"headers": []}, PIECE],
        [START, START],
    ],
)
async def test_half_an_answer_ends_with_the_connection_and_as_no_whole_one(messages):
    with capture_logs() as logs:
        async with serving(breaking(*messages)) as door:
            said = await door.exchange(request() + LAST)
    assert said.count(b"HTTP/1.1") <= 1
    assert not said.endswith(b"0\r\n\r\n")
    assert [record["event"] for record in logs] == ["request failed"]


async def test_an_answer_shorter_than_announced_is_not_taken_for_the_next():
    async def app(scope, receive, send):
        await send(START)
        await send(PIECE | {"more_body": False})

    async with serving(app) as door:
        said = await door.exchange(request() + LAST)
    assert said.count(b"HTTP/1.1") == 1


async def test_a_stop_ends_what_idles_and_answers_what_was_asked(autojump_clock):
    gate, asked = trio.Event(), trio.Event()

    async def app(scope, receive, send):
        asked.set()
        await gate.wait()
        await reply(send, b"late")

    async with serving(app) as door, await door.connect() as idle, await door.connect() as busy:
        await busy.send_all(request() + request("/ahead"))
        await asked.wait()
        door.stopping.set()
        with trio.fail_after(1):
            assert await rest(idle) == b""
        gate.set()
        said = await rest(busy)
        assert said.endswith(b"connection: close\r\n\r\nlate")
        assert said.count(b"HTTP/1.1") == 1
        with trio.fail_after(1):
            await door.ended.wait()


@pytest.mark.parametrize("cut", [10, -3])
async def test_what_had_begun_to_come_when_a_stop_began_is_answered(autojump_clock, cut):
    data = request("/", "POST", b"hello")
    async with serving(echo) as door, await door.connect() as client:
        await client.send_all(data[:cut])
        await trio.sleep(1)
        door.stopping.set()
        await trio.sleep(1)
        await client.send_all(data[cut:])
        said = await rest(client)
        assert b"connection: close\r\n" in said
        assert said.endswith(b"POST /: hello")
        with trio.fail_after(0.1):
            await door.ended.wait()


async def test_what_does_not_come_whole_before_a_stop_ends_is_told(autojump_clock):
    async with serving(echo) as door, await door.connect() as client:
        await client.send_all(request("/", "POST", b"hello")[:-1])
        await trio.sleep(1)
        door.stopping.set()
        began = trio.current_time()
        said = await rest(client)
        assert said.startswith(b"HTTP/1.1 503")
        assert b"the server is stopping; send it again when it is back" in said
        assert trio.current_time() - began == pytest.approx(3)
        await client.aclose()
        with trio.fail_after(0.1):
            await door.ended.wait()


async def test_a_stop_waits_for_nobody_longer_than_it_may(autojump_clock):
    asked = trio.Event()

    async def app(scope, receive, send):
        asked.set()
        await trio.sleep_forever()

    async with serving(app) as door, await door.connect() as client:
        await client.send_all(request())
        await asked.wait()
        door.stopping.set()
        began = trio.current_time()
        await door.ended.wait()
        assert trio.current_time() - began == pytest.approx(4)


async def test_what_never_waits_keeps_nobody_waiting():
    sent, seen = 0, []

    async def app(scope, receive, send):
        nonlocal sent
        if scope["path"] == "/short":
            seen.append(sent)
            await reply(send, b"short")
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(20_000):
            sent += 1
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async with serving(app) as door, await door.connect() as long, await door.connect() as short:
        await long.send_all(request("/long"))
        await until(long, b"\r\n")
        await short.send_all(request("/short", connection="close"))
        assert (await rest(short)).endswith(b"short")
    assert seen[0] < 1000


async def test_who_sends_ahead_without_end_is_not_read_without_end(autojump_clock):
    async def app(scope, receive, send):
        await trio.sleep_forever()

    async with serving(app) as door, await door.connect() as client:
        with trio.move_on_after(10) as scope:
            await client.send_all(request() * 1_000_000)
    assert scope.cancelled_caught
