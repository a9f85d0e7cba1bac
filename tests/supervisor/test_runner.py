import pytest
import trio
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs
from trio.testing import wait_all_tasks_blocked

from supervisor.cell import Cell
from supervisor.failure import Failed, summary, unexpected
from supervisor.model import State
from supervisor.runner import Runner
from supervisor.spec import Backoff, Budget, CauseBudget, Restart
from tests.supervisor.fakes import lose_patience, task

WAITS = Backoff(first=1.0, factor=2.0, limit=30.0, jitter=0.0)


async def waits(stopping, *, task_status):
    task_status.started()
    await stopping.wait()


async def breaks(stopping, *, task_status):
    task_status.started()
    raise ValueError("boom")


async def never_ready(stopping, *, task_status):
    await trio.sleep_forever()


pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def start(nursery):
    """A runner that runs, wanted up; `told` is all that it announced."""

    async def start(live, *, wanted=True, gate=None, **fields):
        await trio.sleep(100)  # or a moment could pass for a time since then: the clock is at 0
        told = []
        gates = {} if gate is None else {"gate": gate}
        spec = task("a", **{"backoff": WAITS, "restart": Restart.ON_FAILURE} | fields)
        runner = Runner(spec, live, told.append, chance=lambda: 0.0, **gates)
        runner.told = told
        runner.began = trio.current_time()
        nursery.start_soon(lose_patience)
        nursery.start_soon(runner.run)
        if wanted:
            runner.start()
        await wait_all_tasks_blocked()
        return runner

    return start


def states(runner):
    found = []
    for status in runner.told:
        if not found or found[-1] is not status.state:
            found.append(status.state)
    return found


def age(runner):
    return trio.current_time() - runner.began


async def until(runner, state):
    return await runner.status.until(lambda status: status.state is state)


# Lives and what follows them.


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


# Stopping.


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


# More time.


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


# Ended from outside.


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


# Starting again.


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


# The gate.


class Gate:
    def __init__(self):
        self.is_open = Cell(False)
        self.runner = None

    async def __call__(self):
        await self.is_open.until(bool)


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


# What else a status says.


async def test_before_its_first_life_a_status_says_what_is_declared(
    autojump_clock, start, monkeypatch
):
    monkeypatch.setattr("supervisor.standing.time.time", lambda: 1700.0)
    runner = await start(waits, wanted=False, essential=True)
    (status,) = runner.told
    assert (status.name, status.kind, status.essential) == ("a", "task", True)
    assert (status.since, status.started, status.ended) == (1700.0, None, None)


async def test_health_is_reported_of_a_running_life_and_forgotten_with_it(autojump_clock, start):
    runner = await start(waits)
    assert runner.status.value.healthy is None
    runner.report(False, "live: 500")
    assert (runner.status.value.healthy, runner.status.value.reason) == (False, "live: 500")
    runner.restart()
    runner.report(True)
    assert runner.status.value.healthy is None
    assert (await runner.settled()).healthy is None


async def test_a_pid_is_known_as_long_as_its_life(autojump_clock, start):
    async def with_pid(stopping, *, task_status):
        runner.tell_pid(42)
        task_status.started()
        await stopping.wait()
        await trio.sleep(1)

    runner = await start(with_pid, wanted=False, stop_timeout=5.0)
    runner.start()
    assert (await runner.settled()).pid == 42
    runner.stop()
    assert runner.status.value.pid == 42
    assert (await runner.settled()).pid is None


async def test_how_a_life_began_and_ended_is_forgotten_with_the_next(autojump_clock, start):
    async def ends_at_first(stopping, *, task_status):
        if runner.status.value.restarts == 0:
            await trio.sleep(2)
            task_status.started()
            await trio.sleep(1)
            runner.tell_end(3, 0.25)
            raise Failed("exited with 3")
        await trio.sleep_forever()

    def told():
        status = runner.status.value
        return (status.ready_after, status.exit_code, status.gone_after, status.ended is None)

    runner = await start(ends_at_first, wanted=False)
    runner.start()
    await until(runner, State.BACKOFF)
    assert told() == (2, 3, 0.25, False)
    await until(runner, State.STARTING)
    assert told() == (None, None, None, True)


async def test_the_next_restart_is_told_while_it_is_waited_for(autojump_clock, start):
    runner = await start(breaks)
    await until(runner, State.BACKOFF)
    status = runner.status.value
    assert status.next_restart - status.since == pytest.approx(1.0, abs=0.1)
    await until(runner, State.STARTING)
    assert runner.status.value.next_restart is None


