"""How a life is stopped, and how long it may take to begin and to end."""

import pytest
import trio

from supervisor.model import State
from tests.supervisor.runner.lives import age, breaks, never_ready, states, until

pytestmark = pytest.mark.usefixtures("quiet")


async def test_stop_is_asked_first_and_insisted_on_later(autojump_clock, start):
    async def stubborn(stopping, *, task_status):
        task_status.started()
        await trio.sleep_forever()

    runner = await start(stubborn, stop_timeout=7.0)
    runner.stop()
    assert runner.state is State.STOPPING
    await until(runner, State.STOPPED)
    assert age(runner) == 7


async def test_a_life_that_winds_down_in_time_is_not_cancelled(autojump_clock, start):
    done = []

    async def tidy(stopping, *, task_status):
        task_status.started()
        await stopping.wait()
        await trio.sleep(2)
        done.append(trio.current_time())

    runner = await start(tidy, stop_timeout=7.0)
    runner.stop()
    assert (await runner.settled()).reason == ""
    assert done
    assert age(runner) == 2


async def test_less_grace_hurries_and_more_does_not_slow_down(autojump_clock, start):
    runner = await start(never_ready, stop_timeout=10.0)
    runner.stop()
    runner.stop(grace=4.0)
    runner.stop(grace=50.0)
    await until(runner, State.STOPPED)
    assert age(runner) == 4


async def test_a_life_still_starting_is_stopped_with_grace(autojump_clock, start):
    runner = await start(never_ready, start_timeout=100.0, stop_timeout=5.0)
    runner.stop()
    assert (await runner.settled()).state is State.STOPPED
    assert age(runner) == 5


async def test_the_start_timeout_does_not_cut_a_stop_short(autojump_clock, start):
    ended = []

    async def winds_down(stopping, *, task_status):
        await stopping.wait()
        await trio.sleep(3)
        ended.append("well")

    runner = await start(winds_down, start_timeout=10.0, stop_timeout=5.0)
    await trio.sleep(9)
    runner.stop()
    status = await runner.settled()
    assert (ended, status.reason) == (["well"], "")
    assert age(runner) == 12


async def test_stopped_before_it_was_ready_it_may_simply_return(autojump_clock, start):
    async def returns(stopping, *, task_status):
        await stopping.wait()

    runner = await start(returns, stop_timeout=5.0)
    runner.stop()
    status = await runner.settled()
    assert (status.state, status.reason, status.failed) == (State.STOPPED, "", False)
    assert State.RUNNING not in states(runner)


async def test_ready_while_being_stopped_it_does_not_run(autojump_clock, start):
    async def late(stopping, *, task_status):
        await stopping.wait()
        task_status.started()
        await trio.sleep(1)

    runner = await start(late, stop_timeout=5.0)
    runner.stop()
    await runner.settled()
    assert states(runner) == [State.STOPPED, State.STARTING, State.STOPPING, State.STOPPED]


async def test_a_failure_on_the_way_down_is_no_failure_but_told(autojump_clock, start):
    async def fails(stopping, *, task_status):
        task_status.started()
        await stopping.wait()
        raise ValueError("cannot save")

    runner = await start(fails, stop_timeout=5.0)
    runner.stop()
    status = await runner.settled()
    assert (status.state, status.failed) == (State.STOPPED, False)
    assert status.reason == "ValueError: cannot save"


async def test_why_it_is_stopped_is_said_on_the_way_down_and_afterwards(autojump_clock, start):
    async def tidy(stopping, *, task_status):
        task_status.started()
        await stopping.wait()
        await trio.sleep(1)

    runner = await start(tidy, stop_timeout=5.0)
    runner.stop(reason="its group goes")
    assert (runner.state, runner.status.value.reason) == (State.STOPPING, "its group goes")
    status = await runner.settled()
    assert (status.state, status.reason) == (State.STOPPED, "its group goes")
    runner.start()
    assert (await runner.settled()).reason == ""


async def test_stopped_in_backoff_it_is_down_at_once_and_stays_so(autojump_clock, start):
    runner = await start(breaks)
    await until(runner, State.BACKOFF)
    runner.stop()
    assert runner.state is State.STOPPED
    await trio.sleep(1000)
    assert states(runner)[-2:] == [State.BACKOFF, State.STOPPED]


async def test_why_it_is_stopped_in_backoff_is_said_afterwards(autojump_clock, start):
    runner = await start(breaks)
    await until(runner, State.BACKOFF)
    runner.stop(reason="its group goes")
    status = await runner.settled()
    assert (status.state, status.reason) == (State.STOPPED, "its group goes")


@pytest.mark.parametrize("seed", range(10))
async def test_a_stop_in_the_tick_of_the_backoffs_end_holds(autojump_clock, start, nursery, seed):
    runner = await start(breaks)
    await until(runner, State.BACKOFF)
    await trio.sleep(1)
    for _ in range(seed):
        await trio.lowlevel.checkpoint()
    runner.stop()
    assert (await runner.settled()).state.at_rest
    await trio.sleep(1000)
    assert runner.state.at_rest


@pytest.mark.parametrize(("seconds", "end"), [(20.0, 28), (1.0, 10)])
async def test_a_life_that_asks_for_time_to_get_ready_has_it_and_never_less_than_before(
    autojump_clock, start, seconds, end
):
    runner = await start(never_ready, start_timeout=10.0, stop_timeout=0.0)
    await trio.sleep(8)
    runner.extend(seconds)
    await until(runner, State.BACKOFF)
    assert age(runner) == end


@pytest.mark.parametrize(("seconds", "end"), [(20.0, 28), (1.0, 10)])
async def test_a_life_that_asks_for_time_to_end_has_it_and_never_less_than_before(
    autojump_clock, start, seconds, end
):
    async def deaf(stopping, *, task_status):
        task_status.started()
        await trio.sleep_forever()

    runner = await start(deaf, stop_timeout=10.0)
    runner.stop()
    await trio.sleep(8)
    runner.extend(seconds)
    await until(runner, State.STOPPED)
    assert age(runner) == end


async def test_time_asked_for_while_nothing_is_waited_for_changes_nothing(autojump_clock, start):
    async def deaf(stopping, *, task_status):
        task_status.started()
        await trio.sleep_forever()

    runner = await start(deaf, start_timeout=10.0, stop_timeout=3.0)
    await trio.sleep(5)
    runner.extend(1.0)
    await trio.sleep(5)
    assert runner.state is State.RUNNING
    runner.stop()
    await until(runner, State.STOPPED)
    assert age(runner) == 13
