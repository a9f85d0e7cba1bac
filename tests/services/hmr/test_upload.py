"""A request's body on its way to the dev server, as raw bytes on both sides."""

from contextlib import suppress

import pytest
import trio

from services.messages import PreviewState
from tests.services.hmr.doors import (
    front_door,
    read_all,
    read_head,
    request,
    routes,
    upstream,
)
from tests.services.hmr.test_exchange import CLOSE

READY = PreviewState.READY
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LAST = b"0\r\n\r\n"
PIECE = b"fffa\r\n" + b"x" * 0xFFFA + b"\r\n"  # of a body in chunks, or of any
OLD = b"PUT / HTTP/1.0\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"


def hears(length, said=OK, heard=None):
    """A dev server that hears out bodies of so many bytes, and then says this to each."""

    async def handle(stream):
        while await read_head(stream):
            body = b""
            while len(body) < length and (piece := await stream.receive_some(length - len(body))):
                body += piece
            if heard is not None:
                heard.append(body)
            await stream.send_all(said)

    return handle


@pytest.mark.parametrize(
    ("data", "waits"),
    [
        (request(method="PUT", content_length="3", expect="100-Continue"), True),
        (request(method="PUT", content_length="3", expect="100-continue", body=b"a"), False),
        (request(method="PUT", content_length="3"), False),
        (OLD, False),
    ],
)
async def test_who_waits_for_a_continuation_is_told_to_go_on_and_nobody_else(data, waits):
    async with upstream(hears(3)) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(data)
            if waits:
                assert await read_head(browser) == b"HTTP/1.1 100 Continue\r\n\r\n"
            await trio.testing.wait_all_tasks_blocked(0.01)
            await browser.send_all(b"abc" if waits else b"abc"[data.endswith(b"a") :])
            assert (await read_head(browser)).startswith(b"HTTP/1.1 200 ")


async def test_a_body_in_chunks_comes_whole_with_its_trailers_and_the_next_request_after_it():
    sent = b"3;x=y\r\nabc\r\n5\r\ndefgh\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n"
    heard = []
    whole = b"8\r\nabcdefgh\r\n0\r\nx-sum: 1\r\n\r\n"
    data = request(method="POST", transfer_encoding="chunked", body=sent)
    async with upstream(hears(len(whole), heard=heard)) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(data * 2)
            said = b""
            while said.count(b"\r\n\r\nok") < 2:
                said += await browser.receive_some()
    assert heard == [whole, whole]


@pytest.mark.parametrize(
    ("fields", "body"),
    [({"content_length": "3"}, b"abc"), ({"transfer_encoding": "chunked"}, b"3\r\nabc\r\n" + LAST)],
)
async def test_a_request_that_follows_at_once_is_no_part_of_the_body(fields, body):
    heard = []

    async def handle(stream):
        while head := await read_head(stream):
            if head.startswith(b"PUT "):
                assert await stream.receive_some(len(body)) == body
            heard.append(head)
            await stream.send_all(OK)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        data = request(method="PUT", body=body, **fields) + request("/next") + CLOSE
        assert (await door.exchange(data)).count(b"\r\n\r\nok") == 3
    assert [head.partition(b" HTTP")[0] for head in heard] == [b"PUT /", b"GET /next", b"GET /"]
    assert all(b"\r\nx-forwarded-host: localhost\r\n" in head for head in heard)


async def test_a_head_goes_ahead_of_a_body_in_chunks_and_every_chunk_as_it_comes():
    async def handle(stream):
        await read_head(stream)
        for _ in range(2):
            await stream.send_all(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            assert await stream.receive_some() == b"3\r\nabc\r\n"
        await stream.send_all(OK)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request(method="POST", transfer_encoding="chunked"))
            for _ in range(2):
                assert (await read_head(browser)).startswith(b"HTTP/1.1 103 ")
                await browser.send_all(b"3\r\nabc\r\n")
            assert (await read_head(browser)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("fields", "body", "there"),
    [
        ({"content_length": "9"}, b"abc", b"abc"),
        ({"transfer_encoding": "chunked"}, b"3\r\nabc\r\n", b"3\r\nabc\r\n"),
        ({"transfer_encoding": "chunked"}, b"9\r\nabc", b"3\r\nabc\r\n"),
        ({"transfer_encoding": "chunked"}, b"3\r\nabc\r\n0\r\n", b"3\r\nabc\r\n"),
    ],
)
async def test_a_body_that_its_browser_cuts_off_is_cut_off_and_has_no_answer(fields, body, there):
    begun, heard = trio.Event(), []

    async def handle(stream):
        await read_head(stream)
        begun.set()
        heard.append(await read_all(stream))

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request(method="POST", body=body, **fields))
            await begun.wait()
            await browser.send_eof()
            with trio.fail_after(5):
                assert await read_all(browser) == b""
        await trio.testing.wait_all_tasks_blocked()
    assert heard == [there]


async def test_a_browser_that_leaves_after_its_body_frees_the_dev_server():
    heard, left = trio.Event(), trio.Event()

    async def handle(stream):
        await read_head(stream)
        assert await stream.receive_some() == b"abc"
        heard.set()
        assert await stream.receive_some() == b""
        left.set()

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request(method="POST", content_length="3", body=b"abc"))
            await heard.wait()
        with trio.fail_after(5):
            await left.wait()


