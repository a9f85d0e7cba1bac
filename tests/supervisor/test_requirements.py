import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.control import Start, Stop
from supervisor.model import State
from supervisor.spec import Restart
from tests.supervisor.fakes import A_SECOND, NO_SECOND_CHANCE, Asked, crashing, steady, task


async def test_blocked_by_a_fatal_requirement_a_start_is_answered_at_once(
    autojump_clock, supervise
):
    world = await supervise(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False)),
        (task("api", autostart=False, requires=("db",)), steady()),
    )
    status = await world.ask(Start("api"))
    assert (status.state, status.reason) == (State.STOPPED, "requires db, which is FATAL")
    assert trio.current_time() == world.events.began


async def test_whoever_waits_for_a_start_is_told_when_it_becomes_blocked(autojump_clock, supervise):
    world = await supervise(
        (task("db", budget=NO_SECOND_CHANCE), crashing(after=5.0, ready=False)),
        (task("api", requires=("db",)), steady()),
    )
    status = await world.ask(Start("api"))
    assert status.reason == "requires db, which is FATAL"
    assert trio.current_time() - world.events.began == 5


@pytest.mark.parametrize(
    ("fields", "body", "state"),
    [
        ({"budget": NO_SECOND_CHANCE}, crashing(ready=False), "FATAL"),
        ({"restart": Restart.NEVER}, crashing(ready=False), "EXITED"),
    ],
)
async def test_a_chain_is_blocked_from_its_first_link(
    autojump_clock, supervise, fields, body, state
):
    world = await supervise(
        (task("disk", **fields), body),
        (task("db", requires=("disk",)), steady()),
        (task("api", autostart=False, requires=("db",)), steady()),
    )
    status = await world.ask(Start("api"))
    assert status.reason == "requires db, which is STOPPED"
    assert world["db"].reason == f"requires disk, which is {state}"


async def test_stopped_while_others_wait_for_it_it_blocks_them(autojump_clock, nursery, supervise):
    world = await supervise(
        (task("db"), steady(ready=50.0)), (task("api", requires=("db",)), steady())
    )
    asked = Asked(nursery, world, Start("api"))
    await trio.sleep(1)
    await world.ask(Stop("db"))
    await wait_all_tasks_blocked()
    assert asked.answer.reason == "requires db, which is STOPPED"


async def test_once_the_requirement_is_up_the_blocked_follow(autojump_clock, supervise):
    world = await supervise(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False, times=1)),
        (task("api", requires=("db",)), steady(ready=2.0)),
    )
    assert world["api"].reason == "requires db, which is FATAL"
    assert (await world.ask(Start("db"))).state is State.RUNNING
    assert (await world.ask(Start("api"))).state is State.RUNNING
    assert world["api"].reason == ""


async def test_a_block_of_yesterday_answers_no_start_of_today(autojump_clock, supervise):
    world = await supervise(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False, times=1)),
        (task("api", requires=("db",)), steady(ready=2.0)),
    )
    assert (await world.ask(Stop("api"))).reason == ""
    await world.ask(Start("db"))
    assert (await world.ask(Start("api"))).state is State.RUNNING


async def test_a_start_pulls_in_again_what_was_stopped_meanwhile(autojump_clock, supervise):
    world = await supervise(
        (task("db"), steady(ready=5.0)), (task("api", requires=("db",)), steady())
    )
    await world.ask(Stop("db"))
    await wait_all_tasks_blocked()
    assert world["api"].reason == "requires db, which is STOPPED"
    assert (await world.ask(Start("api"))).state is State.RUNNING
    assert world["db"].state is State.RUNNING


async def test_stopped_and_started_in_one_turn_while_blocked_it_is_blocked_again(
    autojump_clock, nursery, supervise
):
    world = await supervise(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False)),
        (task("api", requires=("db",)), steady()),
    )
    asked = [Asked(nursery, world, command("api")) for command in (Stop, Start) * 4]
    await wait_all_tasks_blocked()
    assert [one.answer for one in asked if one.answer is None] == []


async def test_blocked_between_two_lives_it_says_why(autojump_clock, supervise):
    world = await supervise(
        (task("db", budget=NO_SECOND_CHANCE), crashing(after=10.0)),
        (task("api", requires=("db",), backoff=A_SECOND), crashing(after=9.5)),
    )
    await trio.sleep(100)
    status = world["api"]
    assert (status.state, status.reason) == (State.BACKOFF, "requires db, which is FATAL")
    assert status.next_restart is None
    assert (await world.ask(Stop("api"))).state is State.STOPPED


async def test_a_chain_is_on_its_way_again_as_soon_as_its_first_link_is(autojump_clock, supervise):
    world = await supervise(
        (task("disk", budget=NO_SECOND_CHANCE), crashing(after=9.0, ready=False, times=1)),
        (task("db", requires=("disk",)), steady()),
        (task("api", requires=("db",)), steady()),
    )
    await trio.sleep(10)
    assert world["api"].reason == "requires db, which is STOPPED"
    world.supervisor.tree.roster["disk"].live = _late
    world.supervisor.tree.roster["disk"].start()
    await wait_all_tasks_blocked()
    reasons = [world[name].reason for name in ("db", "api")]
    assert reasons == ["waits until disk is ready", "waits until db is ready"]


async def _late(stopping, *, task_status):
    await trio.sleep(5)
    task_status.started()
    await stopping.wait()
