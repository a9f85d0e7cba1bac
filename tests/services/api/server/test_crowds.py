"""Clients that are slow, many, or mean no good: each costs little, and nobody else waits."""

import os
import socket
import struct
from contextlib import AsyncExitStack

import pytest
import trio
from structlog.testing import capture_logs

from tests.benchmarks.procfs import resident_mb
from tests.services.api.server.serving import (
    body_of,
    echo,
    reply,
    request,
    rest,
    serving,
    until,
)
from tests.services.http11.test_head import REFUSED

LARGE = b"x" * 20_000_000
LAST = request("/last", connection="close")


async def large(scope, receive, send):
    await body_of(receive)
    await reply(send, LARGE)


async def drip(client, data):
    for byte in data:
        try:
            await client.send_all(bytes([byte]))
        except trio.BrokenResourceError:
            return
        await trio.sleep(10)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 1000\r\n\r\n",
    ],
)
async def test_a_request_that_trickles_has_one_minute_in_all(autojump_clock, data):
    async with serving(echo) as door, await door.connect() as client:
        await client.send_all(data)
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(drip, client, b"x" * 100)
            said = await rest(client)
            assert trio.current_time() - began == pytest.approx(60, abs=1)
            nursery.cancel_scope.cancel()
    assert said.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"did not come whole within 60 seconds" in said


async def test_a_minute_begins_with_the_first_byte_of_each_request(autojump_clock):
    async with serving(echo) as door, await door.connect() as client:
        for _ in range(3):
            await trio.sleep(50)
            await client.send_all(request()[:10])
            await trio.sleep(50)
            await client.send_all(request()[10:])
            await until(client, b"GET /: ")
        # One that began while another was served has no more than that either.
        await client.send_all(request() + b"GET")
        await until(client, b"GET /: ")
        began = trio.current_time()
        assert (await rest(client)).startswith(b"HTTP/1.1 408 ")
        assert trio.current_time() - began == pytest.approx(60, abs=1)


@pytest.mark.parametrize("asked", [b"", request()])
async def test_a_connection_on_which_nothing_is_asked_ends_in_silence(autojump_clock, asked):
    async with serving(echo) as door, await door.connect() as client:
        if asked:
            await trio.sleep(70)
            await client.send_all(asked)
            await until(client, b"GET /: ")
        began = trio.current_time()
        assert await rest(client) == b""
        assert trio.current_time() - began == pytest.approx(75, abs=1)


async def test_who_waits_for_a_long_time_is_no_idle_client(autojump_clock):
    async def app(scope, receive, send):
        await trio.sleep(500)
        await reply(send, b"at last")

    async with serving(app) as door:
        assert b"at last" in await door.exchange(request(connection="close"))


@pytest.mark.parametrize("fields", [{}, {"transfer_encoding": "chunked"}])
async def test_who_reads_nothing_of_a_large_answer_is_given_up(autojump_clock, fields):
    ended = trio.Event()

    async def app(scope, receive, send):
        try:
            await large(scope, receive, send)
        finally:
            ended.set()

    body = b"0\r\n\r\n" if fields else b""
    with capture_logs() as logs:
        async with serving(app) as door, await door.connect() as client:
            await client.send_all(request(**fields) + body)
            began = trio.current_time()
            await ended.wait()
            # The kernel keeps its own time, and an acknowledgement that is late is a sign of life.
            assert 59 < trio.current_time() - began < 181
            assert len(await rest(client)) < len(LARGE)
    assert logs == []


@pytest.mark.parametrize("fields", [{}, {"transfer_encoding": "chunked"}])
async def test_who_reads_a_large_answer_gets_all_of_it(fields):
    body = b"0\r\n\r\n" if fields else b""
    async with serving(large) as door:
        said = await door.exchange(request(connection="close", **fields) + body)
    assert said.endswith(b"\r\n\r\n" + LARGE)


