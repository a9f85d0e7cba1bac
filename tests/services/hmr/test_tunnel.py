import socket

import pytest
import trio

from services.hmr.tunnel import CHUNK, CLOSE_FRAME, SOME
from services.messages import PreviewState
from tests.services.hmr.doors import (
    front_door,
    read_all,
    read_head,
    request,
    routes,
    upstream,
)

READY = PreviewState.READY
SWITCH = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: abc=\r\nSec-WebSocket-Protocol: vite-hmr\r\n\r\n"
)


def upgrade(path="/?token=t0", protocol="vite-hmr"):
    return request(
        path,
        connection="Upgrade",
        upgrade="websocket",
        sec_websocket_key="a2V5a2V5a2V5a2V5a2V5",
        sec_websocket_version="13",
        sec_websocket_protocol=protocol,
    )


async def switch(browser):
    await browser.send_all(upgrade())
    head = await read_head(browser)
    assert head.startswith(b"HTTP/1.1 101 ")
    return head


async def read_some(stream, count):
    data = b""
    while len(data) < count and (piece := await stream.receive_some()):
        data += piece
    return data


async def test_the_handshake_passes_and_then_bytes_both_ways_with_none_lost():
    async def handle(stream):
        head = await read_head(stream)
        assert head.startswith(b"GET /?token=t0 HTTP/1.1\r\n")
        assert b"sec-websocket-protocol: vite-hmr\r\n" in head
        assert b"sec-websocket-key: a2V5a2V5a2V5a2V5a2V5\r\n" in head
        await stream.send_all(SWITCH + b"early")
        assert await stream.receive_some() == b"hi"
        await stream.send_all(b"bye")

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(upgrade() + b"hi")
            head = await read_head(browser)
            assert head.startswith(b"HTTP/1.1 101 ")
            assert b"sec-websocket-protocol: vite-hmr\r\n" in head.lower()
            assert b"sec-websocket-accept: abc=\r\n" in head.lower()
            assert await read_some(browser, 8 + len(CLOSE_FRAME)) == b"earlybye" + CLOSE_FRAME
        assert door.sent("activity") == []


async def test_a_refused_handshake_is_an_answer_like_any_other():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno")

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(upgrade())
            assert (await read_head(browser)).startswith(b"HTTP/1.1 400")
            assert await browser.receive_some() == b"no"
            await browser.send_all(request(connection="close"))
            assert (await read_all(browser)).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("protocol", ["vite-hmr", "vite-ping"])
async def test_a_socket_that_nobody_can_answer_is_held_and_then_refused(protocol):
    async with front_door(hold=0.1) as door:
        door.publish(routes(PreviewState.STARTING))
        async with await door.connect() as browser:
            await browser.send_all(upgrade(protocol=protocol))
            head = await read_head(browser)
            assert head.startswith(b"HTTP/1.1 503")
            assert b"text/plain" in head


async def test_a_browser_whose_dev_server_dies_is_told_of_a_restart_and_then_cut_off():
    die = trio.Event()

    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        await die.wait()

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await switch(browser)
            die.set()
            assert await browser.receive_some() == CLOSE_FRAME
            await browser.send_all(b"\x88\x82\0\0\0\0\x03\xf4")
            # A clean end would keep the client of Vite 5 from coming back.
            with pytest.raises(trio.BrokenResourceError):
                await browser.receive_some()


async def test_a_dev_server_that_says_goodbye_itself_is_not_talked_over():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        await stream.send_all(b"\x88\x02\x03\xe8")

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await switch(browser)
            assert await read_all(browser) == b"\x88\x02\x03\xe8"


async def test_one_tunnel_that_breaks_harms_no_other():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        async for data in stream:
            await stream.send_all(data)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as other:
            await switch(other)
            for _ in range(3):
                browser = await door.connect()
                await switch(browser)
                await browser.send_all(b"x" * 10_000)
                browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                await browser.aclose()
                await other.send_all(b"still here")
                assert await other.receive_some() == b"still here"


async def test_closing_tells_the_browser_that_the_service_restarts():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        await trio.sleep_forever()

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await switch(browser)
            door.harness.stopping.set()
            assert await browser.receive_some() == CLOSE_FRAME


