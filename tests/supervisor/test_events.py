import pytest
import trio

from supervisor.events import Events
from supervisor.model import Change, ServiceStatus, State

UP = ServiceStatus(name="a", kind="task", state=State.RUNNING)
DOWN = ServiceStatus(name="a", kind="task", state=State.STOPPED)


async def test_a_watcher_gets_a_snapshot_and_every_change_after_it():
    events = Events()
    events.publish(DOWN)
    with events.watch() as (snapshot, changes):
        events.publish(UP)
        events.remove("a")
        assert snapshot == (DOWN,)
        assert changes.receive_nowait() == Change(DOWN, UP)
        vanished = changes.receive_nowait()
        assert vanished == Change(UP, None)
        assert vanished.name == "a"
    assert events.snapshot == ()


async def test_an_equal_status_says_nothing():
    events = Events()
    events.publish(UP)
    with events.watch() as (_, changes):
        events.publish(UP)
        events.remove("unknown")
        with pytest.raises(trio.WouldBlock):
            changes.receive_nowait()


async def test_a_watcher_that_falls_behind_reads_what_it_has_and_is_cut_off():
    events = Events()
    with events.watch(capacity=2) as (_, slow), events.watch() as (_, quick):
        for status in (DOWN, UP, DOWN, UP):
            events.publish(status)
        assert [change.now async for change in slow] == [DOWN, UP]
        assert quick.statistics().current_buffer_used == 4
    with events.watch() as (snapshot, _):
        assert snapshot == (UP,)


async def test_a_watcher_that_closed_its_end_harms_nobody():
    events = Events()
    with events.watch() as (_, closed), events.watch() as (_, other):
        closed.close()
        events.publish(UP)
        assert other.receive_nowait() == Change(None, UP)


async def test_leaving_a_watch_ends_it():
    events = Events()
    with events.watch() as (_, changes):
        pass
    events.publish(UP)
    with pytest.raises(trio.ClosedResourceError):
        changes.receive_nowait()
