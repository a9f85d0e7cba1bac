import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.control import RestartService, Shutdown, Start, Status, Stop
from supervisor.desk import NotFound, Refused, Request
from supervisor.model import State
from supervisor.supervisor import Ending
from tests.supervisor.fakes import (
    A_SECOND,
    NO_SECOND_CHANCE,
    Asked,
    World,
    completing,
    crashing,
    deaf,
    never_ready,
    steady,
    task,
)

# Order.


async def test_it_starts_in_order_and_stops_in_reverse(autojump_clock, supervise):
    slow = steady(ready=1.0, wind_down=1.0)
    world = await supervise(
        (task("db", stop_timeout=5.0), slow),
        (task("api", stop_timeout=5.0, requires=("db",)), slow),
        (task("web", stop_timeout=5.0, after=("api",)), slow),
    )
    await world.until("web", State.RUNNING)
    assert world.events.order(State.RUNNING) == ["db", "api", "web"]
    assert [world.events.when(name, State.RUNNING) for name in ("db", "api", "web")] == [1, 2, 3]
    await world.ask(Shutdown("done"))
    await world.until("db", State.STOPPED)
    assert world.events.order(State.STOPPED)[-3:] == ["web", "api", "db"]
    assert world.events.when("db", State.STOPPING) == 5


async def test_what_does_not_depend_starts_and_stops_side_by_side(autojump_clock, supervise):
    slow = steady(ready=2.0, wind_down=2.0)
    world = await supervise(*((task(name, stop_timeout=5.0), slow) for name in "abc"))
    for name in "abc":
        await world.until(name, State.RUNNING)
    assert trio.current_time() - world.events.began == 2
    await world.ask(Shutdown("done"))
    await trio.sleep(2.1)
    assert world.ending == Ending("done", 0)


async def test_requires_pulls_in_and_waits_until_it_is_up(autojump_clock, supervise):
    world = await supervise(
        (task("db", autostart=False), steady(ready=3.0)),
        (task("api", requires=("db",)), steady()),
    )
    await world.until("api", State.RUNNING)
    assert world.events.when("api", State.STARTING) == 3


async def test_a_required_service_that_is_being_stopped_is_started_again(autojump_clock, supervise):
    world = await supervise(
        (task("db", stop_timeout=5.0), steady(wind_down=3.0)),
        (task("api", autostart=False, requires=("db",)), steady()),
    )
    async with trio.open_nursery() as askers:
        askers.start_soon(world.ask, Stop("db"))
        await wait_all_tasks_blocked()
        assert (await world.ask(Start("api"))).state is State.RUNNING
    assert world["db"].state is State.RUNNING


async def test_all_that_is_required_is_up_at_once(autojump_clock, supervise):
    world = await supervise(
        (task("a"), crashing(after=2.0, times=1)),
        (task("b"), steady(ready=2.1)),
        (task("c", requires=("a", "b")), steady()),
    )
    await world.until("c", State.STARTING)
    assert world["a"].state is State.RUNNING
    assert world["b"].state is State.RUNNING


async def test_what_has_completed_is_up_for_those_who_require_it(autojump_clock, supervise):
    world = await supervise(
        (task("migrate"), completing(after=4.0)),
        (task("api", requires=("migrate",), after=("migrate",)), steady()),
    )
    await world.until("api", State.RUNNING)
    assert (await world.ask(RestartService("api"))).state is State.RUNNING


async def test_after_only_orders(autojump_clock, supervise):
    world = await supervise(
        (task("off", autostart=False), steady()),
        (task("broken", budget=NO_SECOND_CHANCE), crashing()),
        (task("slow"), steady(ready=2.0)),
        (task("api", after=("off", "broken", "slow")), steady()),
    )
    await world.until("api", State.RUNNING)
    assert world.events.when("api", State.STARTING) == 2
    assert world["off"].state is State.STOPPED


async def test_a_restart_of_what_is_required_leaves_its_dependants_alone(autojump_clock, supervise):
    world = await supervise(
        (task("db"), steady()), (task("api", requires=("db",)), steady(ready=0.0))
    )
    await world.until("api", State.RUNNING)
    await world.ask(RestartService("db"))
    assert world.events.of("api") == [State.STOPPED, State.STARTING, State.RUNNING]


# Commands.


