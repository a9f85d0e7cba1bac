import errno
import os
import select
import socket
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from types import SimpleNamespace

import pytest
import trio

from services.hmr import pool as pools
from services.hmr.pool import Pool
from services.hmr.switchboard import Switchboard
from services.hmr.wire import Lost, Stalled
from tests.congestion import congestion_of
from tests.ports import free_port
from tests.services.hmr.doors import read_all, upstream


@asynccontextmanager
async def pool():
    with closing(Switchboard(tick=0.01)) as board, closing(Pool(board)) as made:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(board.run)
            yield made
            nursery.cancel_scope.cancel()


async def test_what_is_kept_is_taken_again_the_last_one_first():
    async with upstream(read_all) as port, pool() as kept:
        first, second = await kept.dial(port), await kept.dial(port)
        kept.keep(port, first)
        kept.keep(port, second)
        assert kept.take(port) is second
        assert kept.take(port) is first
        assert kept.take(port) is None
        first.close()
        second.close()


async def test_what_nobody_takes_is_closed_after_a_while(monkeypatch):
    monkeypatch.setattr(pools, "IDLE", 0.03)
    closed = trio.Event()

    async def handle(stream):
        await read_all(stream)
        closed.set()

    async with upstream(handle) as port, pool() as kept:
        kept.keep(port, await kept.dial(port))
        with trio.fail_after(5):
            await closed.wait()
        assert kept.take(port) is None


async def test_what_says_something_unasked_is_not_taken():
    said = trio.Event()

    async def handle(stream):
        await stream.send_all(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
        said.set()
        await read_all(stream)

    async with upstream(handle) as port, pool() as kept:
        kept.keep(port, await kept.dial(port))
        await said.wait()
        await trio.testing.wait_all_tasks_blocked(0.02)
        assert kept.take(port) is None


@pytest.mark.parametrize("asked", ["keep", "take", "overdue"])
async def test_what_has_said_something_is_closed_by_whoever_looks_first(asked):
    async with upstream(read_all) as port, pool() as kept:
        wire = await kept.dial(port)
        if asked != "keep":
            kept.keep(port, wire)
        wire.early = b"HTTP/1.1 408 Request Timeout"
        if asked == "keep":
            kept.keep(port, wire)
        elif asked == "take":
            assert kept.take(port) is None
        else:
            assert not kept.overdue(trio.current_time())
        assert wire.sock.fileno() < 0


async def test_a_connection_sends_at_once_and_holds_nobody_up():
    async with upstream(read_all) as port, pool() as kept:
        wire = await kept.dial(port)
        assert wire.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        assert not wire.sock.getblocking()
        assert congestion_of(wire.sock) == b"reno"
        wire.close()


async def test_without_descriptors_there_is_no_connection(monkeypatch):
    def none_left():
        raise OSError(errno.EMFILE, "as it goes")

    async with pool() as kept:
        monkeypatch.setattr(pools, "socket", SimpleNamespace(socket=none_left))
        assert await kept.dial(1) is None


async def test_only_so_many_are_kept(monkeypatch):
    monkeypatch.setattr(pools, "MOST", 1)
    async with upstream(read_all) as port, pool() as kept:
        first, second = await kept.dial(port), await kept.dial(port)
        kept.keep(port, first)
        kept.keep(port, second)
        assert kept.take(port) is first
        assert kept.take(port) is None
        first.close()


async def test_where_nobody_listens_there_is_no_connection():
    async with pool() as kept:
        assert await kept.dial(free_port()) is None


@contextmanager
def full():
    """A port whose listener takes nobody, and has as many waiting as it may."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = listener.getsockname()[1]
        for _ in range(10):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
            if not select.select([], [waiting], [], 0.05)[1]:
                break
        yield port


def sockets():
    """How many this process has open."""
    names = (f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd"))
    return sum(os.readlink(name).startswith("socket:") for name in names if os.path.lexists(name))


async def test_who_is_not_taken_in_time_has_no_connection(monkeypatch):
    monkeypatch.setattr(pools, "DIAL", 0.02)
    with full() as port:
        async with pool() as kept:
            before = sockets()
            with trio.fail_after(5):
                assert await kept.dial(port) is None
            assert sockets() == before


async def test_one_that_is_given_up_leaves_nothing_open():
    with full() as port:
        async with pool() as kept:
            before = sockets()
            with trio.move_on_after(0.02) as scope:
                await kept.dial(port)
            assert scope.cancelled_caught
            assert sockets() == before


async def test_a_wire_says_what_became_of_it():
    async def handle(stream):
        await stream.send_all(b"last")

    async with upstream(handle) as port, upstream(read_all) as silent, pool() as kept:
        wire = await kept.dial(port)
        assert await wire.receive(5) == b"last"
        assert await wire.receive(5) == b""
        assert wire.lost
        wire.close()
        wire = await kept.dial(silent)
        with pytest.raises(Stalled):
            await wire.receive(0.02)
        guest = await kept.dial(port)
        await guest.receive(5)
        wire.serve(guest)
        with pytest.raises(Lost) as lost:
            await wire.receive(5)
        assert lost.value.wire is guest
        wire.close()
        guest.close()
