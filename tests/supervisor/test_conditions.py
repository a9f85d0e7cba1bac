"""What a service can wait for in another one, and what it does when that will not come."""

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.control import ReportHealth, RestartService, Start, Stop
from supervisor.model import State
from supervisor.spec import Condition, HealthSpec, Restart
from tests.supervisor.fakes import (
    A_SECOND,
    NO_SECOND_CHANCE,
    completing,
    crashing,
    steady,
    task,
)

LOOK = HealthSpec(name="look", service="db", http="http://127.0.0.1:1/")


async def test_started_is_enough_for_one_that_asks_for_no_more(autojump_clock, supervise):
    world = await supervise(
        (task("db"), steady(ready=20.0)),
        (task("api", requires={"db": Condition.STARTED}), steady()),
    )
    assert world["api"].state is State.RUNNING
    assert world["db"].state is State.STARTING


async def test_ready_is_what_a_name_alone_means(autojump_clock, supervise):
    world = await supervise(
        (task("db"), steady(ready=20.0)),
        (task("api", requires=("db",)), steady()),
    )
    assert world["api"].reason == "waits until db is ready"
    await world.until("api", State.RUNNING)
    assert world.events.when("api", State.STARTING) == 20
    assert world["api"].reason == ""


async def test_healthy_waits_for_every_check(autojump_clock, supervise):
    other = HealthSpec(name="other", service="db", http="http://127.0.0.1:1/")
    world = await supervise(
        (task("db"), steady()),
        (task("api", requires={"db": Condition.HEALTHY}), steady()),
        checks=[LOOK, other],
    )
    await world.ask(ReportHealth("look", "db", True))
    await wait_all_tasks_blocked()
    assert world["api"].reason == "waits until db is healthy"
    await world.ask(ReportHealth("other", "db", True))
    await wait_all_tasks_blocked()
    assert world["api"].state is State.RUNNING


async def test_completed_waits_for_the_end_of_the_work(autojump_clock, supervise):
    world = await supervise(
        (task("migrate"), completing(after=7.0)),
        (task("api", requires={"migrate": Condition.COMPLETED}), steady()),
    )
    await world.until("api", State.RUNNING)
    assert world.events.when("api", State.STARTING) == 7


async def test_work_that_failed_blocks_whoever_requires_it_completed(autojump_clock, supervise):
    world = await supervise(
        (task("migrate", restart=Restart.NEVER), crashing(after=3.0)),
        (task("api", requires={"migrate": Condition.COMPLETED}), steady()),
    )
    status = await world.ask(Start("api"))
    assert status.reason == "requires migrate to be completed, which is EXITED"


@pytest.mark.parametrize("condition", [Condition.STARTED, Condition.READY])
async def test_one_that_completed_has_been_started_and_ready(autojump_clock, supervise, condition):
    world = await supervise(
        (task("migrate"), completing()),
        (task("api", autostart=False, requires={"migrate": condition}), steady()),
    )
    assert world["migrate"].state is State.EXITED
    assert (await world.ask(Start("api"))).state is State.RUNNING


async def test_what_is_wanted_is_started_too(autojump_clock, supervise):
    world = await supervise(
        (task("cache", autostart=False), steady(ready=2.0)),
        (task("api", wants=("cache",)), steady()),
    )
    await world.until("api", State.RUNNING)
    assert world.events.order(State.RUNNING) == ["cache", "api"]


@pytest.mark.parametrize("budget", [{}, {"budget": NO_SECOND_CHANCE}], ids=["backoff", "fatal"])
async def test_one_that_is_only_wanted_may_fail(autojump_clock, supervise, budget):
    world = await supervise(
        (task("cache", backoff=A_SECOND, **budget), crashing(after=4.0, ready=False)),
        (task("api", wants=("cache",)), steady()),
    )
    await world.until("api", State.RUNNING)
    assert world.events.when("api", State.STARTING) == 4


async def test_what_it_comes_after_is_not_started(autojump_clock, supervise):
    world = await supervise(
        (task("cache", autostart=False), steady()),
        (task("api", after={"cache": Condition.COMPLETED}), steady()),
    )
    assert world["api"].state is State.RUNNING
    assert world["cache"].state is State.STOPPED


