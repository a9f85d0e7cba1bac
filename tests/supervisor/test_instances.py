import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.control import Reload, RestartService, Shutdown, Start, Status, Stop
from supervisor.desk import NotFound, Refused
from supervisor.model import State
from tests.supervisor.fakes import NO_SECOND_CHANCE, Asked, crashing, piped, steady, task, template


async def test_an_instance_starts_with_its_parameters_and_vanishes_when_stopped(
    autojump_clock, supervise
):
    world = await supervise(templates=[template("t@")])
    assert world.events.snapshot == ()
    status = await world.ask(Start("t@one", {"does": "waits"}))
    assert (status.state, status.parameters) == (State.RUNNING, {"does": "waits"})
    await world.ask(Start("t@two", {"does": "waits"}))
    assert [s.name for s in await world.ask(Status())] == ["t@one", "t@two"]
    assert (await world.ask(Stop("t@one"))).state is State.STOPPED
    assert [s.name for s in world.events.snapshot] == ["t@two"]
    with pytest.raises(NotFound):
        await world.ask(Stop("t@one"))


async def test_the_lines_of_an_instance_vanish_with_it(autojump_clock, supervise):
    world = await supervise(templates=[template("t@")])
    await world.ask(Start("t@one", {"does": "waits"}))
    with piped(b"hello\n") as source:
        await world.output.drain(source, "t@one", 1, "stdout")
    assert len(world.output.tail("t@one")) == 1
    await world.ask(Stop("t@one"))
    assert world.output.tail("t@one") == ()


async def test_two_who_stop_one_instance_are_both_answered(autojump_clock, nursery, supervise):
    world = await supervise(templates=[template("t@")])
    await world.ask(Start("t@one", {"does": "waits"}))
    stops = [Asked(nursery, world, Stop("t@one")) for _ in range(2)]
    await wait_all_tasks_blocked()
    assert [stop.answer.state for stop in stops] == [State.STOPPED] * 2
    assert world["t@one"] is None


async def test_started_again_with_the_same_parameters_or_none_it_is_the_same(
    autojump_clock, supervise
):
    world = await supervise(templates=[template("t@")])
    await world.ask(Start("t@one", {"does": "waits"}))
    moves = list(world.events.moves)
    assert (await world.ask(Start("t@one", {"does": "waits"}))).state is State.RUNNING
    assert (await world.ask(Start("t@one"))).parameters == {"does": "waits"}
    assert world.events.moves == moves


async def test_other_parameters_are_refused_until_it_is_stopped(autojump_clock, supervise):
    world = await supervise(templates=[template("t@")])
    await world.ask(Start("t@one", {"does": "waits"}))
    with pytest.raises(Refused, match="cannot start t@one with other parameters: stop it first"):
        await world.ask(Start("t@one", {"does": "completes"}))
    await world.ask(Stop("t@one"))
    assert (await world.ask(Start("t@one", {"does": "completes"}))).parameters["does"] == (
        "completes"
    )


async def test_a_missing_placeholder_is_refused_and_leaves_nothing(autojump_clock, supervise):
    world = await supervise(templates=[template("t@")])
    with pytest.raises(Refused, match="cannot fill in does"):
        await world.ask(Start("t@one"))
    assert world.events.snapshot == ()


async def test_an_instance_that_cannot_be_run_is_refused_with_the_key(autojump_clock, supervise):
    world = await supervise(templates=[template("t@", options={"wrong": "{does}"})])
    with pytest.raises(Refused, match=r"cannot start t@one: options\.wrong: no such option"):
        await world.ask(Start("t@one", {"does": "waits"}))
    assert world.events.snapshot == ()


@pytest.mark.parametrize("command", [Start, Stop, RestartService])
async def test_a_template_itself_takes_no_commands(autojump_clock, supervise, command):
    world = await supervise(templates=[template("t@")])
    with pytest.raises(Refused, match="name an instance, such as t@one"):
        await world.ask(command("t@"))


async def test_a_fatal_instance_stays_until_it_is_stopped(autojump_clock, supervise):
    world = await supervise(templates=[template("t@", budget=NO_SECOND_CHANCE)])
    await world.ask(Start("t@one", {"does": "breaks"}))
    await trio.sleep(1000)
    assert world["t@one"].state is State.FATAL
    assert world["t@one"].reason.startswith("ValueError: one broke")
    assert (await world.ask(Stop("t@one"))).state is State.FATAL
    assert world["t@one"] is None


@pytest.mark.parametrize("does", ["breaks", "completes"])
async def test_an_instance_at_rest_may_be_started_anew_with_other_parameters(
    autojump_clock, supervise, does
):
    world = await supervise(templates=[template("t@", budget=NO_SECOND_CHANCE)])
    await world.ask(Start("t@one", {"does": does}))
    await wait_all_tasks_blocked()
    assert world["t@one"].state.at_rest
    status = await world.ask(Start("t@one", {"does": "waits"}))
    assert (status.state, status.parameters) == (State.RUNNING, {"does": "waits"})
    assert world.events.of("t@one").count(None) == 1


