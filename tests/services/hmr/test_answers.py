"""An answer on its way to the browser: how long it may take, where it ends, what it leaves."""

import socket

import pytest
import trio

from services.hmr.exchange import ANSWER_HEAD, HINTS
from services.hmr.wire import NO_LINGER
from services.messages import Preview, PreviewState, Routes
from tests.services.hmr.doors import KEY, front_door, read_all, read_head, request, routes, upstream
from tests.services.hmr.test_exchange import (
    CHUNKS,
    CLOSE,
    OLD,
    TILL_CLOSE,
    exchange,
    parts,
    repeats,
    says,
)

READY = PreviewState.READY
OLD_KEEPS = b"GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
COUNTED = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
IN_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HALF = b"1\r\nh\r\n1\r\na\r\n1\r\nl\r\n1\r\nf\r\n"  # and no last chunk
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n"


@pytest.mark.parametrize("said", [(), (b"HTTP/1.1 200 OK\r\nX: ",), (b"HTTP/1.1 103 Y\r\n\r\n",)])
async def test_an_answer_has_to_begin_in_time(autojump_clock, said):
    async with (
        upstream(says(*said, keep=True)) as port,
        front_door(answer=10.0, stall=60.0) as door,
    ):
        door.publish(routes(READY, port))
        began = trio.current_time()
        assert b"HTTP/1.1 504 " in await door.get()
        assert trio.current_time() - began == pytest.approx(10, abs=1.1)


@pytest.mark.parametrize(
    ("head", "half", "seen"),
    [
        (COUNTED, b"half", b"half"),
        (IN_CHUNKS, b"9\r\nhalf", HALF),
        (UNTIL_CLOSE, b"half", HALF),
    ],
)
async def test_an_answer_that_does_not_go_on_in_time_is_cut_off(autojump_clock, head, half, seen):
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(head)
        for at in range(len(half)):
            await trio.sleep(50)
            await stream.send_all(half[at : at + 1])
        await trio.sleep_forever()

    async with upstream(handle) as port, front_door(answer=10.0, stall=60.0) as door:
        door.publish(routes(READY, port))
        began = trio.current_time()
        async with await door.connect() as browser:
            await browser.send_all(request())
            assert (await read_head(browser)).startswith(b"HTTP/1.1 200 ")
            assert trio.current_time() == began  # a head goes ahead of its body
            body = await read_all(browser)
        assert trio.current_time() - began == pytest.approx(50 * len(half) + 60, abs=1.1)
    assert body == seen


