"""What goes to hypercorn, and that nothing follows it there."""

import pytest
import trio
from structlog.testing import capture_logs

from tests.services.api.server.serving import body_of, echo, request, rest, serving, until

LAST = request("/last", connection="close")
LARGE = b"y" * 200_000


def chunked(body, pieces=3):
    size = max(1, len(body) // pieces)
    parts = [body[begin : begin + size] for begin in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("asked", "body"),
    [
        (request("/1", "POST", transfer_encoding="chunked") + chunked(b"abcdef"), b"abcdef"),
        (request("/1", "POST", transfer_encoding="chunked") + chunked(LARGE), LARGE),
        (request("/1", "POST", LARGE), LARGE),
    ],
)
async def test_a_body_that_is_large_or_of_unknown_length_comes_whole(asked, body):
    async with serving(echo) as door:
        said = await door.exchange(asked)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close\r\n" in said
    assert said.endswith(b"POST /1: " + body)


async def test_one_that_waits_for_a_word_gets_it():
    asked = request("/1", "POST", b"abc", expect="100-continue")
    async with serving(echo) as door, await door.connect() as client:
        await client.send_all(asked[:-3])
        assert (await until(client, b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
        await client.send_all(asked[-3:])
        assert (await rest(client)).endswith(b"POST /1: abc")


async def test_it_may_come_after_others_on_the_same_connection():
    async with serving(echo) as door:
        said = await door.exchange(request("/0") + request("/1", "POST", LARGE))
    assert said.count(b"HTTP/1.1 200 ") == 2
    assert said.endswith(b"POST /1: " + LARGE)


async def test_nothing_after_it_is_read():
    """Where hypercorn, or h11, sees the next request begin has no say."""
    asked = request("/1", "POST", transfer_encoding="chunked") + chunked(b"abc")
    async with serving(echo) as door:
        said = await door.exchange(asked + LAST)
    assert said.count(b"HTTP/1.1") == 1


async def test_a_body_is_given_on_as_it_comes():
    begun = trio.Event()

    async def app(scope, receive, send):
        await receive()
        begun.set()
        await echo(scope, receive, send)

    async with serving(app) as door, await door.connect() as client:
        asked = request("/1", "POST", LARGE)
        await client.send_all(asked[:1000])
        with trio.fail_after(5):
            await begun.wait()
        await client.send_all(asked[1000:])
        assert (await rest(client)).startswith(b"HTTP/1.1 200 ")


async def test_chunks_that_are_none_end_the_request_and_are_in_no_log():
    with capture_logs() as logs:
        async with serving(echo) as door:
            asked = request("/1", "POST", transfer_encoding="chunked")
            said = await door.exchange(asked + b"xyz\r\n\r\n" + LAST)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1") == 1
    assert logs == []


async def test_who_hangs_up_in_the_middle_is_noticed():
    begun, ended = trio.Event(), trio.Event()

    async def app(scope, receive, send):
        begun.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        ended.set()

    async with serving(app) as door:
        async with await door.connect() as client:
            await client.send_all(request("/1", "POST", LARGE)[:1000])
            await begun.wait()
        with trio.fail_after(5):
            await ended.wait()


async def test_a_stop_answers_it(autojump_clock):
    begun, gate = trio.Event(), trio.Event()

    async def app(scope, receive, send):
        begun.set()
        await gate.wait()
        await echo(scope, receive, send)

    async with serving(app) as door, await door.connect() as client:
        await client.send_all(request("/1", "POST", LARGE))
        await begun.wait()
        door.stopping.set()
        await trio.sleep(1)
        gate.set()
        assert (await rest(client)).endswith(LARGE)
        with trio.fail_after(1):
            await door.ended.wait()


async def test_what_hypercorn_says_last_is_sent_whole_whatever_the_application_cancels():
    """As Quart-Trio cancels itself when hypercorn tells it, in its last send, of the end."""

    async def app(scope, receive, send):
        await body_of(receive)
        async with trio.open_nursery() as nursery:

            async def watch():
                assert (await receive())["type"] == "http.disconnect"
                nursery.cancel_scope.cancel()

            nursery.start_soon(watch)
            await trio.testing.wait_all_tasks_blocked()
            headers = [(b"content-length", b"4")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"done", "more_body": False})
            nursery.cancel_scope.cancel()

    asked = request("/1", "POST", transfer_encoding="chunked") + chunked(b"abc")
    async with serving(app) as door:
        with trio.fail_after(5):
            assert (await door.exchange(asked)).endswith(b"\r\n\r\ndone")
