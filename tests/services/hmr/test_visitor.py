import pytest
import trio

from services.messages import Activity, PreviewState, Routes
from tests.services.hmr.doors import (
    KEY,
    answer,
    echo_head,
    front_door,
    read_all,
    read_head,
    request,
    routes,
    upstream,
)

READY = PreviewState.READY


async def test_a_request_is_answered_by_the_default_preview_with_path_and_query_unchanged():
    async with upstream(echo_head()) as port, front_door() as door:
        door.publish(routes(READY, port))
        said = await door.get("/a%20b/?c=d&token=x", host="localhost:4321", x_mine="1")
    assert said.startswith(b"HTTP/1.1 200 OK")
    assert b"GET /a%20b/?c=d&token=x HTTP/1.1\r\n" in said
    assert b"host: localhost:%d\r\n" % port in said
    assert b"x-forwarded-host: localhost:4321\r\n" in said
    assert b"x-forwarded-for: 127.0.0.1\r\n" in said
    assert b"x-mine: 1\r\n" in said


async def test_a_connection_is_kept_for_the_next_request_even_when_both_come_at_once():
    async with upstream(answer(b"hello")) as port, front_door() as door:
        door.publish(routes(READY, port))
        said = await door.exchange(request("/1") + request("/2", connection="close"))
    assert said.count(b"HTTP/1.1 200 OK") == 2
    assert said.count(b"hello") == 2


async def test_a_body_of_unknown_length_is_streamed_both_ways_as_it_comes():
    async def handle(stream):
        head = await read_head(stream)
        assert b"transfer-encoding: chunked" in head
        await stream.send_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        async for data in stream:
            await stream.send_all(b"%x\r\n%b\r\n" % (len(data), data))
            if data.endswith(b"0\r\n\r\n"):
                await stream.send_all(b"0\r\n\r\n")
                return

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request(method="POST", transfer_encoding="chunked"))
            assert (await read_head(browser)).startswith(b"HTTP/1.1 200")
            await browser.send_all(b"3\r\none\r\n")
            assert b"one" in await browser.receive_some()
            await browser.send_all(b"0\r\n\r\n")
            rest = b""
            while not rest.endswith(b"\r\n0\r\n\r\n"):
                rest += await browser.receive_some()


async def test_an_answer_that_nobody_reads_is_not_fetched_into_memory():
    sent = 0

    async def handle(stream):
        nonlocal sent
        await read_head(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            await stream.send_all(b"x" * 65536)
            sent += 65536

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request())
            before = 0
            with trio.fail_after(30):
                while before != sent or not sent:
                    before = sent
                    await trio.sleep(0.2)  # for the operating system's buffers to fill
            assert 0 < sent < 32 * 1024 * 1024


async def test_a_continuation_is_granted_before_the_body():
    async def handle(stream):
        head = await read_head(stream)
        assert b"expect" not in head.lower()
        assert await stream.receive_some() == b"abc"
        await stream.send_all(b"HTTP/1.1 204 No Content\r\n\r\n")

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request(method="PUT", content_length="3", expect="100-continue"))
            assert (await read_head(browser)).startswith(b"HTTP/1.1 100")
            await browser.send_all(b"abc")
            assert (await read_head(browser)).startswith(b"HTTP/1.1 204")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"\x16\x03\x01 this is not HTTP\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET http://elsewhere.test/ HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"CONNECT elsewhere.test:443 HTTP/1.1\r\nHost: elsewhere.test\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 70_000, b"431"),
    ],
)
async def test_what_cannot_be_read_is_refused_and_closed(said, status):
    async with upstream(answer()) as port, front_door() as door:
        door.publish(routes(READY, port))
        assert (await door.exchange(said)).startswith(b"HTTP/1.1 " + status)


async def test_an_answer_cut_short_is_cut_short_for_the_browser_too():
    heads = []

    async def handle(stream):
        heads.append(await read_head(stream))
        await stream.send_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        said = await door.exchange(request())
        assert said.endswith(b"half\r\n")  # and no last chunk: the browser knows
        assert len(heads) == 1
        assert (await door.get("/")).startswith(b"HTTP/1.1 200")


