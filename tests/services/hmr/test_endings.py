"""How a WebSocket through the front door ends: who is told what, and how long it may take."""

import os
import select
import socket
from contextlib import asynccontextmanager, suppress
from functools import partial
from math import inf

import pytest
import trio

from services.hmr.tunnel import CHUNK, CLOSE_FRAME, LINGER, SHORT, Tunnel
from services.hmr.wire import NO_LINGER
from tests.services.hmr.doors import front_door, read_all, read_head, routes, upstream
from tests.services.hmr.test_tunnel import READY, SWITCH, read_some, switch
from tests.services.hmr.test_wire import LARGE, fill, wires

GOODBYE = b"\x88\x02\x03\xe8"
REPLY = b"\x88\x82\0\0\0\0\x03\xf4"


@asynccontextmanager
async def opened(then, *, start=b"", **options):
    """A WebSocket whose dev server says `start` at once, and goes on with `then` a little later."""

    begun = trio.Event()

    async def handle(stream):
        await read_head(stream)
        await stream.send_all(SWITCH + start)
        await begun.wait()
        await then(stream)

    async with upstream(handle) as port, front_door(**options) as door:
        door.publish(routes(READY, port))
        async with await door.connect() as browser:
            await switch(browser)
            begun.set()
            yield door, browser