async def test_between_two_events_there_may_be_any_time(autojump_clock):
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(EVENTS)
        for _ in range(3):
            await trio.sleep(10_000)
            await stream.send_all(b"data: x\n\n")

    async with upstream(handle) as port, front_door(answer=10.0, stall=60.0) as door:
        door.publish(routes(READY, port))
        said = await door.get()
    assert said.count(b"data: x\n\n") == 3
    assert said.endswith(b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("more", [b"x\r\n", b"", None])
@pytest.mark.parametrize(
    ("asked", "seen"), [(request(), b"4\r\nhalf\r\n"), (OLD, b"half"), (OLD_KEEPS, b"half")]
)
async def test_an_answer_in_chunks_that_breaks_off_does_not_look_whole(asked, seen, more):
    """It goes on with no chunk, or ends, or its connection is reset."""
    go_on = trio.Event()

    async def handle(stream):
        await read_head(stream)
        await stream.send_all(IN_CHUNKS + b"4\r\nhalf\r\n")
        await go_on.wait()
        if more is None:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        elif more:
            await stream.send_all(more)
            await trio.sleep_forever()

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(asked)
            head = await read_head(browser)
            assert await browser.receive_some() == seen
            go_on.set()
            if b"transfer-encoding" in head:
                assert await read_all(browser) == b""  # and no last chunk
            else:
                with pytest.raises(trio.BrokenResourceError):
                    await browser.receive_some()


async def test_an_answer_that_ends_with_its_connection_ends_as_that_does():
    go_on = trio.Event()

    async def handle(stream):
        await read_head(stream)
        await stream.send_all(UNTIL_CLOSE + b"half")
        await go_on.wait()
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(OLD)
            await read_head(browser)
            assert await browser.receive_some() == b"half"
            go_on.set()
            with pytest.raises(trio.BrokenResourceError):
                await browser.receive_some()


async def test_a_head_that_breaks_off_is_no_answer():
    said = await exchange(says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"), CLOSE)
    assert said.startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize("said", [CHUNKS, TILL_CLOSE])
async def test_after_an_answer_without_a_length_no_client_of_http_1_0_can_go_on(said):
    head, body = parts(await exchange(says(said), OLD_KEEPS + OLD_KEEPS))
    assert b"connection: close\r\n" in head + b"\r\n"
    assert body == b"abc"


@pytest.mark.parametrize("said", [b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b""])
async def test_an_answer_that_has_no_content_says_nothing_of_its_length(said):
    data = request() + CLOSE
    whole = await exchange(repeats(b"HTTP/1.1 204 No Content\r\n%b\r\n" % said), data)
    assert whole.count(b"HTTP/1.1 204 ") == 2
    assert b"content-length" not in whole
    assert b"transfer-encoding" not in whole


async def test_as_many_hints_are_passed_on_as_there_may_be():
    hint = b"HTTP/1.1 102 Processing\r\n\r\n"
    said = await exchange(says(hint * HINTS + OK), CLOSE)
    assert said.startswith(hint * HINTS + b"HTTP/1.1 200 ")
    said = await exchange(says(hint * (HINTS + 1) + OK, keep=True), CLOSE)
    assert b"HTTP/1.1 502 " in said


async def test_a_head_may_be_long_and_come_in_pieces():
    field = b"X-Y: " + b"y" * (ANSWER_HEAD - 100)
    whole = b"HTTP/1.1 200 OK\r\n" + field + b"\r\nContent-Length: 2\r\n\r\nok"
    said = await exchange(says(whole[:20], whole[20:-3], whole[-3:]), CLOSE)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert field.lower() in said
    assert said.endswith(b"ok")


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2dc6c0\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
async def test_a_large_answer_comes_whole(head):
    body = bytes(range(250)) * 12_000

    async def handle(stream):
        await read_head(stream)
        await stream.send_all(head + body + (b"\r\n0\r\n\r\n" if b"chunked" in head else b""))

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        if b"length" in head.lower():
            assert parts(await door.get())[1] == body
        else:
            assert parts(await door.exchange(OLD))[1] == body


async def test_a_browser_that_leaves_frees_the_dev_server_whatever_it_had_asked_before():
    began, left = trio.Event(), trio.Event()

    async def quick(stream):
        while await read_head(stream):
            await stream.send_all(OK)

    async def slow(stream):
        await read_head(stream)
        began.set()
        assert await read_all(stream) == b""
        left.set()

    async with upstream(quick) as one, upstream(slow) as two, front_door() as door:
        preview = routes(READY, one).previews[KEY.preview_id]
        other = Preview("two-0123abcd4567ef89", KEY, READY, two)
        door.publish(Routes({preview.id: preview, other.id: other}, default=preview.id))
        async with await door.connect() as browser:
            await browser.send_all(request())
            await read_head(browser)
            await browser.receive_some()
            await browser.send_all(request(host=f"{other.id}.localhost"))
            await began.wait()
            assert (await door.get()).endswith(b"ok")  # over the connection of its first one
        with trio.fail_after(5):
            await left.wait()


@pytest.mark.parametrize(
    ("said", "lives"),
    [
        (OK, 1),
        (CHUNKS, 1),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 1),
        (OK + b"x", 2),
        (CHUNKS + b"x", 2),
        (CHUNKS.replace(b"200 OK\r\n", b"200 OK\r\nConnection: close\r\n"), 2),
    ],
)
async def test_a_connection_is_used_again_when_its_answer_has_come_to_its_end(said, lives):
    seen = []

    async def handle(stream):
        seen.append(1)
        while await read_head(stream):
            await stream.send_all(said)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        for _ in range(2):
            assert (await door.get()).startswith(b"HTTP/1.1 20")
    assert len(seen) == lives


@pytest.mark.parametrize("said", [OK, CHUNKS])
async def test_a_browser_may_go_on_after_an_answer_that_says_where_it_ends(said):
    whole = await exchange(repeats(said), request() * 2 + CLOSE)
    assert whole.count(b"HTTP/1.1 200 ") == 3
    assert whole.lower().count(b"connection: close") == 1


async def test_of_what_comes_after_an_answer_the_browser_gets_nothing():
    go_on, seen = trio.Event(), []

    async def handle(stream):
        seen.append(1)
        await read_head(stream)
        await stream.send_all(OK[:-2])
        await go_on.wait()
        await stream.send_all(OK[-2:] + b"HTTP/1.1 200 OK\r\nX: not yours\r\n\r\n")
        await read_all(stream)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request())
            await read_head(browser)
            go_on.set()
            assert await browser.receive_some() == b"ok"
            await browser.send_all(CLOSE)
            assert parts(await read_all(browser))[1] == b"ok"
    assert len(seen) == 2
