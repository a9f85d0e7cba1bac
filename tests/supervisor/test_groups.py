"""What the end of one member means for the others of its group."""

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.control import RestartService, Start, Status, Stop
from supervisor.groups import Groups
from supervisor.model import State
from supervisor.spec import GroupSpec, Restart, Schedule, Strategy
from tests.supervisor.fakes import A_SECOND, NO_SECOND_CHANCE, crashing, steady, task

LIVES = {"stop_timeout": 5.0, "backoff": A_SECOND}


def trinity(strategy, middle, **fields):
    """Three members, of which the second does as a test says."""
    return (
        (task("a", **LIVES), steady()),
        (task("b", **LIVES, **fields), middle),
        (task("c", **LIVES), steady(wind_down=2.0)),
    ), [GroupSpec(name="g", members=("a", "b", "c"), strategy=strategy)]


@pytest.mark.parametrize(
    ("strategy", "before", "shaken"),
    [
        (Strategy.ONE_FOR_ONE, ("", "", ""), ("", "", "")),
        (Strategy.ONE_FOR_ALL, ("", "a", "ab"), ("bc", "ac", "ab")),
        (Strategy.REST_FOR_ONE, ("", "a", "ab"), ("bc", "c", "")),
    ],
)
def test_a_strategy_says_whom_one_comes_after_and_whom_it_takes_along(strategy, before, shaken):
    groups = Groups([GroupSpec(name="g", members=tuple("abc"), strategy=strategy)])
    assert tuple("".join(groups.before(name)) for name in "abc") == before
    assert tuple("".join(groups.shaken_by(name)) for name in "abc") == shaken
    assert (groups.before("x"), groups.shaken_by("x"), groups.name_of("x")) == ((), (), "")


def begun(world, name):
    return [at for at, *move in world.events.moves if move == [name, State.STARTING]]


@pytest.mark.parametrize(
    ("strategy", "anew"),
    [
        (Strategy.ONE_FOR_ONE, {"b"}),
        (Strategy.ONE_FOR_ALL, {"a", "b", "c"}),
        (Strategy.REST_FOR_ONE, {"b", "c"}),
    ],
)
async def test_a_member_that_breaks_takes_along_whom_the_strategy_says(
    autojump_clock, supervise, strategy, anew
):
    services, groups = trinity(strategy, crashing(after=10.0, times=1))
    world = await supervise(*services, groups=groups)
    await trio.sleep(60)
    assert {name for name in "abc" if len(begun(world, name)) == 2} == anew
    assert all(status.state is State.RUNNING for status in await world.ask(Status()))


async def test_members_begin_anew_from_the_first_to_the_last(autojump_clock, supervise):
    services, groups = trinity(Strategy.ONE_FOR_ALL, crashing(after=10.0, times=1))
    world = await supervise(*services, groups=groups)
    await trio.sleep(60)
    # b lasted, so it may come back at once; it waits for a, and c, which takes two seconds to
    # wind down, waits for b.
    assert [begun(world, name)[1] for name in "abc"] == [10, 10, 12]


async def test_a_new_life_for_the_sake_of_another_is_counted_and_no_new_chance(
    autojump_clock, supervise
):
    services, groups = trinity(Strategy.ONE_FOR_ALL, crashing(after=10.0, times=2))
    world = await supervise(*services, groups=groups)
    await trio.sleep(60)
    assert [world[name].restarts for name in "abc"] == [2, 2, 2]


async def test_a_member_that_gives_up_ends_whom_it_would_have_taken_along(
    autojump_clock, supervise
):
    services, groups = trinity(Strategy.REST_FOR_ONE, crashing(after=10.0), budget=NO_SECOND_CHANCE)
    world = await supervise(*services, groups=groups)
    await trio.sleep(60)
    assert [world[name].state for name in "abc"] == [State.RUNNING, State.FATAL, State.STOPPED]