def reset(stream):
    """At its end the other side meets an error."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)


async def drip(stream):
    """Say a little again and again, until nobody is there to hear it."""
    with suppress(trio.BrokenResourceError):
        while True:
            await stream.send_all(b"x")
            await trio.sleep(0.1)


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("farewell", [GOODBYE, b"\x88\x7d" + b"x" * (SHORT - 3)])
async def test_after_a_close_frame_of_the_dev_server_nobody_says_more(farewell, early):
    async def then(stream):
        if not early:
            await stream.send_all(farewell)

    async with opened(then, start=farewell if early else b"") as (_, browser):
        assert await read_all(browser) == farewell


@pytest.mark.parametrize(
    "said", [b"\x81\x02hi", b"\x88" + b"x" * (SHORT - 1), b"\x88" * CHUNK, GOODBYE + b"x" * CHUNK]
)
async def test_after_anything_else_the_browser_is_told_of_a_restart(said):
    async def then(stream):
        await stream.send_all(said)

    async with opened(then) as (_, browser):
        assert await read_some(browser, len(said + CLOSE_FRAME)) == said + CLOSE_FRAME


async def test_a_dev_server_that_breaks_off_is_one_that_restarts(autojump_clock):
    async def then(stream):
        reset(stream)

    async with opened(then) as (_, browser):
        began = trio.current_time()
        assert await read_some(browser, len(CLOSE_FRAME)) == CLOSE_FRAME
        await browser.send_all(REPLY)
        with pytest.raises(trio.BrokenResourceError):
            await browser.receive_some()
        assert trio.current_time() == began


async def test_who_speaks_in_the_moment_in_which_the_dev_server_breaks_off_is_told_too():
    async def then(stream):
        reset(stream)
        os.write(browser.socket.fileno(), b"\x81\x80\0\0\0\0")
        stream.socket.close()

    async with opened(then) as (_, browser):
        assert await read_some(browser, len(CLOSE_FRAME)) == CLOSE_FRAME


async def test_a_restart_is_told_once_even_if_the_front_door_stops_as_well():
    async def then(stream):
        pass

    async with opened(then) as (door, browser):
        assert await read_some(browser, len(CLOSE_FRAME)) == CLOSE_FRAME
        door.harness.stopping.set()
        with pytest.raises(trio.BrokenResourceError):
            assert await browser.receive_some() == b"nothing"


async def test_a_tunnel_that_has_ended_is_not_ended_again_when_its_time_is_over(autojump_clock):
    async def then(stream):
        pass

    async with opened(then) as (door, browser):
        assert await read_some(browser, len(CLOSE_FRAME)) == CLOSE_FRAME
        await browser.aclose()
        await trio.sleep(LINGER + 2)
        assert (await door.get()).startswith(b"HTTP/1.1 502 ")  # it serves, whatever comes of it


async def test_a_tunnel_ends_once_whoever_ends_it_again():
    async with wires(2) as (client, server, _, _):
        ended = []
        tunnel = Tunnel(client, server, stall=60.0)
        tunnel.begin(ended.append)
        tunnel.close()
        assert not tunnel.client.overdue(inf)
        assert ended == [tunnel]


async def test_a_restart_is_told_after_what_is_owed_though_there_is_room_before(monkeypatch):
    watched = []
    async with wires(2) as (client, server, browser, _):
        monkeypatch.setattr(client.board, "watch_deadline", watched.append)
        tunnel = Tunnel(client, server, stall=60.0)
        tunnel.client.owe(b"owed")
        tunnel.restart()
        assert watched == [tunnel.client]
        tunnel.client.notify(select.EPOLLOUT)
        assert browser.recv(99) == b"owed" + CLOSE_FRAME
        tunnel.close()
        assert not tunnel.client.overdue(trio.current_time())


async def test_who_is_paid_in_part_is_owed_the_rest_and_has_no_more_time_for_it():
    async with wires(2) as (client, server, _, _):
        tunnel = Tunnel(client, server, stall=60.0)
        tunnel.client.owe(LARGE)
        tunnel.client.notify(select.EPOLLOUT)
        assert 0 < len(tunnel.client.owed) < len(LARGE)
        assert tunnel.client.overdue(trio.current_time())
        tunnel.close()


class Narrow:
    """A socket that takes three bytes at a time."""

    def __init__(self, sock: socket.socket):
        self._sock = sock

    def send(self, data):
        return self._sock.send(data[:3])

    def __getattr__(self, name):
        return getattr(self._sock, name)


async def test_of_what_is_taken_in_part_only_the_rest_is_owed():
    async with wires(2) as (client, server, browser, dev):
        tunnel = Tunnel(client, server, stall=60.0)
        tunnel.server.sock = Narrow(tunnel.server.sock)
        browser.send(b"question")
        tunnel.client.notify(select.EPOLLIN | select.EPOLLOUT)
        assert (dev.recv(99), tunnel.server.owed) == (b"que", b"stion")
        tunnel.close()


async def test_a_browser_without_room_for_the_word_of_a_restart_is_not_cut_off_for_that():
    async with wires(2) as (client, server, _, _):
        tunnel = Tunnel(client, server, stall=60.0)
        fill(client.sock)
        tunnel.restart()
        assert tunnel.open
        tunnel.close()


async def test_a_dev_server_that_ended_before_it_was_listened_to_is_heard_out():
    async with wires(2) as (client, server, browser, dev):
        dev.send(b"hi")
        dev.close()
        await trio.testing.wait_all_tasks_blocked()
        assert server.gone
        tunnel = Tunnel(client, server, stall=60.0)
        tunnel.begin(lambda _: None)
        await trio.testing.wait_all_tasks_blocked()
        assert browser.recv(99) == b"hi" + CLOSE_FRAME
        tunnel.close()


@pytest.mark.parametrize(("size", "told"), [(SHORT - 1, b""), (SHORT, CLOSE_FRAME)])
async def test_a_close_frame_is_no_longer_than_one_can_be(size, told):
    said = b"\x88" + b"x" * (size - 1)
    async with wires(2) as (client, server, browser, dev):
        tunnel = Tunnel(client, server, stall=60.0)
        tunnel.begin(lambda _: None)
        await trio.testing.wait_all_tasks_blocked()
        for act in (partial(dev.send, said), dev.close):
            act()
            await trio.testing.wait_all_tasks_blocked()
        assert browser.recv(999) == said + told
        tunnel.close()


async def test_who_speaks_is_paid_what_is_owed_to_it_first():
    async with wires(2) as (client, server, browser, dev):
        tunnel = Tunnel(client, server, stall=60.0)
        tunnel.begin(lambda _: None)
        await trio.testing.wait_all_tasks_blocked()
        tunnel.client.owe(b"owed")
        browser.send(b"hi")
        await trio.testing.wait_all_tasks_blocked()
        assert (browser.recv(99), dev.recv(99)) == (b"owed", b"hi")
        assert not tunnel.client.overdue(trio.current_time())
        tunnel.close()


async def test_when_the_browser_breaks_off_the_dev_server_meets_the_end():
    ended = trio.Event()

    async def then(stream):
        assert await read_all(stream) == b""
        ended.set()

    async with opened(then) as (_, browser):
        reset(browser)
        await browser.aclose()
        with trio.fail_after(5):
            await ended.wait()


async def asked(browser):
    await browser.send_all(REPLY)
    assert await browser.receive_some() == b"nothing"


async def test_once_a_restart_is_told_neither_hears_any_more_of_the_other():
    told, heard = trio.Event(), []

    async def then(stream):
        await told.wait()
        await stream.send_all(b"too late")
        heard.append(await stream.receive_some())

    async with opened(then) as (door, browser):
        door.harness.stopping.set()
        assert await read_some(browser, len(CLOSE_FRAME)) == CLOSE_FRAME
        told.set()
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(trio.BrokenResourceError):
            await asked(browser)
        await trio.testing.wait_all_tasks_blocked()
    assert not any(heard)


async def test_a_browser_that_reads_slowly_gets_all_that_was_said_and_then_hears_of_the_restart(
    monkeypatch,
):
    monkeypatch.setattr("services.hmr.tunnel.LINGER", 60.0)
    size = 8 * 1024 * 1024  # more than the operating system takes

    async def then(stream):
        await stream.send_all(b"x" * size)

    async with opened(then) as (_, browser):
        got = await read_some(browser, size // 2)
        await trio.testing.wait_all_tasks_blocked(0.05)
        got += await read_some(browser, size + len(CLOSE_FRAME) - len(got))
    assert got == b"x" * size + CLOSE_FRAME


async def test_a_browser_that_does_not_answer_to_a_restart_is_cut_off(autojump_clock):
    async def then(stream):
        pass

    async with opened(then) as (_, browser):
        began = trio.current_time()
        assert await read_some(browser, len(CLOSE_FRAME)) == CLOSE_FRAME
        with pytest.raises(trio.BrokenResourceError):
            await browser.receive_some()
        assert trio.current_time() - began == pytest.approx(LINGER, abs=1.2)


async def test_a_browser_that_goes_on_after_a_close_frame_has_a_while(autojump_clock):
    async def then(stream):
        await stream.send_eof()
        await read_all(stream)

    async with opened(then, start=GOODBYE) as (_, browser):
        began = trio.current_time()
        assert await read_all(browser) == GOODBYE
        await drip(browser)
        assert trio.current_time() - began == pytest.approx(LINGER, abs=1.2)


async def test_a_dev_server_that_goes_on_without_its_browser_has_a_while_too(autojump_clock):
    began, ended = 0.0, []

    async def then(stream):
        assert await read_all(stream) == b"last words"
        await drip(stream)
        ended.append(trio.current_time())

    async with opened(then) as (_, browser):
        began = trio.current_time()
        await browser.send_all(b"last words")
        await browser.send_eof()
        assert set(await read_all(browser)) == {ord("x")}
        await trio.sleep(1)
    assert ended[0] - began == pytest.approx(LINGER, abs=1.2)


async def test_who_has_caught_up_with_what_was_said_has_time_again(autojump_clock):
    size = 8 * 1024 * 1024  # more than the operating system takes

    async def then(stream):
        await stream.send_all(b"x" * size)
        await trio.sleep(2000)
        await stream.send_all(b"hi")
        await read_all(stream)

    async with opened(then, stall=600.0) as (_, browser):
        await trio.sleep(50)
        assert await read_some(browser, size) == b"x" * size
        assert await read_some(browser, 2) == b"hi"


@pytest.mark.parametrize("reads", ["browser", "server"])
async def test_who_reads_nothing_has_as_long_as_a_stall_may_take(autojump_clock, reads):
    cut, ended = trio.Event(), []

    async def write(stream):
        with suppress(trio.BrokenResourceError):
            while True:
                await stream.send_all(b"x" * CHUNK)
        ended.append(trio.current_time())
        cut.set()

    async def then(stream):
        if reads == "browser":
            await write(stream)
        else:
            await trio.sleep_forever()

    async with opened(then, stall=60.0) as (_, browser):
        began = trio.current_time()
        if reads == "server":
            await write(browser)
        await cut.wait()
    assert 60 <= ended[0] - began < 181  # the kernel keeps its own time
