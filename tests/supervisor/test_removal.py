"""What goes: removed by hand, or no longer in the file."""

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.control import Reload, Remove, Start, Status, Stop
from supervisor.desk import Desk, Gone, NotFound, Refused
from supervisor.model import State
from supervisor.order import stop_in_order
from supervisor.spec import GroupSpec, Schedule, Strategy
from tests.supervisor.fakes import (
    A_SECOND,
    Asked,
    completing,
    crashing,
    steady,
    task,
    template,
)


def lives(world, name):
    return world.events.of(name).count(State.STARTING)


async def test_a_service_that_is_down_can_be_removed_and_comes_back_with_a_reload(from_file):
    world, _ = await from_file((task("a"), steady()), (task("b"), steady()))
    with pytest.raises(Refused, match="cannot remove a: it is RUNNING; stop it first"):
        await world.ask(Remove("a"))
    await world.ask(Stop("a"))
    await world.ask(Remove("a"))
    assert world["a"] is None
    with pytest.raises(NotFound):
        await world.ask(Start("a"))
    (one,) = await world.ask(Reload())
    assert (one.service, one.kind) == ("a", "added")


async def test_one_that_others_need_is_not_removed(from_file):
    world, _ = await from_file(
        (task("a"), steady()), (task("b", requires=("a",), autostart=False), steady())
    )
    await world.ask(Stop("a"))
    with pytest.raises(Refused, match="cannot remove a: it is needed by b"):
        await world.ask(Remove("a"))


async def test_nor_one_that_instances_to_come_need(from_file):
    world, _ = await from_file((task("a"), steady()), templates=[template("t@", requires=("a",))])
    await world.ask(Stop("a"))
    with pytest.raises(Refused, match="cannot remove a: it is needed by t@"):
        await world.ask(Remove("a"))


@pytest.mark.parametrize("strategy", Strategy)
async def test_a_group_goes_on_without_a_member_that_was_removed(
    autojump_clock, from_file, strategy
):
    world, _ = await from_file(
        (task("a"), steady()),
        (task("b"), steady()),
        (task("c", backoff=A_SECOND), crashing(after=10.0, times=1)),
        groups=[GroupSpec(name="g", members=("a", "b", "c"), strategy=strategy)],
    )
    await world.ask(Stop("a"))
    await world.ask(Remove("a"))
    await trio.sleep(20)
    assert world["c"].state is State.RUNNING
    assert world["b"].restarts == (1 if strategy is Strategy.ONE_FOR_ALL else 0)
    world.supervisor.end("done")
    await trio.sleep(1)
    assert world.ending is not None


async def test_it_is_not_removed_while_a_reload_is_under_way(autojump_clock, nursery, from_file):
    world, file = await from_file(
        (task("a", autostart=False), steady()),
        (task("b", stop_timeout=9.0), steady(wind_down=5.0)),
    )
    file.write((task("a", autostart=False, control=True), steady()))
    reloading = Asked(nursery, world, Reload())
    await wait_all_tasks_blocked()
    removing = Asked(nursery, world, Remove("a"))
    await trio.sleep(10)
    assert [one.kind for one in reloading.answer] == ["changed", "removed"]
    assert removing.done
    assert await world.ask(Status()) == ()


async def test_a_service_that_goes_between_two_runs_is_scheduled_no_longer(
    autojump_clock, from_file
):
    tidy = (task("tidy", schedule=Schedule(every=60.0)), completing())
    world, file = await from_file(tidy)
    await trio.sleep(70)
    file.write()
    await world.ask(Reload())
    await trio.sleep(70)
    assert world["tidy"] is None
    file.write(tidy)
    await world.ask(Reload())
    await trio.sleep(70)
    assert (world["tidy"].state, lives(world, "tidy")) == (State.EXITED, 2)


async def test_what_goes_goes_together_where_nothing_orders_it(autojump_clock, from_file):
    spec = {"stop_timeout": 9.0}
    world, file = await from_file(
        (task("a", **spec), steady(wind_down=5.0)),
        (task("b", **spec), steady(wind_down=5.0)),
    )
    file.write()
    began = trio.current_time()
    await world.ask(Reload())
    assert trio.current_time() - began == 5


async def test_what_is_started_again_while_it_goes_is_stopped_again(
    autojump_clock, nursery, from_file
):
    world, file = await from_file((task("a", stop_timeout=9.0), steady(wind_down=5.0)))
    file.write()
    reloading = Asked(nursery, world, Reload())
    await trio.sleep(1)
    started = Asked(nursery, world, Start("a"))
    await trio.sleep(30)
    assert reloading.done
    assert started.answer.state is State.STOPPED
    assert world["a"] is None