async def test_one_direction_may_end_before_the_other():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        said = await read_all(stream)
        await stream.send_all(b"answer to " + said)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await switch(browser)
            await browser.send_all(b"last words")
            await browser.send_eof()
            assert await read_all(browser) == b"answer to last words"


async def test_a_direction_that_never_ends_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr("services.hmr.tunnel.LINGER", 0.05)
    ended = trio.Event()

    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        assert await read_all(stream) == b""
        try:
            while True:
                await stream.send_all(b"and on")
                await trio.testing.wait_all_tasks_blocked(0.001)
        except trio.BrokenResourceError:
            ended.set()

    async with upstream(handle) as port, front_door(stall=0.1) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await switch(browser)
            await browser.send_eof()
            with trio.fail_after(5):
                await ended.wait()


@pytest.mark.parametrize("reader", ["browser", "server"])
async def test_who_does_not_read_stops_who_writes_and_then_gets_everything(reader):
    size = 32 * 1024 * 1024  # far more than the operating system takes
    sent = 0
    go, complete = trio.Event(), trio.Event()
    received = bytearray()

    async def write(stream):
        nonlocal sent
        while sent < size:
            piece = bytes([sent // CHUNK % 251]) * CHUNK
            await stream.send_all(piece)
            sent += CHUNK

    async def read(stream):
        await go.wait()
        while len(received) < size:
            received.extend(await stream.receive_some())
        complete.set()

    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        await (read if reader == "server" else write)(stream)
        await trio.sleep_forever()

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser, trio.open_nursery() as nursery:
            await switch(browser)
            nursery.start_soon(write if reader == "server" else read, browser)
            before = -1
            while before != sent:
                before = sent
                await trio.testing.wait_all_tasks_blocked(0.1)
            assert 0 < sent < size
            go.set()
            await complete.wait()
        assert received == b"".join(bytes([n % 251]) * CHUNK for n in range(size // CHUNK))


@pytest.mark.parametrize("size", [SOME - 1, SOME, SOME + 1, SOME + CHUNK, SOME + CHUNK + 1])
async def test_a_piece_of_any_size_comes_whole_with_nothing_behind_it(size):
    """No edge tells of what is left of a piece that is larger than a turn."""
    piece = b"".join(b"%08d" % number for number in range(size // 8 + 1))[:size]

    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        await stream.send_all(await read_some(stream, size))
        await trio.sleep_forever()

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await switch(browser)
            await browser.send_all(piece)
            with trio.fail_after(5):
                assert await read_some(browser, size) == piece


async def test_a_tunnel_whose_reader_never_reads_is_cut_in_the_end():
    cut = trio.Event()

    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        try:
            while True:
                await stream.send_all(b"x" * CHUNK)
        except trio.BrokenResourceError:
            cut.set()

    async with upstream(handle) as port, front_door(stall=0.1) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await switch(browser)
            with trio.fail_after(5):
                await cut.wait()


async def test_a_switch_that_nobody_asked_for_is_no_answer():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH + b"anything")

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        assert (await door.get("/")).startswith(b"HTTP/1.1 502")


async def test_there_are_only_so_many_tunnels():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        await read_all(stream)

    async with upstream(handle) as port, front_door(tunnels=1) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as first, await door.connect() as second:
            await switch(first)
            await second.send_all(upgrade())
            assert (await read_head(second)).startswith(b"HTTP/1.1 503")
            await first.send_eof()
            assert await read_all(first) == b""
        async with await door.connect() as third:
            await switch(third)


async def test_tunnels_that_open_at_once_are_counted_all_the_same_when_they_have_ended():
    asked = []
    both = trio.Event()

    async def handle(stream):
        await read_head(stream)
        asked.append(1)
        if len(asked) == 2:
            both.set()
        await both.wait()
        await stream.send_all(SWITCH)
        await read_all(stream)

    async with upstream(handle) as port, front_door(tunnels=1) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as first, await door.connect() as second:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(switch, first)
                nursery.start_soon(switch, second)
            for browser in (first, second):
                await browser.send_eof()
                assert await read_all(browser) == b""
        async with await door.connect() as third, await door.connect() as fourth:
            await switch(third)
            await fourth.send_all(upgrade())
            assert (await read_head(fourth)).startswith(b"HTTP/1.1 503")
