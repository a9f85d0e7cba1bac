"""What a life waits for before it begins."""

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.model import State
from supervisor.spec import Budget
from tests.supervisor.runner.lives import Gate, breaks, states, until, waits

pytestmark = pytest.mark.usefixtures("quiet")


async def test_no_life_begins_before_the_gate_is_open(autojump_clock, start):
    gate = Gate()
    runner = await start(waits, gate=gate)
    await trio.sleep(100)
    assert states(runner) == [State.STOPPED]
    gate.is_open.set(True)
    assert (await runner.settled()).state is State.RUNNING


async def test_the_gate_is_asked_again_before_every_life(autojump_clock, start):
    gate = Gate()
    gate.is_open.set(True)
    runner = await start(breaks, gate=gate)
    gate.is_open.set(False)
    await trio.sleep(100)
    assert states(runner)[-1] is State.BACKOFF
    gate.is_open.set(True)
    await until(runner, State.STARTING)


async def test_stopped_at_the_gate_it_settles_for_whoever_waits(autojump_clock, start, nursery):
    runner = await start(waits, gate=Gate())
    answers = []

    async def wait():
        answers.append(await runner.settled())

    nursery.start_soon(wait)
    await wait_all_tasks_blocked()
    assert answers == []
    runner.stop()
    await wait_all_tasks_blocked()
    assert [status.state for status in answers] == [State.STOPPED]


@pytest.mark.parametrize("turns", range(6))
@pytest.mark.parametrize("_", range(3))
async def test_stopped_and_started_at_the_gate_it_waits_on(autojump_clock, start, turns, _):
    runner = await start(waits, gate=Gate())
    runner.stop()
    for _ in range(turns):
        await trio.lowlevel.checkpoint()
    runner.start()
    await trio.sleep(100)
    assert states(runner) == [State.STOPPED]


async def test_stopped_in_the_tick_in_which_the_gate_opens_it_does_not_live(autojump_clock, start):
    gate = Gate()
    runner = await start(waits, gate=gate)
    gate.is_open.set(True)
    runner.stop()
    await trio.sleep(100)
    assert states(runner) == [State.STOPPED]


async def test_another_gate_counts_though_the_one_before_had_just_opened(autojump_clock, start):
    gates = [trio.Event(), trio.Event()]

    async def gate():
        await gates[0].wait()

    runner = await start(waits, gate=gate)
    await wait_all_tasks_blocked()
    gates.pop(0).set()
    runner.look_again()
    await trio.sleep(100)
    assert states(runner) == [State.STOPPED]
    gates[0].set()
    assert (await runner.settled()).state is State.RUNNING


async def test_a_life_that_began_is_not_blocked(autojump_clock, start):
    gate = Gate()
    runner = await start(waits, gate=gate)
    await wait_all_tasks_blocked()
    runner.block("requires b")
    assert not runner.coming
    gate.is_open.set(True)
    await until(runner, State.RUNNING)
    assert runner.coming


async def test_stopped_while_it_is_renewed_it_gets_a_new_chance(autojump_clock, start):
    runner = await start(waits)
    await until(runner, State.RUNNING)
    runner.renew("b is BACKOFF")
    runner.stop()
    runner.start()
    assert (await runner.settled()).restarts == 0
    runner.renew("b is BACKOFF")
    assert (await runner.settled()).restarts == 1


async def test_stopped_at_the_gate_in_backoff_it_gets_its_budget_back(autojump_clock, start):
    gate = Gate()
    gate.is_open.set(True)
    runner = await start(breaks, gate=gate, budget=Budget(restarts=1, period=1000.0))
    await until(runner, State.BACKOFF)
    gate.is_open.set(False)
    await trio.sleep(100)
    runner.stop()
    assert runner.state is State.STOPPED
    gate.is_open.set(True)
    await trio.sleep(100)
    assert runner.state is State.STOPPED
    runner.start()
    assert (await until(runner, State.BACKOFF)).restarts == 0


async def test_blocked_it_is_settled_and_says_why_until_it_no_longer_is(autojump_clock, start):
    gate = Gate()
    runner = await start(waits, gate=gate)
    runner.block("requires b, which is FATAL")
    status = await runner.settled()
    assert (status.state, status.reason) == (State.STOPPED, "requires b, which is FATAL")
    assert not runner.coming
    runner.block("")
    assert runner.coming
    with trio.move_on_after(10) as patience:
        await runner.settled()
    assert patience.cancelled_caught
    gate.is_open.set(True)
    assert (await runner.settled()).state is State.RUNNING


async def test_a_stop_takes_a_block_back(autojump_clock, start):
    runner = await start(waits, gate=Gate())
    runner.block("requires b, which is FATAL")
    runner.stop()
    assert (await runner.settled()).reason == ""
    runner.start()
    with trio.move_on_after(10) as patience:
        await runner.settled()
    assert patience.cancelled_caught
