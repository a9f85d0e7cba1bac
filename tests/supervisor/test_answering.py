import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.control import Start, Stop
from supervisor.desk import Gone, Request
from supervisor.model import State
from supervisor.spec import Budget
from tests.supervisor.fakes import (
    A_SECOND,
    NO_SECOND_CHANCE,
    Asked,
    completing,
    crashing,
    steady,
    task,
)


def answering(desk, *, life_lasts=None, wind_down=0.0):
    async def body(life, *, task_status):
        async def handle(request):
            await trio.sleep(2)
            return "answer"

        task_status.started()
        with trio.move_on_after(trio.current_effective_deadline()) as scope:
            scope.deadline = trio.current_time() + (life_lasts or 1e9)
            await life.channels.desks[desk].answer(handle)
        raise ValueError("boom")

    return body


async def test_what_a_dying_life_had_taken_up_is_gone_and_the_rest_waits(
    autojump_clock, nursery, supervise
):
    world = await supervise(
        (task("agent", answers=("agent",), backoff=A_SECOND), answering("agent", life_lasts=3.0)),
        desks=("agent",),
    )
    desk, answers = world.channels.desks["agent"], []

    async def ask():
        try:
            answers.append((await desk.ask(Request()), trio.current_time() - world.events.began))
        except Gone as gone:
            answers.append((str(gone), trio.current_time() - world.events.began))

    await trio.sleep(2)
    nursery.start_soon(ask)
    await trio.sleep(1.5)  # it died at 3, and comes back at 4
    nursery.start_soon(ask)
    await trio.sleep(10)
    assert answers == [("agent ended before it answered", 3), ("answer", 6)]


async def asked(world, desk):
    """What a desk says at once: its refusal, or None where one waits."""
    with trio.move_on_after(0.1):
        try:
            await world.channels.desks[desk].ask(Request())
        except Gone as gone:
            return str(gone)
    return None


@pytest.mark.parametrize(
    ("body", "fields", "answer"),
    [
        (steady(), {}, None),
        (steady(ready=5.0), {}, None),
        (crashing(), {"backoff": A_SECOND}, None),
        (steady(), {"autostart": False}, "d cannot answer: a is STOPPED"),
        (completing(), {}, "d cannot answer: a is EXITED: ended"),
        (
            crashing(),
            {"budget": NO_SECOND_CHANCE},
            "d cannot answer: a is FATAL: ValueError: boom; gave up after 0 restarts within 60 s",
        ),
    ],
)
async def test_a_desk_is_closed_exactly_when_its_service_rests(
    autojump_clock, supervise, body, fields, answer
):
    world = await supervise((task("a", answers=("d",), **fields), body), desks=("d",))
    assert await asked(world, "d") == answer


async def test_a_desk_closes_and_opens_with_its_service(autojump_clock, supervise):
    world = await supervise((task("a", answers=("d",)), steady()), desks=("d",))
    await world.ask(Stop("a"))
    assert await asked(world, "d") == "d cannot answer: a is STOPPED"
    await world.ask(Start("a"))
    assert await asked(world, "d") is None


async def test_whoever_waits_at_a_desk_is_told_when_its_service_comes_to_rest(
    autojump_clock, supervise
):
    world = await supervise(
        (task("a", answers=("d",), backoff=A_SECOND, budget=Budget(restarts=3)), crashing()),
        desks=("d",),
    )
    with pytest.raises(Gone, match="a is FATAL"):
        await world.channels.desks["d"].ask(Request())
    assert trio.current_time() - world.events.began == 3


async def test_a_desk_is_open_as_soon_as_a_start_was_asked_for(autojump_clock, nursery, supervise):
    world = await supervise(
        (task("db", autostart=False), steady(ready=5.0)),
        (task("a", autostart=False, requires=("db",), answers=("d",)), steady()),
        desks=("d",),
    )
    Asked(nursery, world, Start("a"))
    await wait_all_tasks_blocked()
    assert world["a"].state is State.STOPPED
    assert await asked(world, "d") is None


async def test_the_desk_of_a_blocked_service_is_closed_until_it_no_longer_is(
    autojump_clock, supervise
):
    world = await supervise(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False, times=1)),
        (task("a", requires=("db",), answers=("d",)), steady()),
        desks=("d",),
    )
    reason = "d cannot answer: a is STOPPED: requires db, which is FATAL"
    assert await asked(world, "d") == reason
    assert (await world.ask(Start("db"))).state is State.RUNNING
    assert await asked(world, "d") is None


async def test_a_block_is_over_as_soon_as_the_requirement_is_on_its_way(
    autojump_clock, nursery, supervise
):
    world = await supervise(
        (task("db"), steady(ready=5.0)),
        (task("a", requires=("db",), answers=("d",)), steady()),
        desks=("d",),
    )
    await world.ask(Stop("db"))
    await wait_all_tasks_blocked()
    assert world["a"].reason == "requires db, which is STOPPED"
    Asked(nursery, world, Start("db"))
    await wait_all_tasks_blocked()
    assert (world["a"].state, world["a"].reason) == (State.STOPPED, "waits until db is ready")
    assert await asked(world, "d") is None
