"""Some services are made what another plan says, and no others."""

import pytest
from trio.testing import wait_all_tasks_blocked

from supervisor.control import Checks, Reload, Status
from supervisor.desk import NotFound, Refused
from supervisor.model import State
from supervisor.plan import PROBER
from supervisor.spec import GroupSpec, HealthSpec, Settings, Strategy
from tests.supervisor.fakes import steady, task, template

LOOK = HealthSpec(name="look", service="a", tcp="127.0.0.1:1")
LISTEN = HealthSpec(name="listen", service="b", tcp="127.0.0.1:2")
SERVICES = [(task(name), steady()) for name in "abc"]


def group(*members, name="g", strategy=Strategy.ONE_FOR_ALL):
    return GroupSpec(name=name, members=members, strategy=strategy)


async def test_one_service_can_be_reloaded_alone(from_file):
    world, file = await from_file((task("a"), steady()), (task("b"), steady()))
    file.write((task("a", control=True), steady()), (task("c"), steady()))
    (one,) = await world.ask(Reload(only=("a",)))
    assert one.service == "a"
    assert [status.name for status in await world.ask(Status())] == ["a", "b"]
    assert [one.service for one in await world.ask(Reload(only=("b", "c")))] == ["c", "b"]


async def test_what_is_new_comes_with_what_needs_it(from_file):
    world, file = await from_file(*SERVICES)
    needing = [(task("a", after=("d",)), steady()), (task("d", wants=("e",)), steady())]
    more = [(task(name), steady()) for name in "bcefg"]
    file.write(*needing, *more, groups=[group("e", "f")])
    done = await world.ask(Reload(only=("a",)))
    assert {one.service: one.kind for one in done} == {
        "a": "changed",
        **dict.fromkeys("def", "added"),
    }
    await wait_all_tasks_blocked()
    assert [world[name].state for name in "adef"] == [State.RUNNING] * 4
    assert world["g"] is None


async def test_but_not_where_others_would_miss_it(from_file):
    world, file = await from_file((task("a"), steady()), (task("b", after=("a",)), steady()))
    file.write((task("b"), steady()))
    with pytest.raises(Refused, match="cannot reload that alone: b needs a"):
        await world.ask(Reload(only=("a",)))
    assert world["a"].state is State.RUNNING


async def test_nor_where_they_would_wait_in_a_circle(from_file):
    world, file = await from_file((task("a"), steady()), (task("b", after=("a",)), steady()))
    file.write((task("b"), steady()), (task("a", after=("b",)), steady()))
    with pytest.raises(Refused, match="wait in a circle"):
        await world.ask(Reload(only=("a",)))


async def test_nor_where_a_template_would_miss_it(from_file):
    world, file = await from_file(
        (task("a"), steady()), templates=[template("t@", requires=("a",))]
    )
    file.write(templates=[template("t@")])
    with pytest.raises(Refused, match="cannot reload that alone: t@ needs a"):
        await world.ask(Reload(only=("a",)))
    assert [one.service for one in await world.ask(Reload(only=("t@", "a")))] == ["t@", "a"]


async def test_a_name_that_nobody_knows_is_refused(from_file):
    world, _ = await from_file((task("a"), steady()))
    with pytest.raises(NotFound, match="cannot find wbe, x, neither in force nor in the file"):
        await world.ask(Reload(only=("wbe", "a", "x")))


async def test_it_comes_into_its_group_and_leaves_it_alone(from_file):
    world, file = await from_file(*SERVICES, groups=[group("a", "b")])
    file.write(*SERVICES, groups=[group("c", "a", "b"), group("d", name="other")])
    assert {one.service for one in await world.ask(Reload(only=("c",)))} == {"a", "b", "c"}
    assert [status.group for status in await world.ask(Status())] == ["g", "g", "g"]
    file.write(*SERVICES, groups=[group("a", "b")])
    await world.ask(Reload(only=("c",)))
    assert [world[name].group for name in "abc"] == ["g", "g", ""]
    file.write(*SERVICES, groups=[group("a", "b"), group("c", name="h")])
    await world.ask(Reload(only=("c",)))
    assert [world[name].group for name in "abc"] == ["g", "g", "h"]


@pytest.mark.parametrize(
    "groups",
    [
        [group("b", "a")],
        [group("a")],
        [group("a", "b", strategy=Strategy.REST_FOR_ONE)],
        [group("a", "b", "c", strategy=Strategy.REST_FOR_ONE)],
        [],
    ],
)
async def test_but_what_its_group_means_for_others_is_not_changed_alone(from_file, groups):
    world, file = await from_file(*SERVICES, groups=[group("a", "b", "c")])
    file.write(*SERVICES, groups=groups)
    with pytest.raises(Refused, match="cannot reload that alone: the group g changes too"):
        await world.ask(Reload(only=("c",)))


async def test_groups_of_others_stay_as_they_are(from_file):
    world, file = await from_file(*SERVICES, groups=[group("a", "b"), group("c", name="h")])
    file.write(*SERVICES, groups=[group("b", "a"), group("c", name="h")])
    assert await world.ask(Reload(only=("c",))) == ()


async def test_whoever_probes_stays_as_long_as_there_is_something_to_probe(from_file):
    services = SERVICES[:2]
    world, file = await from_file(*services, (PROBER, steady()), checks=[LOOK, LISTEN])
    file.write(*services)
    await world.ask(Reload(only=("a",)))
    await wait_all_tasks_blocked()
    assert await world.ask(Checks()) == (LISTEN,)
    assert world[PROBER.name].state is State.RUNNING
    await world.ask(Reload(only=("b",)))
    assert await world.ask(Checks()) == ()
    assert world[PROBER.name] is None


async def test_and_comes_with_the_first_of_it(from_file):
    services = SERVICES[:2]
    world, file = await from_file(*services)
    file.write(*services, (PROBER, steady()), checks=[LOOK, LISTEN])
    await world.ask(Reload(only=("b",)))
    await wait_all_tasks_blocked()
    assert await world.ask(Checks()) == (LISTEN,)
    assert world[PROBER.name].state is State.RUNNING


async def test_the_daemons_own_keys_stay_as_they_are(from_file):
    world, file = await from_file((task("a"), steady()))
    file.write((task("a"), steady()), settings=Settings(shutdown_timeout=3.0))
    assert await world.ask(Reload(only=("a",))) == ()
    assert len(await world.ask(Reload())) == 1
