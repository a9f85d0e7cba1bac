"""When the sockets of the front door have their turn, and when everything else has."""

import socket
from contextlib import closing

import pytest
import trio

from services.hmr.switchboard import Switchboard
from tests.supervisor.real import until


class Rally:
    """Two ends of a connection that send one byte to and fro, so many times, or for ever."""

    def __init__(self, board, strokes=None, *, wakes=False):
        self.board = board
        self.strokes = strokes
        self.wakes = wakes  # a task, with each
        self.count = 0
        self.over = trio.Event()
        self.ends = socket.socketpair()
        for here in self.ends:
            here.setblocking(False)
            board.add(here.fileno(), End(self, here))
        self.ends[0].send(b"x")

    def close(self):
        for here in self.ends:
            self.board.remove(here.fileno())
            here.close()

    def stroke(self, here):
        try:
            here.recv(1)
        except BlockingIOError:
            return
        self.count += 1
        if self.wakes:
            self.board.has_woken = True
        if self.count == self.strokes:
            self.over.set()
        else:
            here.send(b"x")


class End:
    def __init__(self, rally, here):
        self.rally, self.here = rally, here

    def notify(self, mask):
        self.rally.stroke(self.here)


class Turns(trio.abc.Instrument):
    """Counts the turns of Trio's loop in which any task has one."""

    def __init__(self):
        self.count = 0

    def after_io_wait(self, timeout):
        self.count += 1


@pytest.fixture
async def board():
    with closing(Switchboard()) as board:
        async with trio.open_nursery() as inner:
            inner.start_soon(board.run)
            yield board
            inner.cancel_scope.cancel()


async def turns(rally):
    """How many turns of Trio's loop a rally takes."""
    turns = Turns()
    trio.lowlevel.add_instrument(turns)
    await rally.over.wait()
    trio.lowlevel.remove_instrument(turns)
    return turns.count


async def test_one_message_soon_after_the_other_costs_no_turn_of_the_loop_each(board):
    with closing(Rally(board, strokes=2000)) as rally:
        assert await turns(rally) < 1000


async def test_whoever_was_woken_has_a_turn_before_the_next_message(board):
    with closing(Rally(board, strokes=200, wakes=True)) as rally:
        assert await turns(rally) >= 200


async def test_everything_else_has_its_turn_though_there_is_always_more(board):
    with closing(Rally(board)) as rally:
        for _ in range(3):
            before = rally.count
            await until(lambda before=before: rally.count > before)
