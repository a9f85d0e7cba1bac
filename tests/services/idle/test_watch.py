from math import inf

import pytest
import trio

from services.idle.watch import Watch
from services.messages import Activity, Turns
from supervisor.cell import Cell


@pytest.fixture
def parts():
    send, receive = trio.open_memory_channel(10)
    with send, receive:
        yield send, receive, Cell(Turns())


async def test_what_is_done_at_the_very_deadline_is_in_time(parts, autojump_clock):
    send, receive, turns = parts
    watch = Watch(receive, turns, Cell(None), 300)
    await trio.sleep(300)
    send.send_nowait(Activity("navigation"))
    assert watch.seconds_left() == 300


async def test_a_turn_that_begins_at_the_very_deadline_is_in_time(parts, autojump_clock):
    _, receive, turns = parts
    watch = Watch(receive, turns, Cell(None), 300)
    await trio.sleep(300)
    turns.set(Turns(frozenset({"t1"})))
    assert watch.seconds_left() == inf


async def test_a_turn_that_ends_at_the_very_deadline_is_in_time(parts, autojump_clock):
    _, receive, turns = parts
    turns.set(Turns(frozenset({"t1"})))
    watch = Watch(receive, turns, Cell(None), 300)
    await trio.sleep(300)
    turns.set(Turns())
    assert watch.seconds_left() == 300


async def test_without_any_of_it_the_deadline_is_the_deadline(parts, autojump_clock):
    _, receive, turns = parts
    watch = Watch(receive, turns, Cell(None), 300)
    await watch.until_idle()
    assert trio.current_time() == pytest.approx(300)
    assert watch.seconds_left() == 0
