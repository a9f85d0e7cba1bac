"""Sending to who reads slowly, or not at all."""

import socket
from contextlib import suppress
from itertools import chain, repeat

import pytest
import trio

from services.api.server import sending
from services.api.server.sending import send

STALL = 60.0


@pytest.fixture
def pair():
    """Two ends of a connection, of which the first has sent all that goes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        theirs = socket.create_connection(listener.getsockname())
        ours, _ = listener.accept()
    with ours, theirs:
        ours.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                ours.send(b"x" * 65536)
        yield ours, theirs


def drain(sock):
    sock.setblocking(False)
    with suppress(BlockingIOError):
        while sock.recv(1_000_000):
            pass


async def test_who_takes_nothing_is_given_up(pair, autojump_clock, monkeypatch):
    monkeypatch.setattr(sending, "_queued", lambda _: 1000)
    ours, _ = pair
    with pytest.raises(TimeoutError):
        await send(ours, b"more", STALL)
    assert trio.current_time() == STALL


async def test_who_takes_a_little_is_waited_for(pair, autojump_clock, monkeypatch):
    left = chain([1000, 900, 800, 700], repeat(700))
    monkeypatch.setattr(sending, "_queued", lambda _: next(left))
    ours, _ = pair
    with pytest.raises(TimeoutError):
        await send(ours, b"more", STALL)
    assert trio.current_time() == 4 * STALL


async def test_all_of_it_is_sent_when_there_is_room_again(pair):
    ours, theirs = pair
    async with trio.open_nursery() as nursery:
        nursery.start_soon(send, ours, b"the end", STALL)
        await trio.testing.wait_all_tasks_blocked()
        stream = trio.SocketStream(trio.socket.from_stdlib_socket(theirs))
        with trio.fail_after(10):
            while not (await stream.receive_some()).endswith(b"the end"):
                pass


async def test_what_the_kernel_has_is_less_when_the_other_side_read(pair):
    ours, theirs = pair
    before = sending._queued(ours)
    assert before > 0
    with trio.fail_after(10):
        while sending._queued(ours) >= before:
            drain(theirs)
            await trio.lowlevel.checkpoint()


async def test_who_is_gone_is_no_stalled_one(pair):
    ours, theirs = pair
    theirs.close()
    with trio.fail_after(10), pytest.raises(ConnectionError):
        await send(ours, b"more", STALL)