async def test_a_page_asked_for_in_the_moment_of_a_crash_comes_from_the_next_life():
    lives = []

    async def handle(stream):
        await read_head(stream)
        lives.append(1)
        if len(lives) > 1:
            await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew")

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        assert (await door.get("/")).endswith(b"new")


async def test_what_may_have_happened_is_not_done_again():
    lives = []

    async def handle(stream):
        lives.append(await read_head(stream))

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        said = await door.exchange(
            request(method="POST", body=b"x", content_length="1", connection="close")
        )
    assert said.startswith(b"HTTP/1.1 503")
    assert len(lives) == 1


async def test_a_request_is_held_while_the_dev_server_starts():
    async with upstream(answer(b"here")) as port, front_door() as door:
        door.publish(routes(PreviewState.STARTING, port))
        async with trio.open_nursery() as nursery:
            said = []

            async def ask():
                said.append(await door.get("/", accept="text/html"))

            nursery.start_soon(ask)
            await trio.testing.wait_all_tasks_blocked(0.05)
            assert not said
            door.publish(routes(READY, port))
        assert said[0].endswith(b"here")


async def test_a_person_sees_at_once_that_dependencies_are_installed():
    async with front_door() as door:
        door.publish(routes(PreviewState.INSTALLING, reason="installing dependencies"))
        with trio.fail_after(5):
            said = await door.get("/", accept="text/html")
        assert said.startswith(b"HTTP/1.1 503")
        assert b"text/html" in said
        assert b"installing dependencies" in said


async def test_a_held_request_that_prefers_not_to_wait_is_not_held():
    async with front_door() as door:
        door.publish(routes(PreviewState.STARTING, reason="starting"))
        with trio.fail_after(5):
            said = await door.get("/", prefer="wait=0")
        assert said.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 2\r\n" in said


async def test_without_any_preview_it_says_how_to_open_one_and_keeps_the_connection():
    async with front_door() as door:
        door.publish(Routes({}))
        said = await door.exchange(
            request(accept="text/html") + request(method="HEAD", connection="close")
        )
        assert said.count(b"HTTP/1.1 503") == 2
        assert said.count(b"POST /api/init") == 1


async def test_the_first_label_of_the_host_picks_the_preview():
    async with upstream(answer(b"one")) as one, front_door() as door:
        door.publish(Routes(routes(READY, one).previews))
        assert (await door.get("/", host=f"{KEY.preview_id}.localhost:4321")).endswith(b"one")
        assert b"No site is open" in await door.get("/", host="localhost:4321")


async def test_pages_are_reported_as_activity_and_assets_are_not():
    async with upstream(answer()) as port, front_door() as door:
        door.publish(routes(READY, port))
        await door.get("/logo.svg", accept="image/*")
        assert door.sent("activity") == []
        await door.get("/", accept="text/html")
        assert door.sent("activity") == [Activity("navigation")]


async def test_a_full_activity_stream_holds_nobody_up():
    async with upstream(answer(b"ok")) as port, front_door() as door:
        door.publish(routes(READY, port))
        send = door.harness.channels.streams["activity"][0]
        for _ in range(int(send.statistics().max_buffer_size)):
            send.send_nowait(None)
        assert (await door.get("/", accept="text/html")).endswith(b"ok")


async def test_a_browser_that_leaves_frees_the_dev_server():
    left = trio.Event()

    async def handle(stream):
        await read_head(stream)
        assert await stream.receive_some() == b""
        left.set()

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(request())
            await trio.testing.wait_all_tasks_blocked(0.05)
        with trio.fail_after(5):
            await left.wait()


async def test_a_silent_connection_is_closed_after_a_while():
    async with front_door(idle=0.05) as door, await door.connect() as browser:
        with trio.fail_after(5):
            assert await read_all(browser) == b""


async def test_a_stranger_that_resolves_to_us_is_refused_and_told_what_to_do():
    async with front_door() as door:
        answer = await door.get(host="evil.test")
    assert answer.startswith(b"HTTP/1.1 421 ")
    assert b"service.hmr.options.domains" in answer