@pytest.mark.parametrize("fields", [{}, {"transfer_encoding": "chunked"}])
async def test_who_reads_nothing_does_not_hold_up_a_stop(autojump_clock, fields):
    body = b"0\r\n\r\n" if fields else b""
    async with serving(large) as door, await door.connect() as client:
        await client.send_all(request(**fields) + body)
        await client.receive_some(1)
        door.stopping.set()
        began = trio.current_time()
        await door.ended.wait()
        assert trio.current_time() - began == pytest.approx(4, abs=0.1)


async def test_more_than_there_may_be_are_told_and_there_is_room_again():
    async with serving(echo, connections=2) as door:
        async with await door.connect() as first, await door.connect():
            await first.send_all(request())
            await until(first, b"GET /: ")
            async with await door.connect() as third:
                said = await rest(third)
            assert said.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
            assert b"too many connections; try again later" in said
            assert b"retry-after: 5\r\n" in said
            await first.send_all(LAST)
            assert b"GET /last: " in await rest(first)
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert b"GET /last: " in await door.exchange(LAST)


async def test_one_client_leaves_room_for_others():
    clients = iter(["ann", "ann", "ann", "bob"])
    async with (
        serving(echo, lambda _: next(clients), connections=4) as door,
        await door.connect() as first,
        await door.connect() as second,
    ):
        for stream in (first, second):
            await stream.send_all(request())
            await until(stream, b"GET /: ")
        assert b"503 Service Unavailable" in await door.exchange(LAST)
        assert b"GET /last: " in await door.exchange(LAST)


async def test_who_is_gone_before_it_was_taken_in_takes_no_place():
    async with serving(echo, connections=2) as door:
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", door.port)) as gone:
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert b"GET /last: " in await door.exchange(LAST)


async def test_two_thousand_that_idle_cost_little_and_keep_nobody_waiting(descriptors):
    async with serving(echo, connections=3000) as door, AsyncExitStack() as opened:
        assert b"GET /last: " in await door.exchange(LAST)
        before = resident_mb(os.getpid())
        for number in range(2000):
            sock = opened.enter_context(socket.socket())
            sock.setblocking(True)
            sock.connect(("127.0.0.1", door.port))
            sock.send(request())
            if number % 50 == 0:
                await trio.testing.wait_all_tasks_blocked()
        await trio.testing.wait_all_tasks_blocked(0.05)
        each = (resident_mb(os.getpid()) - before) * 2**20 / 2000
        assert b"GET /last: " in await door.exchange(LAST)
    assert each < 16 * 1024


@pytest.mark.parametrize(("data", "status"), REFUSED)
async def test_what_could_be_read_in_two_ways_is_answered_with_a_problem_and_no_more(data, status):
    async def never(scope, receive, send):
        raise AssertionError(scope)

    with capture_logs() as logs:
        async with serving(never) as door:
            said = await door.exchange(data + LAST)
    assert said.startswith(b"HTTP/1.1 %d " % status)
    assert b"content-type: application/problem+json\r\n" in said
    assert said.count(b"content-length: ") == 1
    assert logs == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\nHost: l\r\nX: " + b"x" * 70_000, 431),
        (b"GET / HTTP/1.1\r\nHost: l\r\nX: " + b"x" * 700_000 + b"\r\n\r\n", 431),
    ],
)
async def test_what_is_no_request_is_not_waited_for(data, status):
    async with serving(echo) as door, await door.connect() as client:
        await client.send_all(data)
        with trio.fail_after(5):
            said = await rest(client)
    assert said.startswith(b"HTTP/1.1 %d " % status)
    assert said.endswith(b"}")  # and not with a reset, which would take it back


@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
async def test_no_other_protocol_is_gone_over_to(protocol):
    asked = request(
        connection="Upgrade, HTTP2-Settings",
        upgrade=protocol,
        HTTP2_Settings="AAMAAABkAARAAAAAAAIAAAAA",
        sec_websocket_key="dGhlIHNhbXBsZSBub25jZQ==",
        sec_websocket_version="13",
    )
    async with serving(echo) as door:
        said = await door.exchange(asked + LAST)
        assert said.startswith(b"HTTP/1.1 200 ")
        assert said.count(b"HTTP/1.1 200 ") == 2
        with_body = asked.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        assert (await door.exchange(with_body)).startswith(b"HTTP/1.1 400 ")