@pytest.mark.parametrize("parameters", [{"does": "completes"}, {}])
async def test_an_instance_at_rest_that_is_started_as_it_was_is_the_same(
    autojump_clock, supervise, parameters
):
    world = await supervise(templates=[template("t@")])
    await world.ask(Start("t@one", {"does": "completes"}))
    await wait_all_tasks_blocked()
    assert world["t@one"].state is State.EXITED
    await world.ask(Start("t@one", parameters))
    await wait_all_tasks_blocked()
    assert world["t@one"].parameters == {"does": "completes"}
    assert world.events.of("t@one").count(State.EXITED) == 2
    assert None not in world.events.of("t@one")


@pytest.mark.parametrize("turns", range(8))
@pytest.mark.parametrize("again", [{"does": "waits"}, {"does": "waits", "more": "x"}])
async def test_a_start_in_the_tick_of_a_stop_is_answered(
    autojump_clock, nursery, supervise, turns, again
):
    world = await supervise(templates=[template("t@", stop_timeout=5.0)])
    await world.ask(Start("t@one", {"does": "waits"}))
    stop = Asked(nursery, world, Stop("t@one"))
    for _ in range(turns):
        await trio.lowlevel.checkpoint()
    begun = Asked(nursery, world, Start("t@one", again))
    await trio.sleep(100)
    assert stop.answer is not None
    assert begun.answer is not None
    assert world["t@one"] is None or world["t@one"].state is State.RUNNING


async def test_an_instance_waits_for_what_its_template_requires(autojump_clock, supervise):
    world = await supervise(
        (task("db", autostart=False), steady(ready=3.0)),
        templates=[template("t@", requires=("db",))],
    )
    await world.ask(Start("t@one", {"does": "waits"}))
    assert world.events.when("t@one", State.STARTING) == 3


async def test_an_instance_waiting_for_its_start_may_be_stopped(autojump_clock, nursery, supervise):
    world = await supervise(
        (task("db"), steady(ready=100.0)), templates=[template("t@", requires=("db",))]
    )
    asked = Asked(nursery, world, Start("t@one", {"does": "waits"}))
    await wait_all_tasks_blocked()
    with pytest.raises(Refused, match="stop it first"):
        await world.ask(Start("t@one", {"does": "completes"}))
    await world.ask(Stop("t@one"))
    await wait_all_tasks_blocked()
    assert asked.answer.state is State.STOPPED
    await trio.sleep(200)
    assert world["t@one"] is None


async def test_a_blocked_instance_that_was_stopped_never_comes_back(autojump_clock, supervise):
    world = await supervise(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False, times=1)),
        templates=[template("t@", requires=("db",))],
    )
    status = await world.ask(Start("t@one", {"does": "waits"}))
    assert status.reason == "requires db, which is FATAL"
    await world.ask(Stop("t@one"))
    await world.ask(Start("db"))
    await trio.sleep(100)
    assert world["t@one"] is None


async def test_an_instance_stops_with_the_rest(autojump_clock, supervise):
    world = await supervise((task("db"), steady()), templates=[template("t@", requires=("db",))])
    await world.ask(Start("t@one", {"does": "waits"}))
    await world.ask(Shutdown("done"))
    await wait_all_tasks_blocked()
    assert world.events.order(State.STOPPING) == ["t@one", "db"]


@pytest.mark.parametrize("turns", range(8))
@pytest.mark.parametrize("_", range(5))  # Trio runs what is due at once in any order
async def test_an_instance_that_vanishes_while_what_it_requires_changes_disturbs_nobody(
    autojump_clock, nursery, supervise, turns, _
):
    world = await supervise(
        (task("db"), steady(ready=100.0)), templates=[template("t@", requires=("db",))]
    )
    Asked(nursery, world, Start("t@one", {"does": "waits"}))
    await wait_all_tasks_blocked()
    Asked(nursery, world, Stop("db"))
    for _ in range(turns):
        await trio.lowlevel.checkpoint()
    await world.ask(Stop("t@one"))
    await trio.sleep(200)
    assert [status.name for status in world.events.snapshot] == ["db"]


async def test_at_rest_it_is_started_as_its_template_is_now(from_file):
    world, file = await from_file(templates=[template("t@", budget=NO_SECOND_CHANCE)])
    await world.ask(Start("t@1", {"does": "breaks"}))
    await world.until("t@1", State.FATAL)
    mended = template("t@", options={"does": "waits", "instance": "{does}"})
    file.write(templates=[mended])
    await world.ask(Reload())
    status = await world.ask(Start("t@1"))
    assert (status.state, status.parameters) == (State.RUNNING, {"does": "breaks"})
    await wait_all_tasks_blocked()
    assert world["t@1"].state is State.RUNNING


async def test_a_start_that_is_refused_leaves_what_is_at_rest(from_file):
    world, file = await from_file(templates=[template("t@", budget=NO_SECOND_CHANCE)])
    await world.ask(Start("t@1", {"does": "breaks"}))
    await world.until("t@1", State.FATAL)
    with pytest.raises(Refused, match="cannot fill in does"):
        await world.ask(Start("t@1", {"nonsense": "1"}))
    file.write(templates=[template("t@", options={"wrong": "{does}"})])
    await world.ask(Reload())
    with pytest.raises(Refused, match="no such option"):
        await world.ask(Start("t@1"))
    assert world["t@1"].state is State.FATAL
