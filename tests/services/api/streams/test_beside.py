"""Boards beside a journal, without a server."""

import math

import pytest
import trio
import trio.testing

from services.api.streams.beside import Beside
from services.api.streams.boards import Onlooker
from services.api.streams.journals import Batch
from supervisor.cell import Cell


class Journal:
    """Has what is appended, and ends when it is told to."""

    def __init__(self):
        self.send, self.receive = trio.open_memory_channel(math.inf)
        self.given_up = 0

    async def read(self, after):
        try:
            return await self.receive.receive()
        except trio.EndOfChannel:
            return None
        except trio.Cancelled:
            self.given_up += 1
            raise


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
def one():
    return Cell(1)


@pytest.fixture
def two():
    return Cell(2)


@pytest.fixture
def beside(one, two):
    """Somebody who has been told of both."""

    def look(name, board):
        return Onlooker(board, lambda now: now % 10, lambda now: b"%b%d " % (name, now))

    beside = Beside(look(b"one", one), look(b"two", two))
    assert beside.news() == b"one1 two2 "
    assert beside.news() == b""
    return beside


async def test_a_board_is_told_while_the_journal_has_nothing(journal, one, two, beside, nursery):
    read = beside.reading(journal.read)

    @nursery.start_soon
    async def change():
        await trio.testing.wait_all_tasks_blocked()
        one.set(11)  # which is the same view
        await trio.testing.wait_all_tasks_blocked()
        two.set(5)

    assert await read(7) == Batch((b"two5 ",), 7)
    assert journal.given_up == 1
    journal.send.send_nowait(Batch((b"event",), 8))
    assert await read(7) == Batch((b"event",), 8)


async def test_what_comes_at_the_same_moment_comes_together_and_nothing_is_lost(
    journal, one, two, beside
):
    read = beside.reading(journal.read)
    events = [Batch((b"event %d" % number,), number) for number in range(8, 18)]
    got = b""
    for number, batch in enumerate(events):
        one.set(number)
        two.set(number)
        journal.send.send_nowait(batch)
    reached = 7
    while reached < 17:
        batch = await read(reached)
        assert batch.reached >= reached
        reached = batch.reached
        got += b"".join(batch.pieces)
    for number in range(8, 18):
        assert got.count(b"event %d" % number) == 1
    assert got.count(b"one9 ") == got.count(b"two9 ") == 1


async def test_who_is_slow_is_told_how_a_board_is_and_not_how_it_was(journal, one, beside):
    for value in (5, 6, 7):
        one.set(value)
    assert await beside.reading(journal.read)(7) == Batch((b"one7 ",), 7)
    for value in (5, 6, 7):
        one.set(value)
    journal.send.send_nowait(Batch((b"event",), 8))
    assert await beside.reading(journal.read)(7) == Batch((b"event",), 8)


async def test_it_ends_with_the_journal_once_all_is_told(journal, one, beside):
    journal.send.close()
    one.set(3)
    read = beside.reading(journal.read)
    assert await read(7) == Batch((b"one3 ",), 7)
    assert await read(7) is None


async def test_what_the_journal_raises_comes_out_as_it_is(beside):
    async def read(after):
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        await beside.reading(read)(7)
