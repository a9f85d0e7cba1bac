import pytest
import trio
from trio.testing import memory_stream_pair

from services.hmr.closing import Closing
from services.hmr.tunnel import run_tunnel
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
            assert await read_all(browser) == b"earlybye"
        assert door.activity() == []


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


async def test_the_end_of_the_dev_server_is_the_end_of_the_socket():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(upgrade())
            await read_head(browser)
            assert await read_all(browser) == b""


async def test_closing_tells_the_browser_that_the_service_restarts():
    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH)
        await trio.sleep_forever()

    async with upstream(handle) as port, front_door() as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await browser.send_all(upgrade())
            await read_head(browser)
            door.harness.stopping.set()
            assert await read_all(browser) == b"\x88\x02\x03\xf4"


async def test_one_direction_may_end_before_the_other(autojump_clock):
    browser, ours = memory_stream_pair()
    theirs, server = memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_tunnel, ours, theirs, Closing())
        await browser.send_all(b"last words")
        await browser.send_eof()
        assert await server.receive_some() == b"last words"
        assert await server.receive_some() == b""
        await server.send_all(b"answer")
        assert await browser.receive_some() == b"answer"
        await server.send_eof()
        assert await browser.receive_some() == b""


async def test_a_direction_that_never_ends_is_not_waited_for_for_ever(autojump_clock):
    browser, ours = memory_stream_pair()
    theirs, _server = memory_stream_pair()
    await browser.send_eof()
    began = trio.current_time()
    await run_tunnel(ours, theirs, Closing())
    assert trio.current_time() - began == pytest.approx(5.0)


async def test_a_lost_end_ends_both(autojump_clock):
    browser, ours = memory_stream_pair()
    theirs, server = memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_tunnel, ours, theirs, Closing())
        await server.aclose()
        await browser.send_all(b"into the void")
        await trio.testing.wait_all_tasks_blocked()
        with trio.fail_after(1):
            await browser.send_all(b"again")