# How lives end that end badly.


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("boom"), "ValueError: boom"),
        (ValueError(), "ValueError"),
        (Failed("exited with 3"), "exited with 3"),
        (ExceptionGroup("", [ValueError("a"), TypeError("b")]), "ValueError: a; TypeError: b"),
        (ExceptionGroup("", [ExceptionGroup("", [ValueError("a")])]), "ValueError: a"),
        (ExceptionGroup("", [ValueError("a"), ValueError("a")]), "ValueError: a"),
    ],
)
@pytest.mark.parametrize("ready", [True, False])
async def test_any_exception_is_one_line_of_reason(autojump_clock, start, error, reason, ready):
    async def raises(stopping, *, task_status):
        if ready:
            task_status.started()
        raise error

    runner = await start(raises)
    assert (await until(runner, State.BACKOFF)).reason == reason
    assert summary(error) == reason


async def test_no_status_holds_what_is_to_be_hidden(autojump_clock, nursery):
    async def live(stopping, *, task_status):
        task_status.started()
        runner.tell_note("connecting with 1234")
        await trio.sleep(1)
        raise ValueError("no way in with 1234")

    told = []
    spec = task("a", restart=Restart.NEVER)
    runner = Runner(spec, live, told.append, hide=lambda text: text.replace("1234", "****"))
    nursery.start_soon(runner.run)
    runner.start()
    status = await until(runner, State.EXITED)
    assert status.reason == "ValueError: no way in with ****"
    assert "connecting with ****" in [status.note for status in told]
    assert "1234" not in repr(told)


def test_only_what_its_text_does_not_tell_in_full_has_a_traceback():
    assert unexpected(ExceptionGroup("", [Failed("exited with 3")])) is None
    left = unexpected(ExceptionGroup("", [Failed("exited with 3"), ValueError("boom")]))
    assert [type(error) for error in left.exceptions] == [ValueError]


@pytest.fixture
def logged():
    with capture_logs([merge_contextvars]) as events:
        yield events


async def test_what_its_text_does_not_tell_is_logged_under_its_name(autojump_clock, start, logged):
    async def raises(stopping, *, task_status):
        task_status.started()
        raise ExceptionGroup("", [Failed("exited with 3"), ValueError("boom")])

    runner = await start(raises, restart=Restart.NEVER)
    await until(runner, State.EXITED)
    assert [(event["event"], event["service"]) for event in logged] == [("service failed", "a")]
    assert logged[0]["reason"] == "exited with 3; ValueError: boom"
    with pytest.RaisesGroup(ValueError, flatten_subgroups=True):
        raise logged[0]["exc_info"]


async def test_neither_a_failure_told_in_full_nor_one_on_the_way_down_is_logged(
    autojump_clock, start, logged
):
    async def told(stopping, *, task_status):
        task_status.started()
        raise Failed("exited with 3")

    async def stopped(stopping, *, task_status):
        task_status.started()
        await stopping.wait()
        raise ValueError("boom")

    await until(await start(told, restart=Restart.NEVER), State.EXITED)
    runner = await start(stopped, stop_timeout=5.0)
    runner.stop()
    await until(runner, State.STOPPED)
    assert logged == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("ready", [True, False])
async def test_what_is_meant_for_the_program_reaches_it(autojump_clock, error, ready):
    async def raises(stopping, *, task_status):
        if ready:
            task_status.started()
        raise error

    runner = Runner(task("a"), raises, lambda status: None)
    runner.start()
    with pytest.RaisesGroup(error, flatten_subgroups=True), trio.fail_after(100):
        await runner.run()


async def test_cancelling_it_ends_the_life_of_the_moment_and_nothing_follows(autojump_clock):
    ended = []

    async def live(stopping, *, task_status):
        task_status.started()
        try:
            await trio.sleep_forever()
        finally:
            ended.append(trio.current_time())

    runner = Runner(task("a", stop_timeout=10.0), live, lambda status: None)
    runner.start()
    began = trio.current_time()
    with trio.move_on_after(5):
        await runner.run()
    assert ended == [began + 5]


async def test_cancelled_amid_a_failure_it_is_still_cancelled(autojump_clock):
    async def live(stopping, *, task_status):
        task_status.started()
        try:
            await trio.sleep_forever()
        finally:
            raise ValueError("while leaving")

    runner = Runner(task("a"), live, lambda status: None)
    runner.start()
    with trio.move_on_after(5) as scope:
        await runner.run()
    assert scope.cancelled_caught