async def test_a_group_that_gives_up_is_brought_back_by_no_schedule(autojump_clock, supervise):
    often = {"restart": Restart.ON_FAILURE, "schedule": Schedule(every=5.0)}
    alone = task("d", budget=NO_SECOND_CHANCE, **often)
    world = await supervise(
        (task("a", **LIVES), crashing(after=12.0)),
        (task("b", budget=NO_SECOND_CHANCE, **often), crashing(after=2.0)),
        (task("c", **LIVES, **often), steady()),
        (alone, crashing(after=2.0)),
        groups=[GroupSpec(name="g", members=("a", "b", "c"), strategy=Strategy.ONE_FOR_ALL)],
    )
    await trio.sleep(60)
    assert [world[name].state for name in "abc"] == [State.STOPPED, State.FATAL, State.STOPPED]
    assert [world[name].next_start for name in "abc"] == [None] * 3
    assert (len(begun(world, "b")), len(begun(world, "c"))) == (1, 1)
    assert len(begun(world, "d")) > 5  # alone it concerns nobody: it is tried again


@pytest.mark.parametrize("command", [Stop, RestartService])
async def test_what_a_person_does_to_one_concerns_no_other(autojump_clock, supervise, command):
    services, groups = trinity(Strategy.ONE_FOR_ALL, steady())
    world = await supervise(*services, groups=groups)
    await world.ask(command("b"))
    await wait_all_tasks_blocked()
    assert [len(begun(world, name)) for name in "ac"] == [1, 1]


async def test_where_order_matters_members_start_and_stop_in_it(autojump_clock, supervise):
    world = await supervise(
        (task("c"), steady(ready=1.0)),
        (task("b"), steady(ready=1.0)),
        (task("a", stop_timeout=9.0), steady(ready=1.0, wind_down=1.0)),
        groups=[GroupSpec(name="g", members=("a", "b", "c"), strategy=Strategy.ONE_FOR_ALL)],
    )
    await trio.sleep(10)
    assert world.events.order(State.RUNNING) == ["a", "b", "c"]
    world.supervisor.end("done")
    await trio.sleep(10)
    assert world.events.order(State.STOPPING) == ["c", "b", "a"]


async def test_every_status_names_its_group(autojump_clock, supervise):
    services, groups = trinity(Strategy.ONE_FOR_ONE, steady())
    world = await supervise(*services, (task("alone"), steady()), groups=groups)
    assert [status.group for status in await world.ask(Status())] == ["g", "g", "g", ""]


async def test_a_member_that_is_stopped_for_another_says_so(autojump_clock, supervise):
    services, groups = trinity(Strategy.ONE_FOR_ALL, crashing(after=10.0), budget=NO_SECOND_CHANCE)
    world = await supervise(*services, groups=groups)
    await trio.sleep(11)
    assert (world["c"].state, world["c"].reason) == (State.STOPPING, "b is FATAL")
    await trio.sleep(11)
    assert (world["c"].state, world["c"].reason) == (State.STOPPED, "b is FATAL")
    assert (await world.ask(Stop("c"))).state is State.STOPPED
    await world.ask(Start("c"))
    assert (await world.ask(Stop("c"))).reason == ""


async def test_an_essential_member_that_goes_with_another_ends_all(autojump_clock, supervise):
    (a, b, _), groups = trinity(Strategy.ONE_FOR_ALL, crashing(after=10.0), budget=NO_SECOND_CHANCE)
    vital = (task("c", **LIVES, essential=True), steady(wind_down=2.0))
    world = await supervise(a, b, vital, groups=groups)
    await trio.sleep(60)
    assert world.ending.exit_code == 10
    assert world.ending.reason.startswith(
        "c is essential and goes with b, which is FATAL: ValueError: boom; gave up"
    )


async def test_but_not_one_that_somebody_had_stopped_before(autojump_clock, supervise):
    (a, b, _), groups = trinity(Strategy.ONE_FOR_ALL, crashing(after=10.0), budget=NO_SECOND_CHANCE)
    vital = (task("c", **LIVES, essential=True), steady())
    world = await supervise(a, b, vital, groups=groups)
    await world.ask(Stop("c"))
    await trio.sleep(60)
    assert world.ending is None
    assert world["c"].reason == ""
