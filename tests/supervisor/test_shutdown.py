import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.control import ReportHealth, RestartService, Shutdown, Start, Status, Stop
from supervisor.desk import Gone, Refused
from supervisor.model import State
from supervisor.spec import HealthSpec, OnUnhealthy, Restart
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
    template,
)


async def test_the_first_reason_stands(autojump_clock, supervise):
    world = await supervise((task("a"), steady()))
    world.supervisor.end("first", 3)
    world.supervisor.end("second", 4)
    await wait_all_tasks_blocked()
    assert world.ending == Ending("first", 3)


async def test_who_asks_for_an_end_while_it_is_to_begin_anew_gets_an_end(autojump_clock, supervise):
    world = await supervise((task("a", stop_timeout=5.0), deaf))
    await world.ask(Shutdown("new version", 3, again=True))
    await world.ask(Shutdown("enough", 4))
    await world.ask(Shutdown("newer version", again=True))
    await trio.sleep(10)
    assert world.ending == Ending("new version", 3)


async def test_what_breaks_while_all_is_stopped_takes_no_new_beginning_away(
    autojump_clock, supervise
):
    check = HealthSpec(name="check", service="a", on_unhealthy=OnUnhealthy.SHUTDOWN)
    world = await supervise((task("a"), steady()), checks=[check])
    world.supervisor.end("new version", again=True)
    world.supervisor.tree.report(ReportHealth("check", "a", False, "refused"))
    await wait_all_tasks_blocked()
    assert world.ending == Ending("new version", 0, again=True)


@pytest.mark.parametrize(
    ("body", "fields", "code"),
    [
        (crashing(), {"budget": NO_SECOND_CHANCE}, 10),
        (crashing(), {"restart": Restart.NEVER}, 10),
        (completing(), {}, 0),
    ],
)
async def test_the_end_of_an_essential_service_is_the_end(
    autojump_clock, supervise, body, fields, code
):
    world = await supervise((task("a"), steady()), (task("vital", essential=True, **fields), body))
    await wait_all_tasks_blocked()
    assert world.ending.exit_code == code
    assert world.ending.reason.startswith("vital is essential and ")
    assert world["a"].state is State.STOPPED


async def test_an_essential_service_may_be_stopped_and_restarted(autojump_clock, supervise):
    world = await supervise((task("vital", essential=True), steady()))
    await world.ask(RestartService("vital"))
    await world.ask(Stop("vital"))
    await trio.sleep(100)
    assert world.ending is None


async def test_the_deadline_cuts_every_grace(autojump_clock, supervise):
    world = await supervise(
        (task("db", stop_timeout=10.0), deaf),
        (task("api", requires=("db",), stop_timeout=10.0), deaf),
        shutdown_timeout=15.0,
    )
    world.supervisor.end("done")
    await trio.sleep(14.9)
    assert world["api"].state is State.STOPPED
    assert world["db"].state is State.STOPPING
    await trio.sleep(0.2)
    assert world.ending is not None
    assert world.events.when("api", State.STOPPING) == 0
    assert world.events.when("db", State.STOPPING) == 10
    assert world.events.moves[-1] == (15, "db", State.STOPPED)


@pytest.mark.parametrize("early", [True, False])
async def test_a_hurry_leaves_no_grace(autojump_clock, supervise, early):
    world = await supervise(
        (task("db", stop_timeout=10.0), deaf),
        (task("api", requires=("db",), stop_timeout=10.0), deaf),
    )
    if early:
        world.supervisor.hurry()
    world.supervisor.end("done")
    if not early:
        await trio.sleep(3)
        world.supervisor.hurry()
    await wait_all_tasks_blocked()
    assert world.ending is not None
    assert world.events.moves[-1][0] == (0 if early else 3)


async def test_what_holds_on_after_it_was_killed_holds_up_nobody_else(autojump_clock, supervise):
    async def undying(life, *, task_status):
        task_status.started()
        with trio.CancelScope(shield=True):
            await trio.sleep(20)

    world = await supervise(
        (task("db"), steady()),
        (task("api", requires=("db",)), undying),
        shutdown_timeout=5.0,
    )
    world.supervisor.end("done")
    await trio.sleep(30)
    assert world.events.when("db", State.STOPPING) == 5
    assert world.ending is not None


@pytest.mark.parametrize("command", [Start, RestartService])
async def test_once_it_ends_nothing_is_started(autojump_clock, supervise, command):
    world = await supervise((task("a", stop_timeout=5.0), deaf), (task("b"), steady()))
    world.supervisor.end("idle")
    await wait_all_tasks_blocked()
    with pytest.raises(Refused, match="cannot start anything: idle"):
        await world.ask(command("b"))
    assert (await world.ask(Status()))[0].state is State.STOPPING
    assert (await world.ask(Stop("a"))).state is State.STOPPED


async def test_after_the_end_every_command_fails_at_once(autojump_clock, supervise):
    world = await supervise((task("a"), steady()))
    await world.ask(Shutdown("done"))
    await wait_all_tasks_blocked()
    with pytest.raises(Gone, match="has ended"):
        await world.ask(Status())