async def test_started_after_all_have_stopped_it_is_stopped_like_any_other(
    autojump_clock, nursery, from_file, monkeypatch
):
    world, file = await from_file((task("a", stop_timeout=9.0), steady(wind_down=5.0)))
    file.write()
    started = []

    async def stop_in_order_and_start(runners, groups):
        await stop_in_order(runners, groups)
        if not started:
            started.append(await world.ask(Start("a")))

    monkeypatch.setattr("supervisor.reload.stop_in_order", stop_in_order_and_start)
    began = trio.current_time()
    await world.ask(Reload())
    assert trio.current_time() - began == 10
    assert world.events.of("a")[-3:] == [State.STOPPING, State.STOPPED, None]


async def test_when_the_end_comes_amid_a_reload_nothing_new_begins(
    autojump_clock, nursery, from_file
):
    world, file = await from_file(
        (task("a", stop_timeout=9.0), steady(wind_down=5.0)),
        (task("z", stop_timeout=9.0), steady(wind_down=9.0)),
    )
    file.write((task("b"), steady()), (task("z", stop_timeout=9.0), steady()))
    reloading = Asked(nursery, world, Reload())
    await trio.sleep(1)
    world.supervisor.end("done")
    await trio.sleep(30)
    assert world["b"] is None
    assert str(reloading.answer) == "cannot reload: everything is being stopped"


async def test_instances_go_with_their_template(autojump_clock, nursery, from_file):
    world, file = await from_file(templates=[template("t@", stop_timeout=9.0)])
    await world.ask(Start("t@1", {"does": "waits"}))
    await world.ask(Start("t@2", {"does": "breaks"}))
    file.write()
    (one,) = await world.ask(Reload())
    assert (one.service, one.kind) == ("t@", "removed")
    assert await world.ask(Status()) == ()


async def test_those_that_somebody_stops_meanwhile_are_gone_all_the_same(
    autojump_clock, nursery, from_file
):
    names = [f"t@{number}" for number in range(20)]
    world, file = await from_file(templates=[template("t@", stop_timeout=9.0)])
    for name in names:
        await world.ask(Start(name, {"does": "waits"}))
    file.write()
    asked = [Asked(nursery, world, Stop(name)) for name in names[::2]]
    asked.append(Asked(nursery, world, Reload()))
    asked += [Asked(nursery, world, Stop(name)) for name in names]
    await wait_all_tasks_blocked()
    assert all(one.done for one in asked)
    assert await world.ask(Status()) == ()


@pytest.mark.parametrize("needs", ["requires", "wants", "after"])
async def test_an_instance_outlives_what_its_template_no_longer_needs(
    autojump_clock, from_file, needs
):
    world, file = await from_file(
        (task("a"), steady()), templates=[template("t@", **{needs: ("a",)}, backoff=A_SECOND)]
    )
    await world.ask(Start("t@1", {"does": "waits"}))
    file.write(templates=[template("t@")])
    await world.ask(Reload())
    world.supervisor.tree.roster["t@1"].fail("ill")
    await trio.sleep(5)
    blocked = "requires a, which is no more" if needs == "requires" else ""
    assert world["t@1"].reason == blocked
    file.write((task("a"), steady()), templates=[template("t@")])
    await world.ask(Reload())
    await trio.sleep(5)
    assert world["t@1"].state is State.RUNNING
    world.supervisor.end("done")
    await trio.sleep(1)
    assert world.ending is not None


async def test_what_goes_in_the_turn_in_which_it_rests_is_missed_by_whoever_waits(
    autojump_clock, nursery, from_file
):
    world, _ = await from_file(
        (task("a", backoff=A_SECOND), crashing(ready=False)),
        templates=[template("t@", requires=("a",))],
    )
    started = Asked(nursery, world, Start("t@1", {"does": "waits"}))
    await wait_all_tasks_blocked()
    assert world["t@1"].reason == "waits until a is ready"
    world.supervisor.tree.roster["a"].stop()
    world.supervisor.tree.dismiss(world.supervisor.tree.roster["a"])
    await wait_all_tasks_blocked()
    assert started.answer.reason == "requires a, which is no more"


async def test_what_goes_in_the_turn_in_which_it_came_never_runs(autojump_clock, supervise):
    world = await supervise()
    tree = world.supervisor.tree
    runner = tree.roster.add(task("a"), steady())
    runner.start()
    tree.dismiss(runner)
    await wait_all_tasks_blocked()
    assert "a" not in tree.roster
    assert State.STARTING not in world.events.of("a")


async def test_whoever_asks_a_service_that_goes_is_told(autojump_clock, nursery, from_file):
    world, file = await from_file((task("b"), steady()))
    desk = world.channels.desks.setdefault("x", Desk("x"))
    file.write((task("a", answers=("x",)), steady()))
    await world.ask(Reload())
    file.write()
    async with trio.open_nursery() as asking:
        asking.start_soon(_told_that_it_is_gone, desk)
        await wait_all_tasks_blocked()
        await world.ask(Reload())


async def _told_that_it_is_gone(desk):
    with pytest.raises(Gone, match="a is STOPPED"):
        await desk.ask(object())
