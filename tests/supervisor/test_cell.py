import pytest
import trio

from supervisor.cell import Cell


async def test_until_returns_at_once_what_already_passes():
    assert await Cell(3).until(lambda value: value == 3) == 3


async def test_until_wakes_with_the_first_value_that_passes(nursery):
    cell, seen = Cell(0), []

    async def wait():
        seen.append(await cell.until(lambda value: value >= 2))

    nursery.start_soon(wait)
    for value in (1, 2, 5):
        await trio.testing.wait_all_tasks_blocked()
        assert seen == []
        cell.set(value)
        if value == 2:
            break
    await trio.testing.wait_all_tasks_blocked()
    assert seen == [2]


async def test_every_waiter_wakes(nursery):
    cell, seen = Cell(0), []

    async def wait(least):
        seen.append((least, await cell.until(lambda value: value >= least)))

    for least in (1, 2, 3):
        nursery.start_soon(wait, least)
    await trio.testing.wait_all_tasks_blocked()
    cell.set(3)
    await trio.testing.wait_all_tasks_blocked()
    assert sorted(seen) == [(1, 3), (2, 3), (3, 3)]


async def test_a_value_that_came_and_went_in_one_turn_is_not_seen(nursery):
    cell, seen = Cell(0), []

    async def wait():
        seen.append(await cell.until(lambda value: value == 1))

    nursery.start_soon(wait)
    await trio.testing.wait_all_tasks_blocked()
    cell.set(1)
    cell.set(0)
    await trio.testing.wait_all_tasks_blocked()
    assert seen == []
    cell.set(1)
    await trio.testing.wait_all_tasks_blocked()
    assert seen == [1]


async def test_change_waits_for_another_value_than_the_one_seen(autojump_clock):
    cell = Cell("a")
    assert await cell.change("b") == "a"
    cell.set("a")
    with pytest.raises(trio.TooSlowError), trio.fail_after(1):
        await cell.change("a")