async def test_an_answer_that_has_begun_is_cut_off_by_a_broken_body_and_no_second_one_begins():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        await read_all(stream)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request(method="POST", transfer_encoding="chunked"))
            said = await read_head(browser)
            await browser.send_all(b"x\r\n")
            said += await read_all(browser)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.endswith(b"\r\n\r\nhalf")


async def test_a_body_that_nobody_wants_to_hear_does_not_hide_the_answer():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")

    async def send(browser):
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while True:
                await browser.send_all(bytes(65536))

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser, trio.open_nursery() as nursery:
            await browser.send_all(request(method="PUT", content_length="100000000"))
            nursery.start_soon(send, browser)
            with trio.fail_after(5):
                said = await read_head(browser)
                assert await browser.receive_some() == b"no"
            nursery.cancel_scope.cancel()
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close\r\n" in said


@pytest.mark.parametrize("whole", [True, False])
async def test_a_connection_is_used_again_after_a_body_that_came_whole_and_only_then(whole):
    lives = []

    async def handle(stream):
        lives.append(1)
        while head := await read_head(stream):
            if whole and b"transfer-encoding" in head:
                assert await stream.receive_some(len(LAST)) == LAST
            await stream.send_all(OK)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request(method="PUT", transfer_encoding="chunked"))
            await browser.send_all(LAST if whole else b"")
            # Answered before it is there: what would come yet is the beginning of no request.
            assert (b"connection: close\r\n" in await read_head(browser)) is not whole
        assert (await door.get()).endswith(b"\r\n\r\nok")
    assert len(lives) == (1 if whole else 2)


async def test_a_dev_server_is_not_late_before_it_has_heard_all_of_the_question(autojump_clock):
    async with upstream(hears(3)) as port, front_door(answer=10.0, stall=60.0) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request(method="PUT", content_length="3"))
            for byte in (b"a", b"b", b"c"):
                await trio.sleep(50)
                await browser.send_all(byte)
            assert (await read_head(browser)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("fields", [{"content_length": "3"}, {"transfer_encoding": "chunked"}])
async def test_from_the_end_of_the_question_on_it_may_be(autojump_clock, fields):
    async def handle(stream):
        await read_head(stream)
        await trio.sleep_forever()

    async with upstream(handle) as port, front_door(answer=10.0, stall=60.0) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request(method="PUT", **fields))
            await trio.sleep(30)
            await browser.send_all(LAST)
            began = trio.current_time()
            assert (await read_head(browser)).startswith(b"HTTP/1.1 504 ")
            assert trio.current_time() - began <= 11


@pytest.mark.parametrize(
    "fields", [{"content_length": "1" + "0" * 9}, {"transfer_encoding": "chunked"}]
)
@pytest.mark.parametrize(("answers", "status"), [(62, b"200"), (600, b"504")])
async def test_a_dev_server_that_takes_no_more_of_a_body_may_still_answer_for_a_while(
    autojump_clock, fields, answers, status
):
    async def handle(stream):
        await read_head(stream)
        await trio.sleep(answers)
        with suppress(trio.BrokenResourceError):
            await stream.send_all(OK)

    async def send(browser):
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while True:
                await browser.send_all(PIECE)

    async with upstream(handle) as port, front_door(answer=7.0, stall=60.0) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser, trio.open_nursery() as nursery:
            await browser.send_all(request(method="PUT", **fields))
            began = trio.current_time()
            nursery.start_soon(send, browser)
            said = await read_head(browser)
            assert trio.current_time() - began < 80
            nursery.cancel_scope.cancel()
    assert said.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close\r\n" in said


@pytest.mark.parametrize("fields", [{"content_length": "9"}, {"transfer_encoding": "chunked"}])
async def test_a_browser_that_does_not_go_on_is_given_up_in_silence(autojump_clock, fields):
    async with upstream(hears(99)) as port, front_door(answer=10.0, stall=60.0) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request(method="PUT", **fields))
            began = trio.current_time()
            assert await read_all(browser) == b""
            assert trio.current_time() - began == pytest.approx(60, abs=1.1)


@pytest.mark.parametrize(
    "fields", [{"content_length": "1" + "0" * 9}, {"transfer_encoding": "chunked"}]
)
async def test_a_body_that_nobody_reads_is_not_fetched_into_memory(fields):
    sent = 0

    async def handle(stream):
        await read_head(stream)
        await trio.sleep_forever()

    async def send(browser):
        nonlocal sent
        with suppress(trio.BrokenResourceError):
            while True:
                await browser.send_all(PIECE)
                sent += len(PIECE)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser, trio.open_nursery() as nursery:
            await browser.send_all(request(method="PUT", **fields))
            nursery.start_soon(send, browser)
            before = -1
            while before != sent:
                before = sent
                await trio.testing.wait_all_tasks_blocked(0.1)
            assert 0 < sent < 32 * 1024 * 1024
            nursery.cancel_scope.cancel()