async def test_status_has_all_services_in_start_order(autojump_clock, supervise):
    world = await supervise((task("db"), steady()), (task("api"), steady()))
    assert [s.name for s in await world.ask(Status())] == ["db", "api"]
    assert world.events.snapshot == await world.ask(Status())


@pytest.mark.parametrize("command", [Start, Stop, RestartService])
async def test_a_command_to_a_stranger_names_those_there_are(autojump_clock, supervise, command):
    world = await supervise((task("db"), steady()), (task("api"), steady()))
    with pytest.raises(NotFound, match="cannot find a service 'astro'; services are db, api"):
        await world.ask(command("astro"))


@pytest.mark.parametrize(
    ("body", "fields", "state", "then"),
    [
        (steady(), {"autostart": False}, State.STOPPED, State.STOPPED),
        (never_ready, {}, State.STARTING, State.STOPPED),
        (steady(), {}, State.RUNNING, State.STOPPED),
        (crashing(), {"backoff": A_SECOND}, State.BACKOFF, State.STOPPED),
        (completing(), {}, State.EXITED, State.EXITED),
        (crashing(), {"budget": NO_SECOND_CHANCE}, State.FATAL, State.FATAL),
    ],
)
async def test_a_stop_in_any_state_is_answered_at_rest(
    autojump_clock, supervise, body, fields, state, then
):
    world = await supervise((task("a", **fields), body))
    assert world["a"].state is state
    assert (await world.ask(Stop("a"))).state is then
    await trio.sleep(1000)
    assert world["a"].state is then


async def test_a_second_stop_waits_for_the_same_end(autojump_clock, nursery, supervise):
    world = await supervise((task("a", stop_timeout=5.0), deaf))
    first = Asked(nursery, world, Stop("a"))
    await trio.sleep(1)
    assert world["a"].state is State.STOPPING
    assert (await world.ask(Stop("a"))).state is State.STOPPED
    assert trio.current_time() - world.events.began == 5
    await wait_all_tasks_blocked()
    assert first.answer.state is State.STOPPED


async def test_a_stop_answers_the_start_that_it_overtakes(autojump_clock, nursery, supervise):
    world = await supervise(
        (task("db"), steady(ready=100.0)), (task("api", requires=("db",)), steady())
    )
    asked = Asked(nursery, world, Start("api"))
    await wait_all_tasks_blocked()
    await world.ask(Stop("api"))
    await wait_all_tasks_blocked()
    assert asked.answer.state is State.STOPPED


async def test_start_is_answered_by_ready_backoff_or_rest(autojump_clock, supervise):
    world = await supervise(
        (task("ready", autostart=False), steady(ready=2.0)),
        (task("broken", autostart=False, backoff=A_SECOND), crashing(ready=False)),
        (task("done", autostart=False), completing()),
    )
    assert (await world.ask(Start("ready"))).state is State.RUNNING
    assert (await world.ask(Start("broken"))).state is State.BACKOFF
    assert (await world.ask(Start("done"))).state in (State.RUNNING, State.EXITED)


async def test_parameters_are_for_instances(autojump_clock, supervise):
    world = await supervise((task("a"), steady()))
    with pytest.raises(Refused, match="cannot give a parameters"):
        await world.ask(Start("a", {"port": "1"}))


async def test_a_service_restarts_another_and_then_itself(autojump_clock, supervise):
    lives = {"api": 0, "astro": 0}

    async def api(life, *, task_status):
        lives["api"] += 1
        task_status.started()
        if lives["api"] == 1:
            assert (await life.control.ask(RestartService("astro"))).state is State.RUNNING
            await life.control.ask(RestartService("api"))
        await life.stopping.wait()

    async def astro(life, *, task_status):
        lives["astro"] += 1
        task_status.started()
        await life.stopping.wait()

    world = await supervise((task("astro"), astro), (task("api", requires=("astro",)), api))
    await trio.sleep(60)
    assert lives == {"api": 2, "astro": 2}
    assert world["api"].state is State.RUNNING


async def test_an_unforeseen_request_is_an_error_of_the_program(autojump_clock):
    class Nonsense(Request[None]):
        pass

    world = World((task("a"), steady()))
    assert world.supervisor.control() is not None
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            await nursery.start(world.run)
            assert await world.ask(Nonsense()) is None
            nursery.cancel_scope.cancel()
