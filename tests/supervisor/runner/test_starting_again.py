"""Lives that are ended from outside, and those that somebody asks for again."""

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.failure import Failed
from supervisor.model import State
from supervisor.spec import Budget, Restart
from tests.supervisor.runner.lives import Gate, age, states, until, waits

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.mark.parametrize("state", [State.STOPPED, State.BACKOFF, State.STOPPING])
async def test_what_has_no_life_to_lose_is_neither_failed_nor_renewed(autojump_clock, start, state):
    async def breaks_or_winds_down(stopping, *, task_status):
        task_status.started()
        if state is State.BACKOFF:
            raise ValueError("boom")
        await stopping.wait()
        await trio.sleep(1)

    runner = await start(breaks_or_winds_down, wanted=state is not State.STOPPED)
    if state is State.STOPPING:
        runner.stop()
    before = runner.status.value
    assert before.state is state
    runner.fail("unhealthy", unhealthy=True)
    runner.renew("b is BACKOFF")
    assert runner.status.value == before
    assert (runner.judged, runner.unhealthy) == (False, False)
    if state is State.STOPPING:
        await until(runner, State.STOPPED)
        await trio.sleep(100)
        assert runner.state is State.STOPPED


async def test_a_restart_forgets_why_the_life_before_was_ended(autojump_clock, start):
    async def tidy(stopping, *, task_status):
        task_status.started()
        await stopping.wait()
        await trio.sleep(1)

    runner = await start(tidy, stop_timeout=5.0)
    runner.fail("no answer")
    runner.restart()
    await until(runner, State.RUNNING)
    assert [it.reason for it in runner.told if it.state is State.STOPPED][-1] == ""
    runner.fail("no answer")
    assert (await until(runner, State.BACKOFF)).reason == "no answer"
    told = len(runner.told)
    runner.restart()
    assert {status.reason for status in runner.told[told:]} == {""}
    await runner.settled()
    assert {status.reason for status in runner.told[told:]} == {""}


async def test_whoever_waits_looks_again_once_it_is_wanted_though_it_cannot_live_yet(
    autojump_clock, start, nursery
):
    async def wait():
        await runner.until(lambda runner: runner.wanted.value)
        seen.append(age(runner))

    runner, seen = await start(waits, wanted=False, gate=Gate()), []
    nursery.start_soon(wait)
    await trio.sleep(5)
    runner.start()
    await trio.sleep(5)
    assert seen == [5]
    assert states(runner) == [State.STOPPED]


async def test_it_knows_whether_somebody_asked_for_the_life_to_come(autojump_clock, start):
    async def breaks_at_first(stopping, *, task_status):
        lives.append(age(runner))
        task_status.started()
        if len(lives) < 3:
            raise ValueError("boom")
        await stopping.wait()
        await trio.sleep(1)

    lives = []
    runner = await start(breaks_at_first, wanted=False, stop_timeout=5.0)
    runner.start()
    assert runner.asked_for
    await until(runner, State.BACKOFF)
    assert not runner.asked_for  # its policy did
    runner.start()
    assert runner.asked_for
    await runner.until(lambda _: len(lives) == 2)
    assert not runner.asked_for
    await runner.until(lambda it: len(lives) == 3 and it.state is State.RUNNING)
    runner.start()
    assert not runner.asked_for
    runner.restart()
    assert runner.asked_for


async def test_a_start_has_one_that_waits_at_the_gate_come_there_again(autojump_clock, start):
    asked = []

    async def gate():
        asked.append(age(runner))
        if len(asked) == 2:
            await trio.sleep_forever()

    runner = await start(waits, wanted=False, gate=gate)
    runner.start()
    await until(runner, State.RUNNING)
    runner.restart()
    await trio.sleep(5)
    runner.block("requires b, which is FATAL")
    runner.start()
    assert (await runner.settled()).state is State.RUNNING
    assert asked == [0, 0, 5]


async def test_start_changes_nothing_of_one_that_is_up(autojump_clock, start):
    runner = await start(waits)
    told = len(runner.told)
    runner.start()
    await wait_all_tasks_blocked()
    assert len(runner.told) == told


async def test_restart_stops_before_it_returns_and_settles_in_the_next_life(autojump_clock, start):
    lives = []

    async def live(stopping, *, task_status):
        lives.append(trio.current_time())
        task_status.started()
        await stopping.wait()
        await trio.sleep(2)

    runner = await start(live, stop_timeout=5.0)
    runner.restart()
    assert runner.state is State.STOPPING
    assert (await runner.settled()).state is State.RUNNING
    assert len(lives) == 2
    assert age(runner) == 2


async def test_a_start_while_it_stops_brings_another_life(autojump_clock, start):
    async def slow_to_end(stopping, *, task_status):
        task_status.started()
        await stopping.wait()
        await trio.sleep(2)

    runner = await start(slow_to_end, stop_timeout=5.0)
    runner.stop()
    runner.start()
    assert (await runner.settled()).state is State.RUNNING
    assert states(runner)[-4:] == [
        State.STOPPING,
        State.STOPPED,
        State.STARTING,
        State.RUNNING,
    ]
    assert age(runner) == 2


@pytest.mark.parametrize("state", [State.STOPPED, State.BACKOFF, State.FATAL, State.EXITED])
async def test_restart_starts_what_is_not_up(autojump_clock, start, state):
    broken = True

    async def live(stopping, *, task_status):
        if broken:
            raise Failed("broken")
        task_status.started()
        await stopping.wait()

    how = {
        State.STOPPED: {"wanted": False},
        State.BACKOFF: {},
        State.FATAL: {"budget": Budget(restarts=0)},
        State.EXITED: {"restart": Restart.NEVER},
    }
    runner = await start(live, **how[state])
    assert runner.state is state
    broken = False
    runner.restart()
    assert (await runner.settled()).state is State.RUNNING
    assert age(runner) == 0