async def test_the_end_during_a_start_stops_what_waits_and_what_starts(
    autojump_clock, nursery, supervise
):
    world = await supervise(
        (task("db"), steady(ready=50.0)),
        (task("api", requires=("db",)), steady()),
        (task("broken", backoff=A_SECOND), crashing()),
    )
    asked = Asked(nursery, world, Start("api"))
    await wait_all_tasks_blocked()
    world.supervisor.end("done")
    await wait_all_tasks_blocked()
    assert world.ending is not None
    assert asked.answer is not None
    assert {s.state for s in world.events.snapshot} == {State.STOPPED}
    assert State.STARTING not in world.events.of("api")


async def test_once_it_ends_what_waits_for_its_next_life_gets_none(autojump_clock, supervise):
    world = await supervise(
        (task("broken", backoff=A_SECOND), crashing()),
        (task("api", after=("broken",), stop_timeout=9.0), steady(wind_down=5.0)),
    )
    world.supervisor.end("done")
    await trio.sleep(10)
    assert world.ending is not None
    assert world.events.order(State.STARTING) == ["broken", "api"]


async def test_a_restart_under_way_at_the_end_brings_no_life_that_is_left(
    autojump_clock, nursery, supervise
):
    world = await supervise(
        (task("disk", stop_timeout=9.0), steady(ready=3.0, wind_down=1.0)),
        (task("db", requires=("disk",), stop_timeout=9.0), steady(wind_down=4.0)),
        (task("api", requires=("db",), stop_timeout=9.0), steady(wind_down=6.0)),
    )
    await trio.sleep(10)
    Asked(nursery, world, RestartService("db"))
    Asked(nursery, world, RestartService("disk"))
    await wait_all_tasks_blocked()
    world.supervisor.end("done")
    await trio.sleep(30)
    assert world.ending is not None
    assert {s.state for s in world.events.snapshot} == {State.STOPPED}


async def test_instances_that_vanish_during_the_end_do_not_disturb_it(
    autojump_clock, nursery, supervise
):
    world = await supervise(
        (task("db", stop_timeout=9.0), steady()),
        (task("api", requires=("db",), stop_timeout=9.0), steady(wind_down=5.0)),
        templates=[template("t@")],
    )
    await world.ask(Start("t@one", {"does": "waits"}))
    await world.ask(Start("t@two", {"does": "waits"}))
    stop = Asked(nursery, world, Stop("t@one"))
    world.supervisor.end("done")
    await trio.sleep(1)
    await world.ask(Stop("t@two"))
    await trio.sleep(10)
    assert world.ending is not None
    assert stop.answer is not None
    assert [s.name for s in world.events.snapshot] == ["db", "api"]


async def test_cancelled_it_ends_every_life_and_leaves_nobody_waiting(autojump_clock, nursery):
    ended = []

    async def live(life, *, task_status):
        task_status.started()
        try:
            await trio.sleep_forever()
        finally:
            ended.append(life.marker)

    world = World(
        (task("a", stop_timeout=9.0), live),
        (task("b", requires=("a",), stop_timeout=9.0), live),
        (task("broken", backoff=A_SECOND), crashing()),
        (task("slow"), never_ready),
    )
    asked = Asked(nursery, world, Start("slow"))
    with trio.move_on_after(5):
        await world.run()
    await wait_all_tasks_blocked()
    assert trio.current_time() - world.events.began == 5
    assert len(ended) == 2
    assert isinstance(asked.answer, Gone)
    with pytest.raises(Gone):
        await world.ask(Status())


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
async def test_what_is_meant_for_the_program_ends_it_with_all_its_lives(autojump_clock, error):
    ended = []

    async def live(life, *, task_status):
        task_status.started()
        try:
            await trio.sleep_forever()
        finally:
            ended.append(life.marker)

    async def interrupted(life, *, task_status):
        task_status.started()
        await trio.sleep(3)
        raise error

    world = World((task("a", stop_timeout=9.0), live), (task("b"), interrupted))
    with pytest.RaisesGroup(error, flatten_subgroups=True), trio.fail_after(100):
        await world.run()
    assert len(ended) == 1


async def test_a_life_is_told_which_variables_no_program_inherits(supervise, monkeypatch):
    monkeypatch.setenv("NURSERYD__SERVICE__A__STOP_TIMEOUT", "3")
    monkeypatch.setenv("NURSERYD_SOCKET", "/run/s")
    hidden = []

    async def live(life, *, task_status):
        hidden.append(life.hidden)
        task_status.started()

    await supervise((task("a", restart=Restart.NEVER), live), secrets=("TOKEN",))
    assert hidden == [{"TOKEN", "NURSERYD__SERVICE__A__STOP_TIMEOUT"}]


async def test_every_life_has_a_marker_of_its_own(autojump_clock, supervise):
    markers = []

    async def live(life, *, task_status):
        markers.append(life.marker)
        task_status.started()
        await life.stopping.wait()

    world = await supervise((task("a"), live), (task("b"), live))
    await world.ask(RestartService("a"))
    assert len(set(markers)) == 3
