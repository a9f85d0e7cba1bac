"""Turns at a repository: who waits for whom, and for whom nobody has to."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import trio
from structlog.testing import capture_logs
from trio.testing import wait_all_tasks_blocked

from services.messages import Transfer, Transfers
from services.workspaces.lanes import Abandoned, Lanes, Line
from services.workspaces.progress import EVERY, Board, Pace
from supervisor.desk import Refused

BOB, EVE = ("acme", "bob"), ("acme", "eve")


class Thread:
    """Work that stays in its worker thread until it may go on."""

    def __init__(self) -> None:
        self._loop = trio.lowlevel.current_trio_token()
        self.begun, self.ended = trio.Event(), trio.Event()
        self.may_go_on = threading.Event()
        self.abandoned = False
        self.line: Line | None = None

    def __call__(self, line: Line | None = None) -> str:
        self.line = line
        self._loop.run_sync_soon(self.begun.set)
        self.may_go_on.wait(10)
        try:
            if line is not None:
                line.check()
        except Abandoned:
            self.abandoned = True
            raise
        finally:
            self._loop.run_sync_soon(self.ended.set)
        return "done"


@pytest.fixture
def shown() -> list[Transfers]:
    return []


@pytest.fixture
def lanes(shown: list[Transfers]) -> Lanes:
    return Lanes(Board(shown.append), workers=2)


async def test_writers_come_one_by_one_in_the_order_they_came(lanes: Lanes) -> None:
    first, order = Thread(), []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lanes.write, BOB, first)
        await first.begun.wait()
        for number in range(5):
            nursery.start_soon(lanes.write, BOB, lambda number=number: order.append(number))
            await wait_all_tasks_blocked()
        assert order == []
        first.may_go_on.set()
    assert order == list(range(5))


async def test_who_waits_for_a_turn_can_be_cancelled_and_does_nothing(lanes: Lanes) -> None:
    first, done = Thread(), []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lanes.write, BOB, first)
        await first.begun.wait()
        with trio.move_on_after(0) as gave_up:
            await lanes.write(BOB, lambda: done.append("never"))
        assert gave_up.cancelled_caught
        first.may_go_on.set()
        await lanes.write(BOB, lambda: done.append("next"))
    assert done == ["next"]


async def test_a_repository_is_written_while_its_remote_is_slow(lanes: Lanes) -> None:
    slow = Thread()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lanes.transfer, BOB, "fetch", slow)
        await slow.begun.wait()
        assert await lanes.write(BOB, lambda: "written") == "written"
        slow.may_go_on.set()


async def test_transfers_of_one_repository_come_one_by_one(lanes: Lanes) -> None:
    first, second = Thread(), Thread()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lanes.transfer, BOB, "fetch", first)
        await first.begun.wait()
        nursery.start_soon(lanes.transfer, BOB, "push", second)
        await wait_all_tasks_blocked()
        assert not second.begun.is_set()
        first.may_go_on.set()
        second.may_go_on.set()
    assert second.ended.is_set()


async def test_however_many_remotes_are_silent_another_one_is_not_held_up(lanes: Lanes) -> None:
    silent = [Thread() for _ in range(20)]
    async with trio.open_nursery() as nursery:
        for number, thread in enumerate(silent):
            nursery.start_soon(lanes.transfer, ("acme", f"user{number}"), "clone", thread)
            await thread.begun.wait()
        assert await lanes.transfer(EVE, "fetch", lambda _line: "fetched") == "fetched"
        assert await lanes.write(EVE, lambda: "written") == "written"
        for thread in silent:
            thread.may_go_on.set()


async def test_a_busy_repository_does_not_hold_another_one_up(lanes: Lanes) -> None:
    busy = Thread()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lanes.write, BOB, busy)
        await busy.begun.wait()
        for number in range(10):
            nursery.start_soon(lanes.write, BOB, lambda number=number: number)
        assert await lanes.write(EVE, lambda: "written") == "written"
        busy.may_go_on.set()


async def test_a_cancelled_transfer_is_left_behind_and_learns_of_it(
    lanes: Lanes, shown: list[Transfers]
) -> None:
    left = Thread()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lanes.transfer, BOB, "clone", left)
        await left.begun.wait()
        nursery.cancel_scope.cancel()
    assert await lanes.transfer(BOB, "clone", lambda _line: "again") == "again"
    assert left.line is not None
    left.line.progress(1, 2, 3)
    left.may_go_on.set()
    await left.ended.wait()
    assert left.abandoned
    assert shown[-1] == Transfers({})
    assert Transfer("clone", 1, 2, 3) not in [each.running.get("acme/bob") for each in shown]


async def test_what_work_raises_reaches_who_asked_for_it_and_ends_the_turn(lanes: Lanes) -> None:
    def break_down(_line: Line | None = None) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await lanes.write(BOB, break_down)
    with pytest.raises(ValueError, match="broken"):
        await lanes.transfer(BOB, "push", break_down)
    assert await lanes.write(BOB, lambda: "written") == "written"


async def test_no_repository_is_remembered_that_nobody_is_at(lanes: Lanes) -> None:
    async with trio.open_nursery() as nursery:
        for number in range(100):
            nursery.start_soon(lanes.write, ("acme", f"user{number % 10}"), lambda: None)
    assert (lanes._writers, lanes._transfers) == ({}, {})


async def test_transfers_are_shown_side_by_side_while_they_run(
    lanes: Lanes, shown: list[Transfers]
) -> None:
    one, other = Thread(), Thread()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lanes.transfer, BOB, "clone", one)
        await one.begun.wait()
        nursery.start_soon(lanes.transfer, EVE, "push", other)
        await other.begun.wait()
        assert one.line is not None
        await trio.to_thread.run_sync(one.line.progress, 3, 10, 4096)
        await trio.testing.wait_all_tasks_blocked()
        assert shown[-1] == Transfers(
            {"acme/bob": Transfer("clone", 3, 10, 4096), "acme/eve": Transfer("push")}
        )
        one.may_go_on.set()
        other.may_go_on.set()
    assert shown[-1] == Transfers({})


async def test_what_needs_no_remote_is_not_shown(lanes: Lanes, shown: list[Transfers]) -> None:
    def work(line: Line) -> None:
        line.progress(1, 1, 1)

    await lanes.transfer(BOB, None, work)
    assert shown == [Transfers({})]


def test_a_clone_of_100_000_objects_is_told_some_times_each_second() -> None:
    pace, seconds = Pace(), 10.0
    told = [done for done in range(100_001) if pace.due(done * seconds / 100_000, done, 100_000)]
    assert len(told) <= seconds / EVERY + 2
    assert (told[0], told[-1]) == (1, 100_000) or told[0] == 0
    assert told[-1] == 100_000
    # Deltas are resolved after the last object came: nothing new to tell.
    assert not any(pace.due(seconds + step, 100_000, 100_000) for step in range(100))


def test_a_slow_transfer_is_told_step_by_step() -> None:
    pace = Pace()
    assert [pace.due(float(second), second + 1, 100) for second in range(3)] == [True] * 3
    assert not pace.due(9.0, 3, 100)


def test_progress_may_be_told_when_the_loop_is_over() -> None:
    progress: list[Callable[[int, int, int], None]] = []

    async def main() -> None:
        with Board(lambda _transfers: None).shown("acme/bob", "clone") as tell:
            progress.append(tell)

    trio.run(main)
    progress[0](1, 2, 3)


async def test_the_log_says_how_a_transfer_ended(lanes: Lanes) -> None:
    def refuse(_line: Line) -> None:
        raise Refused("cannot reach it")

    with capture_logs() as logs:
        await lanes.transfer(BOB, "clone", lambda _line: None)
        with pytest.raises(Refused):
            await lanes.transfer(EVE, "push", refuse)
        await lanes.transfer(BOB, None, lambda _line: None)
    ended, failed = logs
    assert (ended["event"], ended["workspace"]) == ("transfer ended", "acme/bob")
    assert ended["what"] == "clone"
    assert ended["seconds"] >= 0
    assert (failed["log_level"], failed["event"]) == ("warning", "transfer failed")
    assert (failed["what"], failed["reason"]) == ("push", "cannot reach it")
