import socket
import struct

import pytest
import trio
from structlog.testing import capture_logs

from services.http11.accepting import open_listeners
from services.messages import PreviewState
from tests.ports import free_port
from tests.services.hmr.doors import (
    answer,
    front_door,
    read_all,
    read_head,
    request,
    routes,
    upstream,
)

READY = PreviewState.READY


def reset(stream):
    """Close so that the other end meets an error rather than an end."""
    linger = struct.pack("ii", 1, 0)
    stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    stream.socket.close()


async def endless(stream):
    await read_head(stream)
    await stream.send_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        await stream.send_all(b"x" * 65536)


@pytest.mark.parametrize("moment", ["at once", "in the head", "in the body", "in the answer"])
async def test_a_browser_that_breaks_its_connection_harms_nobody_else(moment):
    async with upstream(endless) as port, front_door() as door:
        door.publish(routes(READY, port))
        with capture_logs() as logs:
            await meet_broken_browsers(door, moment)
    assert not [entry for entry in logs if entry["log_level"] == "error"]


async def meet_broken_browsers(door, moment):
    async with await door.connect() as other:
        await other.send_all(request())
        await read_head(other)
        for _ in range(5):
            browser = await door.connect()
            if moment == "in the head":
                await browser.send_all(b"GET / HTT")
            elif moment == "in the body":
                await browser.send_all(request(method="POST", content_length="9", body=b"1"))
            elif moment == "in the answer":
                await browser.send_all(request())
                await read_head(browser)
            await trio.testing.wait_all_tasks_blocked(0.01)
            reset(browser)
        assert await other.receive_some()


async def test_a_bug_that_one_request_meets_stays_with_that_request(monkeypatch):
    async with upstream(answer(b"ok")) as port, front_door() as door:
        door.publish(routes(READY, port))
        with monkeypatch.context() as patch:
            patch.setattr("services.hmr.visitor.is_navigation", lambda *_: 1 / 0)
            assert await door.get("/") == b""
        assert (await door.get("/")).endswith(b"ok")


async def test_closing_lets_what_is_under_way_finish_and_ends_what_only_waits():
    go = trio.Event()

    async def handle(stream):
        await read_head(stream)
        await go.wait()
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")

    async with upstream(handle) as port, front_door(grace=5.0) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as idle, await door.connect() as busy:
            await busy.send_all(request())
            await trio.testing.wait_all_tasks_blocked(0.05)
            door.harness.stopping.set()
            assert await read_all(idle) == b""
            with pytest.raises(OSError):
                await door.connect()
            go.set()
            assert (await read_all(busy)).endswith(b"done")


async def test_closing_waits_no_longer_than_its_grace():
    async with upstream(endless) as port:
        with trio.fail_after(5):
            async with front_door(grace=0.1) as door:
                door.publish(routes(READY, port))
                stuck = await door.connect()
                await stuck.send_all(request())
                await read_head(stuck)
        await stuck.aclose()


async def test_a_held_request_is_told_when_the_door_closes():
    async with front_door() as door:
        door.publish(routes(PreviewState.STARTING))
        async with await door.connect() as browser:
            await browser.send_all(request())
            await trio.testing.wait_all_tasks_blocked(0.05)
            door.harness.stopping.set()
            assert (await read_all(browser)).startswith(b"HTTP/1.1 503")


async def test_every_address_or_none():
    first = free_port()
    (taken,) = await open_listeners(["127.0.0.1:0"])
    with taken:
        with pytest.raises(OSError):
            await open_listeners([f"127.0.0.1:{first}", f"127.0.0.1:{taken.getsockname()[1]}"])
        (again,) = await open_listeners([f"127.0.0.1:{first}"])
        again.close()
