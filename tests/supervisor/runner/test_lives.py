"""Lives, and what follows them."""

import pytest
import trio

from supervisor.failure import Failed
from supervisor.model import State
from supervisor.spec import Budget, CauseBudget, Restart
from tests.supervisor.runner.lives import age, breaks, never_ready, states, until, waits

pytestmark = pytest.mark.usefixtures("quiet")


async def test_nothing_lives_that_nobody_wants(autojump_clock, start):
    runner = await start(waits, wanted=False)
    assert [(status.group, status.parameters) for status in runner.told] == [("", {})]
    await trio.sleep(1000)
    assert states(runner) == [State.STOPPED]


async def test_a_life_is_starting_until_it_says_that_it_is_ready(autojump_clock, start):
    async def slow(stopping, *, task_status):
        await trio.sleep(3)
        task_status.started()
        await stopping.wait()

    runner = await start(slow)
    assert runner.state is State.STARTING
    assert not runner.status.value.ready
    assert (await runner.settled()).state is State.RUNNING
    assert runner.status.value.ready
    assert (age(runner), runner.status.value.ready_after) == (3, 3)


async def test_it_backs_off_longer_each_time_and_then_gives_up(autojump_clock, start):
    runner = await start(breaks, budget=Budget(restarts=3, period=60.0))
    status = await until(runner, State.FATAL)
    assert age(runner) == 1 + 2 + 4
    assert status.reason == "ValueError: boom; gave up after 3 restarts within 60 s"
    assert status.failed
    assert status.restarts == 3
    assert not runner.wanted.value


async def test_a_service_that_gave_up_stays_so_until_somebody_asks(autojump_clock, start):
    runner = await start(breaks, budget=Budget(restarts=1, period=60.0))
    await until(runner, State.FATAL)
    told = len(runner.told)
    await trio.sleep(1000)
    assert len(runner.told) == told
    runner.start()
    await until(runner, State.BACKOFF)
    assert (await until(runner, State.FATAL)).restarts == 1


async def test_one_that_breaks_now_and_then_never_uses_up_its_budget(autojump_clock, start):
    async def lasts(stopping, *, task_status):
        task_status.started()
        await trio.sleep(50)
        raise ValueError("boom")

    runner = await start(lasts, budget=Budget(restarts=1, period=40.0))
    await runner.status.until(lambda status: status.restarts == 10)
    assert age(runner) == 10 * 50


async def test_a_life_that_lasted_is_followed_at_once(autojump_clock, start):
    async def lasts(stopping, *, task_status):
        task_status.started()
        await trio.sleep(10)
        raise ValueError("boom")

    runner = await start(lasts, stable_after=5.0)
    await until(runner, State.BACKOFF)
    await until(runner, State.RUNNING)
    assert age(runner) == 10
    assert runner.status.value.restarts == 1


async def test_the_time_in_which_it_gets_ready_makes_no_life_last(autojump_clock, start):
    async def short(stopping, *, task_status):
        await trio.sleep(10)
        task_status.started()
        await trio.sleep(4)
        raise ValueError("boom")

    runner = await start(short, stable_after=5.0)
    await until(runner, State.BACKOFF)
    await until(runner, State.STARTING)
    assert age(runner) == 10 + 4 + 1


async def test_what_its_program_ended_with_is_a_cause_for_its_policy(autojump_clock, start):
    async def runs_out(stopping, *, task_status):
        task_status.started()
        runner.tell_end(75, 0.0)
        raise Failed("exited with 75")

    limits = (CauseBudget(causes=(75,), restarts=0),)
    runner = await start(runs_out, wanted=False, limits=limits)
    runner.start()
    status = await until(runner, State.FATAL)
    assert status.reason == "exited with 75; gave up after 0 restarts within 60 s after 75"


async def test_a_life_that_is_done_rests(autojump_clock, start):
    async def works(stopping, *, task_status):
        task_status.started()
        await trio.sleep(2)

    runner = await start(works)
    status = await until(runner, State.EXITED)
    assert (status.failed, status.reason, runner.wanted.value) == (False, "ended", False)
    assert states(runner)[-3:] == [State.STARTING, State.RUNNING, State.EXITED]


async def test_a_failure_that_its_policy_does_not_mend_rests_as_failed(autojump_clock, start):
    runner = await start(breaks, restart=Restart.NEVER)
    status = await until(runner, State.EXITED)
    assert (status.failed, status.reason) == (True, "ValueError: boom")


async def test_not_ready_in_time_is_a_failure(autojump_clock, start):
    runner = await start(never_ready, start_timeout=3.0)
    assert (await until(runner, State.BACKOFF)).reason == "not ready within 3 s"
    assert age(runner) == 3


async def test_a_life_that_is_not_ready_in_time_is_asked_to_end_first(autojump_clock, start):
    async def slow(stopping, *, task_status):
        await stopping.wait()
        await trio.sleep(2)
        task_status.started()  # too late: it counts for nothing
        await trio.sleep(2)
        ended.append(age(runner))

    ended = []
    runner = await start(slow, start_timeout=3.0, stop_timeout=5.0, stable_after=1.0)
    assert (await until(runner, State.STOPPING)).reason == "not ready within 3 s"
    status = await until(runner, State.BACKOFF)
    assert (status.reason, ended) == ("not ready within 3 s", [7])
    await until(runner, State.STARTING)
    assert age(runner) == 8
    assert State.RUNNING not in states(runner)


async def test_a_life_that_returns_before_it_was_ready_has_failed(autojump_clock, start):
    async def returns(stopping, *, task_status):
        await trio.lowlevel.checkpoint()

    runner = await start(returns)
    assert (await until(runner, State.BACKOFF)).reason == "ended before it was ready"


async def test_being_ready_twice_is_a_failure(autojump_clock, start):
    async def twice(stopping, *, task_status):
        task_status.started()
        task_status.started()

    runner = await start(twice)
    assert "RuntimeError" in (await until(runner, State.BACKOFF)).reason


async def test_restarts_count_since_somebody_last_asked_for_a_start(autojump_clock, start):
    runner = await start(breaks)
    await runner.status.until(lambda status: status.restarts == 2)
    await until(runner, State.BACKOFF)
    runner.stop()
    runner.start()
    await until(runner, State.STARTING)
    assert runner.status.value.restarts == 0


async def test_a_stop_gives_the_budget_and_the_shortest_delay_back(autojump_clock, start):
    runner = await start(breaks, budget=Budget(restarts=2, period=1000.0))
    await until(runner, State.BACKOFF)
    await until(runner, State.STARTING)
    await until(runner, State.BACKOFF)
    runner.stop()
    again = trio.current_time()
    runner.start()
    await until(runner, State.FATAL)
    assert trio.current_time() - again == 1 + 2
