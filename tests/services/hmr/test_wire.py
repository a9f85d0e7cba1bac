"""One connection on the switchboard, with a real socket at its other end."""

import select
import socket
from contextlib import asynccontextmanager, suppress
from functools import partial
from math import inf

import pytest
import trio

from services.hmr.switchboard import Switchboard
from services.hmr.wire import CHUNK, NO_LINGER, Lost, Stalled, Wire

TICK = 1.0
LARGE = b"x" * 16 * 1024 * 1024  # more than the operating system takes


@asynccontextmanager
async def board():
    board = Switchboard(TICK)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(board.run)
        yield board
        nursery.cancel_scope.cancel()
    board.close()


def connected():
    """Both ends of a connection on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        theirs = socket.create_connection(listener.getsockname())
        ours, _ = listener.accept()
    for end in (ours, theirs):
        end.setblocking(False)
    return ours, theirs


@asynccontextmanager
async def wires(count=1):
    """Wires, and then as many sockets, which are their other ends."""
    async with board() as shared:
        pairs = [connected() for _ in range(count)]
        made = [Wire(shared, ours) for ours, _ in pairs]
        try:
            await settled()
            yield *made, *[theirs for _, theirs in pairs]
        finally:
            for wire in made:
                wire.close()
            for _, theirs in pairs:
                theirs.close()


async def settled():
    """Until the switchboard has told what there is to tell."""
    await trio.testing.wait_all_tasks_blocked()


def reset(theirs):
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    theirs.close()


async def later(seconds, call, *args):
    await trio.sleep(seconds)
    call(*args)


async def test_what_was_sent_before_the_end_is_received_before_it():
    async with wires() as (wire, theirs):
        theirs.send(b"a" * (CHUNK + 1))
        theirs.close()
        await settled()
        assert (wire.gone, wire.lost) == (True, False)
        assert len(await wire.receive()) == CHUNK
        assert await wire.receive_into(99) == 1
        assert [await wire.receive(), await wire.receive(), wire.lost] == [b"", b"", True]


async def test_no_more_is_received_than_is_asked_for():
    async with wires() as (wire, theirs):
        theirs.send(b"abc")
        assert await wire.receive_into(2) == 2
        assert bytes(wire.board.buffer[:2]) == b"ab"
        assert await wire.receive() == b"c"


async def test_a_reset_is_met_by_who_receives_and_by_who_sends():
    async with wires(2) as (one, two, theirs, others):
        reset(theirs)
        reset(others)
        await settled()
        assert not one.silent
        with pytest.raises(Lost) as lost:
            await one.receive()
        assert one.lost
        assert (lost.value.wire, type(lost.value)) == (one, Lost)
        with pytest.raises(Lost) as lost:
            await two.send(b"x")
        assert (lost.value.wire, type(lost.value)) == (two, Lost)


async def test_who_waits_in_vain_stalls_when_the_time_is_over_and_not_before(autojump_clock):
    async with wires() as (wire, theirs), trio.open_nursery() as nursery:
        began = trio.current_time()
        nursery.start_soon(later, 9, theirs.send, b"a")
        assert await wire.receive(10) == b"a"
        nursery.start_soon(later, 1000, theirs.send, b"b")
        assert await wire.receive() == b"b"
        assert trio.current_time() - began == 1009
        for _ in range(2):
            began = trio.current_time()
            with pytest.raises(Stalled) as stalled:
                await wire.receive(10)
            assert stalled.value.wire is wire
            assert 10 <= trio.current_time() - began <= 10 + TICK
        assert not wire.lost


async def test_a_deadline_is_looked_at_while_somebody_waits_with_one(autojump_clock):
    async with wires() as (wire, _):
        for wait in (10, inf):
            for act in (wire.receive, partial(wire.send, LARGE)):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(act, wait)
                    await settled()
                    assert wire.overdue(trio.current_time()) is (wait < inf)
                    nursery.cancel_scope.cancel()
                assert not wire.overdue(trio.current_time())


async def test_however_often_somebody_waits_the_deadline_is_looked_at_once(monkeypatch):
    watched = []
    async with wires() as (wire, _):
        monkeypatch.setattr(wire.board, "watch_deadline", watched.append)
        for wait, those in ((inf, []), (10, [wire]), (10, [wire])):
            for act in (wire.receive, partial(wire.send, LARGE)):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(act, wait)
                    await settled()
                    nursery.cancel_scope.cancel()
            assert watched == those


def fill(sock):
    """How much it takes until it takes nothing."""
    taken = 0
    with suppress(BlockingIOError):
        while True:
            taken += sock.send(LARGE)
    return taken


@pytest.mark.parametrize("full", [True, False])
async def test_a_reader_that_is_slow_gets_all_that_was_to_be_sent_when_it_was_given(full):
    data = bytes(range(251)) * (len(LARGE) // 251)
    buffer, got = bytearray(data), bytearray()
    async with wires() as (wire, theirs), trio.open_nursery() as nursery:
        before = fill(wire.sock) if full else 0
        nursery.start_soon(wire.send, memoryview(buffer))
        await settled()
        buffer[:] = bytes(len(buffer))  # it is used for something else meanwhile
        for _ in range(3):
            wire.notify(select.EPOLLOUT)  # as if there were room already
            await settled()
        with trio.fail_after(10):
            while len(got) < before + len(data):
                with suppress(BlockingIOError):
                    got += theirs.recv(len(data))
                await settled()
    assert got[before:] == data


async def test_a_reader_that_takes_nothing_stalls(autojump_clock):
    async with wires() as (wire, _):
        began = trio.current_time()
        with pytest.raises(Stalled):
            await wire.send(LARGE, 60)
        assert trio.current_time() - began >= 60


async def test_who_waits_for_a_reader_that_breaks_off_is_told(autojump_clock):
    async with wires() as (wire, theirs), trio.open_nursery() as nursery:
        nursery.start_soon(later, 20, reset, theirs)
        with pytest.raises(Lost) as lost:
            await wire.send(LARGE, 60)
        assert (lost.value.wire, type(lost.value)) == (wire, Lost)


async def test_a_wire_that_was_reset_is_lost():
    async with wires() as (wire, theirs):
        assert not wire.lost
        theirs.send(b"unread")
        reset(theirs)
        await settled()
        assert wire.lost is False  # what came before is to be received first
        assert await wire.receive() == b"unread"
        assert wire.lost


async def test_whoever_looked_for_a_reset_who_receives_meets_it_too():
    async with wires() as (wire, theirs):
        theirs.send(b"unread")
        reset(theirs)
        await settled()
        assert [wire.lost, await wire.receive(6), wire.lost] == [False, b"unread", True]
        for _ in range(2):
            with pytest.raises(Lost) as lost:
                await wire.receive()
            assert lost.value.wire is wire


async def test_only_what_has_nothing_unread_is_silent():
    async with wires() as (wire, theirs):
        assert wire.silent
        theirs.send(b"a")
        await settled()
        assert not wire.silent
        assert await wire.receive_into(1) == 1
        assert wire.silent
        wire.early = b"b"
        assert not wire.silent
        wire.early = b""
        theirs.shutdown(socket.SHUT_WR)
        await settled()
        assert not wire.silent


async def test_what_was_reset_a_moment_ago_is_not_silent():
    async with wires() as (wire, theirs):
        theirs.send(b"a")
        await settled()
        assert await wire.receive_into(1) == 1
        reset(theirs)
        assert not wire.silent


async def test_who_serves_a_guest_waits_no_longer_than_that_is_there(autojump_clock):
    async with wires(2) as (server, guest, _, theirs), trio.open_nursery() as nursery:
        server.serve(guest)
        nursery.start_soon(later, 5, theirs.send, b"more")
        nursery.start_soon(later, 20, theirs.shutdown, socket.SHUT_WR)
        began = trio.current_time()
        with pytest.raises(Stalled):
            await server.receive(30)  # what the guest has said is still to be received
        assert await guest.receive() == b"more"
        with pytest.raises(Lost) as lost:
            await server.receive()
        assert lost.value.wire is guest
        assert trio.current_time() - began <= 30 + TICK
        server.serve(None)
        with pytest.raises(Stalled):
            await server.receive(30)


async def test_who_waits_for_a_dev_server_is_told_when_its_guest_leaves(autojump_clock):
    async with wires(3) as (server, guest, other, _, theirs, others):
        for each, end in ((other, others), (guest, theirs)):
            async with trio.open_nursery() as nursery:
                began = trio.current_time()
                server.serve(other)
                server.serve(each)
                nursery.start_soon(later, 20, end.close)
                with pytest.raises(Lost) as lost:
                    await server.receive(60)
                assert (lost.value.wire, type(lost.value)) == (each, Lost)
                assert trio.current_time() - began == 20
            server.serve(None)


async def test_a_guest_that_is_served_no_more_disturbs_nobody(autojump_clock):
    async with wires(3) as (server, first, second, _, theirs, _), trio.open_nursery() as nursery:
        server.serve(first)
        server.serve(second)
        nursery.start_soon(later, 20, theirs.close)
        with pytest.raises(Stalled):
            await server.receive(60)


async def test_a_guest_of_one_that_has_closed_is_free_for_another(autojump_clock):
    async with wires(3) as (first, second, guest, _, _, theirs), trio.open_nursery() as nursery:
        first.serve(guest)
        first.close()
        second.serve(guest)
        nursery.start_soon(later, 20, theirs.close)
        with pytest.raises(Lost) as lost:
            await second.receive(60)
        assert lost.value.wire is guest
        guest.close()
        with pytest.raises(Stalled):
            await second.receive(60)


async def test_what_waits_for_something_else_ends_when_the_other_side_leaves(autojump_clock):
    async with wires() as (wire, theirs), trio.open_nursery() as nursery:
        with wire.while_there():
            await trio.sleep(5)
        nursery.start_soon(later, 5, theirs.close)
        began = trio.current_time()
        with pytest.raises(Lost), wire.while_there():
            await trio.sleep_forever()
        assert trio.current_time() - began == 5
        with pytest.raises(Lost), wire.while_there():
            await trio.sleep_forever()
        await trio.sleep(5)  # afterwards it concerns nobody
        with wire.while_there(), trio.CancelScope(shield=True):
            await trio.sleep(5)  # what did not wait in vain has its result


async def test_only_an_idle_wait_is_interrupted(autojump_clock):
    async with wires() as (wire, theirs), trio.open_nursery() as nursery:
        nursery.start_soon(later, 5, wire.interrupt)
        assert await wire.receive(idle=True) == b""
        assert trio.current_time() == 5
        nursery.start_soon(later, 5, wire.interrupt)
        nursery.start_soon(later, 9, theirs.send, b"a")
        assert await wire.receive() == b"a"
        wire.interrupt()
        theirs.send(b"b")
        assert await wire.receive(idle=True) == b"b"


async def test_after_a_wait_that_was_cancelled_one_can_wait_again(autojump_clock):
    async with wires() as (wire, theirs):
        with trio.move_on_after(5):
            await wire.receive(10)
        theirs.send(b"a")
        await trio.sleep(1)  # it wakes nobody who waits for something else
        assert await wire.receive(10) == b"a"
        with trio.move_on_after(5):
            await wire.send(LARGE, 10)
        await trio.sleep(100)
        with pytest.raises(Stalled):
            await wire.receive(inf if wire.lost else 10)


async def test_one_side_may_say_that_nothing_more_will_come_and_still_listen():
    async with wires() as (wire, theirs):
        wire.finish()
        assert theirs.recv(1) == b""
        theirs.send(b"a")
        assert await wire.receive() == b"a"
        wire.close()
        wire.finish()


@pytest.mark.parametrize("resets", [True, False])
async def test_the_other_side_meets_an_end_or_an_error_as_is_wanted(resets):
    async with wires() as (wire, theirs):
        wire.close(reset=resets)
        wire.close()
        assert wire not in wire.board.handlers
        if resets:
            with pytest.raises(ConnectionResetError):
                theirs.recv(1)
        else:
            assert theirs.recv(1) == b""


async def test_what_was_given_away_is_not_closed():
    async with wires() as (wire, theirs):
        ours = wire.leave()
        wire.close()
        with ours:
            wire.board.remove(ours.fileno())
            ours.send(b"a")
            assert theirs.recv(1) == b"a"