async def test_stopped_in_the_turn_in_which_one_comes_it_waits_for_no_other(
    autojump_clock, supervise
):
    world = await supervise(
        (task("a"), steady(ready=20.0)),
        (task("b"), steady(ready=20.0)),
        (task("api", requires=("a", "b")), steady()),
    )
    roster = world.supervisor.tree.roster
    assert world["api"].reason == "waits until a is ready"
    roster["a"].enter(State.RUNNING)
    roster["api"].stop()
    await wait_all_tasks_blocked()
    assert world["api"].state is State.STOPPED
    assert world["api"].reason == ""


async def test_after_with_a_condition_waits_for_it(autojump_clock, supervise):
    world = await supervise(
        (task("migrate"), completing(after=9.0)),
        (task("api", after={"migrate": Condition.COMPLETED}), steady()),
    )
    await world.until("api", State.RUNNING)
    assert world.events.when("api", State.STARTING) == 9


async def test_a_restart_of_a_requirement_leaves_its_dependants_alone(autojump_clock, supervise):
    world = await supervise(
        (task("db"), steady()),
        (task("api", requires=("db",)), steady()),
    )
    await world.ask(RestartService("db"))
    assert world.events.of("api") == [State.STOPPED, State.STARTING, State.RUNNING]


async def test_unless_they_say_otherwise(autojump_clock, supervise):
    world = await supervise(
        (task("db"), steady(ready=5.0)),
        (task("api", requires=("db",), restarts_with=("db",), stop_timeout=1.0), steady()),
    )
    await world.until("api", State.RUNNING)
    await world.ask(RestartService("db"))
    await world.until("api", State.RUNNING)
    begun = [at for at, *move in world.events.moves if move == ["api", State.STARTING]]
    assert begun == [5, 10]
    assert world["api"].restarts == 1


async def test_bound_to_one_that_is_stopped_it_waits_for_its_return(autojump_clock, supervise):
    world = await supervise(
        (task("db"), steady()),
        (task("api", requires=("db",), restarts_with=("db",)), steady()),
    )
    await world.ask(Stop("db"))
    await wait_all_tasks_blocked()
    assert world["api"].reason == "requires db, which is STOPPED"
    await world.ask(Start("db"))
    await wait_all_tasks_blocked()
    assert world["api"].state is State.RUNNING


async def test_a_restart_by_policy_brings_back_nothing_that_was_stopped(autojump_clock, supervise):
    world = await supervise(
        (task("db"), steady()),
        (task("api", requires=("db",), backoff=A_SECOND), crashing(after=10.0, times=1)),
    )
    await world.ask(Stop("db"))
    await trio.sleep(20)
    assert world["db"].state is State.STOPPED
    assert world["api"].reason == "requires db, which is STOPPED"
    await world.ask(Start("api"))
    await wait_all_tasks_blocked()
    assert world["db"].state is State.RUNNING
    assert world["api"].state is State.RUNNING


async def test_bound_to_one_that_has_only_to_be_started_it_begins_anew_with_it_too(
    autojump_clock, supervise
):
    world = await supervise(
        (task("db", backoff=A_SECOND), crashing(after=3.0, ready=False, times=1)),
        (task("api", requires={"db": Condition.STARTED}, restarts_with=("db",)), steady()),
    )
    await trio.sleep(10)
    assert world.events.of("api").count(State.STARTING) == 2


async def test_what_is_waited_for_after_a_backoff_is_not_the_clock(autojump_clock, supervise):
    world = await supervise(
        (task("db"), steady(ready=5.0)),
        (task("api", requires=("db",), backoff=A_SECOND), crashing(after=1.0, times=1)),
    )
    await world.until("api", State.RUNNING)
    await world.until("api", State.BACKOFF)
    world.supervisor.tree.roster["db"].restart()
    await trio.sleep(2)
    assert (world["api"].state, world["api"].reason) == (State.BACKOFF, "waits until db is ready")
    assert world["api"].next_restart is None


async def test_a_start_of_what_is_up_already_brings_back_nothing_later(autojump_clock, supervise):
    world = await supervise(
        (task("db"), steady()),
        (task("api", requires=("db",), backoff=A_SECOND), crashing(after=10.0, times=1)),
    )
    await world.ask(Start("api"))
    await world.ask(Stop("db"))
    await trio.sleep(20)
    assert world["db"].state is State.STOPPED
