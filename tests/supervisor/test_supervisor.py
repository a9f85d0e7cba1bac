import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.control import (
    Checks,
    ReportHealth,
    RestartService,
    Shutdown,
    Start,
    Status,
    Stop,
)
from supervisor.desk import Gone, NotFound, Refused, Request
from supervisor.model import Backoff, Budget, HealthSpec, OnUnhealthy, Restart, State
from supervisor.supervisor import Ending
from tests.supervisor.fakes import (
    World,
    completing,
    crashing,
    deaf,
    lose_patience,
    steady,
    task,
    template,
)

WAITS = Backoff(first=1.0, factor=1.0, limit=1.0, jitter=0.0)
NO_SECOND_CHANCE = Budget(restarts=0)


@pytest.fixture(autouse=True)
def _quiet():
    with capture_logs():
        yield


@pytest.fixture
def start(nursery):
    """A supervisor over these (spec, body) pairs, under way, with nothing left to do at once."""

    async def start(*services, **fields):
        world = World(*services, **fields)
        nursery.start_soon(lose_patience)
        await nursery.start(world.run)
        await wait_all_tasks_blocked()
        return world

    return start


class Asked:
    """A command that somebody gave in a task of its own."""

    def __init__(self, nursery, world, request):
        self.answer = None
        nursery.start_soon(self._ask, world, request)

    async def _ask(self, world, request):
        try:
            self.answer = await world.ask(request)
        except Refused as refusal:
            self.answer = refusal


# Order.


async def test_it_starts_in_order_and_stops_in_reverse(autojump_clock, start):
    slow = steady(ready=1.0, wind_down=1.0)
    world = await start(
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


async def test_what_does_not_depend_starts_and_stops_side_by_side(autojump_clock, start):
    slow = steady(ready=2.0, wind_down=2.0)
    world = await start(*((task(name, stop_timeout=5.0), slow) for name in "abc"))
    for name in "abc":
        await world.until(name, State.RUNNING)
    assert trio.current_time() - world.events.began == 2
    await world.ask(Shutdown("done"))
    await trio.sleep(2.1)
    assert world.ending == Ending("done", 0)


async def test_requires_pulls_in_and_waits_until_it_is_up(autojump_clock, start):
    world = await start(
        (task("db", autostart=False), steady(ready=3.0)),
        (task("api", requires=("db",)), steady()),
    )
    await world.until("api", State.RUNNING)
    assert world.events.when("api", State.STARTING) == 3


async def test_a_required_service_that_is_being_stopped_is_started_again(autojump_clock, start):
    world = await start(
        (task("db", stop_timeout=5.0), steady(wind_down=3.0)),
        (task("api", autostart=False, requires=("db",)), steady()),
    )
    async with trio.open_nursery() as askers:
        askers.start_soon(world.ask, Stop("db"))
        await wait_all_tasks_blocked()
        assert (await world.ask(Start("api"))).state is State.RUNNING
    assert world["db"].state is State.RUNNING


async def test_all_that_is_required_is_up_at_once(autojump_clock, start):
    world = await start(
        (task("a"), crashing(after=2.0, times=1)),
        (task("b"), steady(ready=2.1)),
        (task("c", requires=("a", "b")), steady()),
    )
    await world.until("c", State.STARTING)
    assert world["a"].state is State.RUNNING
    assert world["b"].state is State.RUNNING


async def test_what_has_completed_is_up_for_those_who_require_it(autojump_clock, start):
    world = await start(
        (task("migrate"), completing(after=4.0)),
        (task("api", requires=("migrate",), after=("migrate",)), steady()),
    )
    await world.until("api", State.RUNNING)
    assert (await world.ask(RestartService("api"))).state is State.RUNNING


async def test_after_only_orders(autojump_clock, start):
    world = await start(
        (task("off", autostart=False), steady()),
        (task("broken", budget=NO_SECOND_CHANCE), crashing()),
        (task("slow"), steady(ready=2.0)),
        (task("api", after=("off", "broken", "slow")), steady()),
    )
    await world.until("api", State.RUNNING)
    assert world.events.when("api", State.STARTING) == 2
    assert world["off"].state is State.STOPPED


async def test_a_restart_of_what_is_required_leaves_its_dependants_alone(autojump_clock, start):
    world = await start((task("db"), steady()), (task("api", requires=("db",)), steady(ready=0.0)))
    await world.until("api", State.RUNNING)
    await world.ask(RestartService("db"))
    assert world.events.of("api") == [State.STOPPED, State.STARTING, State.RUNNING]


# What is required and will not come.


async def test_blocked_by_a_fatal_requirement_a_start_is_answered_at_once(autojump_clock, start):
    world = await start(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False)),
        (task("api", autostart=False, requires=("db",)), steady()),
    )
    status = await world.ask(Start("api"))
    assert (status.state, status.reason) == (State.STOPPED, "requires db, which is FATAL")
    assert trio.current_time() == world.events.began


async def test_whoever_waits_for_a_start_is_told_when_it_becomes_blocked(autojump_clock, start):
    world = await start(
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
async def test_a_chain_is_blocked_from_its_first_link(autojump_clock, start, fields, body, state):
    world = await start(
        (task("disk", **fields), body),
        (task("db", requires=("disk",)), steady()),
        (task("api", autostart=False, requires=("db",)), steady()),
    )
    status = await world.ask(Start("api"))
    assert status.reason == "requires db, which is STOPPED"
    assert world["db"].reason == f"requires disk, which is {state}"


async def test_stopped_while_others_wait_for_it_it_blocks_them(autojump_clock, nursery, start):
    world = await start((task("db"), steady(ready=50.0)), (task("api", requires=("db",)), steady()))
    asked = Asked(nursery, world, Start("api"))
    await trio.sleep(1)
    await world.ask(Stop("db"))
    await wait_all_tasks_blocked()
    assert asked.answer.reason == "requires db, which is STOPPED"


async def test_once_the_requirement_is_up_the_blocked_follow(autojump_clock, start):
    world = await start(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False, times=1)),
        (task("api", requires=("db",)), steady(ready=2.0)),
    )
    assert world["api"].reason == "requires db, which is FATAL"
    assert (await world.ask(Start("db"))).state is State.RUNNING
    assert (await world.ask(Start("api"))).state is State.RUNNING
    assert world["api"].reason == ""


async def test_a_block_of_yesterday_answers_no_start_of_today(autojump_clock, start):
    world = await start(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False, times=1)),
        (task("api", requires=("db",)), steady(ready=2.0)),
    )
    assert (await world.ask(Stop("api"))).reason == ""
    await world.ask(Start("db"))
    assert (await world.ask(Start("api"))).state is State.RUNNING


async def test_a_start_pulls_in_again_what_was_stopped_meanwhile(autojump_clock, start):
    world = await start((task("db"), steady(ready=5.0)), (task("api", requires=("db",)), steady()))
    await world.ask(Stop("db"))
    await wait_all_tasks_blocked()
    assert world["api"].reason == "requires db, which is STOPPED"
    assert (await world.ask(Start("api"))).state is State.RUNNING
    assert world["db"].state is State.RUNNING


async def test_stopped_and_started_in_one_turn_while_blocked_it_is_blocked_again(
    autojump_clock, nursery, start
):
    world = await start(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False)),
        (task("api", requires=("db",)), steady()),
    )
    asked = [Asked(nursery, world, command("api")) for command in (Stop, Start) * 4]
    await wait_all_tasks_blocked()
    assert [one.answer for one in asked if one.answer is None] == []


async def test_blocked_between_two_lives_it_says_why(autojump_clock, start):
    world = await start(
        (task("db", budget=NO_SECOND_CHANCE), crashing(after=10.0)),
        (task("api", requires=("db",), backoff=WAITS), crashing(after=9.5)),
    )
    await trio.sleep(100)
    status = world["api"]
    assert (status.state, status.reason) == (State.BACKOFF, "requires db, which is FATAL")
    assert status.next_restart is None
    assert (await world.ask(Stop("api"))).state is State.STOPPED


# Commands.


async def test_status_has_all_services_in_start_order(autojump_clock, start):
    world = await start((task("db"), steady()), (task("api"), steady()))
    assert [s.name for s in await world.ask(Status())] == ["db", "api"]
    assert world.events.snapshot == await world.ask(Status())


@pytest.mark.parametrize("command", [Start, Stop, RestartService])
async def test_a_command_to_a_stranger_names_those_there_are(autojump_clock, start, command):
    world = await start((task("db"), steady()), (task("api"), steady()))
    with pytest.raises(NotFound, match="cannot find a service 'astro'; services are db, api"):
        await world.ask(command("astro"))


async def never_ready(life, *, task_status):
    await trio.sleep_forever()


@pytest.mark.parametrize(
    ("body", "fields", "state", "then"),
    [
        (steady(), {"autostart": False}, State.STOPPED, State.STOPPED),
        (never_ready, {}, State.STARTING, State.STOPPED),
        (steady(), {}, State.RUNNING, State.STOPPED),
        (crashing(), {"backoff": WAITS}, State.BACKOFF, State.STOPPED),
        (completing(), {}, State.EXITED, State.EXITED),
        (crashing(), {"budget": NO_SECOND_CHANCE}, State.FATAL, State.FATAL),
    ],
)
async def test_a_stop_in_any_state_is_answered_at_rest(
    autojump_clock, start, body, fields, state, then
):
    world = await start((task("a", **fields), body))
    assert world["a"].state is state
    assert (await world.ask(Stop("a"))).state is then
    await trio.sleep(1000)
    assert world["a"].state is then


async def test_a_second_stop_waits_for_the_same_end(autojump_clock, nursery, start):
    world = await start((task("a", stop_timeout=5.0), deaf))
    first = Asked(nursery, world, Stop("a"))
    await trio.sleep(1)
    assert world["a"].state is State.STOPPING
    assert (await world.ask(Stop("a"))).state is State.STOPPED
    assert trio.current_time() - world.events.began == 5
    await wait_all_tasks_blocked()
    assert first.answer.state is State.STOPPED


async def test_a_stop_answers_the_start_that_it_overtakes(autojump_clock, nursery, start):
    world = await start(
        (task("db"), steady(ready=100.0)), (task("api", requires=("db",)), steady())
    )
    asked = Asked(nursery, world, Start("api"))
    await wait_all_tasks_blocked()
    await world.ask(Stop("api"))
    await wait_all_tasks_blocked()
    assert asked.answer.state is State.STOPPED


async def test_start_is_answered_by_ready_backoff_or_rest(autojump_clock, start):
    world = await start(
        (task("ready", autostart=False), steady(ready=2.0)),
        (task("broken", autostart=False, backoff=WAITS), crashing(ready=False)),
        (task("done", autostart=False), completing()),
    )
    assert (await world.ask(Start("ready"))).state is State.RUNNING
    assert (await world.ask(Start("broken"))).state is State.BACKOFF
    assert (await world.ask(Start("done"))).state in (State.RUNNING, State.EXITED)


async def test_parameters_are_for_instances(autojump_clock, start):
    world = await start((task("a"), steady()))
    with pytest.raises(Refused, match="cannot give a parameters"):
        await world.ask(Start("a", {"port": "1"}))


async def test_a_service_restarts_another_and_then_itself(autojump_clock, start):
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

    world = await start((task("astro"), astro), (task("api", requires=("astro",)), api))
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


# Desks.


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
    autojump_clock, nursery, start
):
    world = await start(
        (task("agent", answers=("agent",), backoff=WAITS), answering("agent", life_lasts=3.0)),
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
        (crashing(), {"backoff": WAITS}, None),
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
    autojump_clock, start, body, fields, answer
):
    world = await start((task("a", answers=("d",), **fields), body), desks=("d",))
    assert await asked(world, "d") == answer


async def test_a_desk_closes_and_opens_with_its_service(autojump_clock, start):
    world = await start((task("a", answers=("d",)), steady()), desks=("d",))
    await world.ask(Stop("a"))
    assert await asked(world, "d") == "d cannot answer: a is STOPPED"
    await world.ask(Start("a"))
    assert await asked(world, "d") is None


async def test_whoever_waits_at_a_desk_is_told_when_its_service_comes_to_rest(
    autojump_clock, start
):
    world = await start(
        (task("a", answers=("d",), backoff=WAITS, budget=Budget(restarts=3)), crashing()),
        desks=("d",),
    )
    with pytest.raises(Gone, match="a is FATAL"):
        await world.channels.desks["d"].ask(Request())
    assert trio.current_time() - world.events.began == 3


async def test_a_desk_is_open_as_soon_as_a_start_was_asked_for(autojump_clock, nursery, start):
    world = await start(
        (task("db", autostart=False), steady(ready=5.0)),
        (task("a", autostart=False, requires=("db",), answers=("d",)), steady()),
        desks=("d",),
    )
    Asked(nursery, world, Start("a"))
    await wait_all_tasks_blocked()
    assert world["a"].state is State.STOPPED
    assert await asked(world, "d") is None


async def test_the_desk_of_a_blocked_service_is_closed_until_it_no_longer_is(autojump_clock, start):
    world = await start(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False, times=1)),
        (task("a", requires=("db",), answers=("d",)), steady()),
        desks=("d",),
    )
    reason = "d cannot answer: a is STOPPED: requires db, which is FATAL"
    assert await asked(world, "d") == reason
    assert (await world.ask(Start("db"))).state is State.RUNNING
    assert await asked(world, "d") is None


async def test_a_block_is_over_as_soon_as_the_requirement_is_on_its_way(
    autojump_clock, nursery, start
):
    world = await start(
        (task("db"), steady(ready=5.0)),
        (task("a", requires=("db",), answers=("d",)), steady()),
        desks=("d",),
    )
    await world.ask(Stop("db"))
    await wait_all_tasks_blocked()
    assert world["a"].reason == "requires db, which is STOPPED"
    Asked(nursery, world, Start("db"))
    await wait_all_tasks_blocked()
    assert (world["a"].state, world["a"].reason) == (State.STOPPED, "")
    assert await asked(world, "d") is None


# Templates.


async def test_an_instance_starts_with_its_parameters_and_vanishes_when_stopped(
    autojump_clock, start
):
    world = await start(templates=[template("t@")])
    assert world.events.snapshot == ()
    status = await world.ask(Start("t@one", {"does": "waits"}))
    assert (status.state, status.parameters) == (State.RUNNING, {"does": "waits"})
    await world.ask(Start("t@two", {"does": "waits"}))
    assert [s.name for s in await world.ask(Status())] == ["t@one", "t@two"]
    assert (await world.ask(Stop("t@one"))).state is State.STOPPED
    assert [s.name for s in world.events.snapshot] == ["t@two"]
    with pytest.raises(NotFound):
        await world.ask(Stop("t@one"))


async def test_two_who_stop_one_instance_are_both_answered(autojump_clock, nursery, start):
    world = await start(templates=[template("t@")])
    await world.ask(Start("t@one", {"does": "waits"}))
    stops = [Asked(nursery, world, Stop("t@one")) for _ in range(2)]
    await wait_all_tasks_blocked()
    assert [stop.answer.state for stop in stops] == [State.STOPPED] * 2
    assert world["t@one"] is None


async def test_started_again_with_the_same_parameters_or_none_it_is_the_same(autojump_clock, start):
    world = await start(templates=[template("t@")])
    await world.ask(Start("t@one", {"does": "waits"}))
    moves = list(world.events.moves)
    assert (await world.ask(Start("t@one", {"does": "waits"}))).state is State.RUNNING
    assert (await world.ask(Start("t@one"))).parameters == {"does": "waits"}
    assert world.events.moves == moves


async def test_other_parameters_are_refused_until_it_is_stopped(autojump_clock, start):
    world = await start(templates=[template("t@")])
    await world.ask(Start("t@one", {"does": "waits"}))
    with pytest.raises(Refused, match="cannot start t@one with other parameters: stop it first"):
        await world.ask(Start("t@one", {"does": "completes"}))
    await world.ask(Stop("t@one"))
    assert (await world.ask(Start("t@one", {"does": "completes"}))).parameters["does"] == (
        "completes"
    )


async def test_a_missing_placeholder_is_refused_and_leaves_nothing(autojump_clock, start):
    world = await start(templates=[template("t@")])
    with pytest.raises(Refused, match="cannot fill in does"):
        await world.ask(Start("t@one"))
    assert world.events.snapshot == ()


async def test_an_instance_that_cannot_be_run_is_refused_with_the_key(autojump_clock, start):
    world = await start(templates=[template("t@", options={"wrong": "{does}"})])
    with pytest.raises(Refused, match=r"cannot start t@one: options\.wrong: no such option"):
        await world.ask(Start("t@one", {"does": "waits"}))
    assert world.events.snapshot == ()


@pytest.mark.parametrize("command", [Start, Stop, RestartService])
async def test_a_template_itself_takes_no_commands(autojump_clock, start, command):
    world = await start(templates=[template("t@")])
    with pytest.raises(Refused, match="name an instance, such as t@one"):
        await world.ask(command("t@"))


async def test_a_fatal_instance_stays_until_it_is_stopped(autojump_clock, start):
    world = await start(templates=[template("t@", budget=NO_SECOND_CHANCE)])
    await world.ask(Start("t@one", {"does": "breaks"}))
    await trio.sleep(1000)
    assert world["t@one"].state is State.FATAL
    assert world["t@one"].reason.startswith("ValueError: one broke")
    assert (await world.ask(Stop("t@one"))).state is State.FATAL
    assert world["t@one"] is None


@pytest.mark.parametrize("does", ["breaks", "completes"])
async def test_an_instance_at_rest_may_be_started_anew_with_other_parameters(
    autojump_clock, start, does
):
    world = await start(templates=[template("t@", budget=NO_SECOND_CHANCE)])
    await world.ask(Start("t@one", {"does": does}))
    await wait_all_tasks_blocked()
    assert world["t@one"].state.at_rest
    status = await world.ask(Start("t@one", {"does": "waits"}))
    assert (status.state, status.parameters) == (State.RUNNING, {"does": "waits"})
    assert world.events.of("t@one").count(None) == 1


@pytest.mark.parametrize("turns", range(8))
@pytest.mark.parametrize("again", [{"does": "waits"}, {"does": "waits", "more": "x"}])
async def test_a_start_in_the_tick_of_a_stop_is_answered(
    autojump_clock, nursery, start, turns, again
):
    world = await start(templates=[template("t@", stop_timeout=5.0)])
    await world.ask(Start("t@one", {"does": "waits"}))
    stop = Asked(nursery, world, Stop("t@one"))
    for _ in range(turns):
        await trio.lowlevel.checkpoint()
    begun = Asked(nursery, world, Start("t@one", again))
    await trio.sleep(100)
    assert stop.answer is not None
    assert begun.answer is not None
    assert world["t@one"] is None or world["t@one"].state is State.RUNNING


async def test_an_instance_waits_for_what_its_template_requires(autojump_clock, start):
    world = await start(
        (task("db", autostart=False), steady(ready=3.0)),
        templates=[template("t@", requires=("db",))],
    )
    await world.ask(Start("t@one", {"does": "waits"}))
    assert world.events.when("t@one", State.STARTING) == 3


async def test_an_instance_waiting_for_its_start_may_be_stopped(autojump_clock, nursery, start):
    world = await start(
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


async def test_a_blocked_instance_that_was_stopped_never_comes_back(autojump_clock, start):
    world = await start(
        (task("db", budget=NO_SECOND_CHANCE), crashing(ready=False, times=1)),
        templates=[template("t@", requires=("db",))],
    )
    status = await world.ask(Start("t@one", {"does": "waits"}))
    assert status.reason == "requires db, which is FATAL"
    await world.ask(Stop("t@one"))
    await world.ask(Start("db"))
    await trio.sleep(100)
    assert world["t@one"] is None


async def test_an_instance_stops_with_the_rest(autojump_clock, start):
    world = await start((task("db"), steady()), templates=[template("t@", requires=("db",))])
    await world.ask(Start("t@one", {"does": "waits"}))
    await world.ask(Shutdown("done"))
    await wait_all_tasks_blocked()
    assert world.events.order(State.STOPPING) == ["t@one", "db"]


# Health.

LIVE = HealthSpec(name="live", service="api", tcp="127.0.0.1:1")


def check(name, on_unhealthy=OnUnhealthy.IGNORE, service="api"):
    return HealthSpec(name=name, service=service, tcp="127.0.0.1:1", on_unhealthy=on_unhealthy)


async def test_the_prober_learns_its_checks(autojump_clock, start):
    world = await start((task("api"), steady()), checks=[LIVE])
    assert await world.ask(Checks()) == (LIVE,)


async def test_what_the_checks_say_is_in_the_status(autojump_clock, start):
    world = await start((task("api"), steady()), checks=[check("live"), check("deep")])
    await world.ask(ReportHealth("live", "api", True))
    assert world["api"].healthy is None
    await world.ask(ReportHealth("deep", "api", False, "500"))
    assert (world["api"].healthy, world["api"].reason) == (False, "deep: 500")
    await world.ask(ReportHealth("deep", "api", True))
    assert (world["api"].healthy, world["api"].reason) == (True, "")


async def test_what_was_said_of_one_life_does_not_count_in_the_next(autojump_clock, start):
    world = await start((task("api"), steady()), checks=[check("live"), check("deep")])
    await world.ask(ReportHealth("deep", "api", False, "500"))
    await world.ask(RestartService("api"))
    await world.ask(ReportHealth("live", "api", True))
    assert world["api"].healthy is None


async def test_unhealthy_and_so_declared_it_gets_a_new_life(autojump_clock, start):
    world = await start((task("api"), steady()), checks=[check("live", OnUnhealthy.RESTART)])
    await world.ask(ReportHealth("live", "api", False, "500"))
    await world.until("api", State.RUNNING)
    assert world.events.of("api").count(State.RUNNING) == 2
    assert world["api"].healthy is None


async def test_unhealthy_and_so_declared_everything_ends_with_its_code(autojump_clock, start):
    world = await start((task("api"), steady()), checks=[check("live", OnUnhealthy.SHUTDOWN)])
    await world.ask(ReportHealth("live", "api", False, "500"))
    await wait_all_tasks_blocked()
    assert world.ending == Ending("api is unhealthy: live: 500", 11)


async def test_each_check_is_acted_on_whatever_another_said_before(autojump_clock, start):
    world = await start(
        (task("api"), steady()), checks=[check("soft"), check("hard", OnUnhealthy.RESTART)]
    )
    await world.ask(ReportHealth("soft", "api", False, "slow"))
    await world.ask(ReportHealth("hard", "api", False, "dead"))
    await world.until("api", State.RUNNING)
    assert world.events.of("api").count(State.STARTING) == 2


async def test_a_good_report_beside_a_bad_one_acts_on_nothing(autojump_clock, start):
    world = await start(
        (task("api"), steady()), checks=[check("soft"), check("hard", OnUnhealthy.RESTART)]
    )
    await world.ask(ReportHealth("soft", "api", False, "slow"))
    await world.ask(ReportHealth("hard", "api", True))
    await wait_all_tasks_blocked()
    assert world["api"].healthy is False
    assert world.events.of("api").count(State.STARTING) == 1


async def test_a_report_of_a_life_that_is_over_changes_nothing(autojump_clock, start):
    world = await start(
        (task("api", autostart=False), steady()), checks=[check("live", OnUnhealthy.SHUTDOWN)]
    )
    await world.ask(ReportHealth("live", "api", False, "500"))
    await wait_all_tasks_blocked()
    assert (world["api"].healthy, world.ending) == (None, None)


async def test_a_report_of_a_check_that_nobody_declared_is_refused(autojump_clock, start):
    world = await start((task("api"), steady()))
    with pytest.raises(NotFound, match="cannot find a check 'nonsense' of api"):
        await world.ask(ReportHealth("nonsense", "api", False))
    assert world["api"].state is State.RUNNING


# The end.


async def test_the_first_reason_stands(autojump_clock, start):
    world = await start((task("a"), steady()))
    world.supervisor.end("first", 3)
    world.supervisor.end("second", 4)
    await wait_all_tasks_blocked()
    assert world.ending == Ending("first", 3)


@pytest.mark.parametrize(
    ("body", "fields", "code"),
    [
        (crashing(), {"budget": NO_SECOND_CHANCE}, 10),
        (crashing(), {"restart": Restart.NEVER}, 10),
        (completing(), {}, 0),
    ],
)
async def test_the_end_of_an_essential_service_is_the_end(
    autojump_clock, start, body, fields, code
):
    world = await start((task("a"), steady()), (task("vital", essential=True, **fields), body))
    await wait_all_tasks_blocked()
    assert world.ending.exit_code == code
    assert world.ending.reason.startswith("vital is essential and ")
    assert world["a"].state is State.STOPPED


async def test_an_essential_service_may_be_stopped_and_restarted(autojump_clock, start):
    world = await start((task("vital", essential=True), steady()))
    await world.ask(RestartService("vital"))
    await world.ask(Stop("vital"))
    await trio.sleep(100)
    assert world.ending is None


async def test_the_deadline_cuts_every_grace(autojump_clock, start):
    world = await start(
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
async def test_a_hurry_leaves_no_grace(autojump_clock, start, early):
    world = await start(
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


async def test_what_holds_on_after_it_was_killed_holds_up_nobody_else(autojump_clock, start):
    async def undying(life, *, task_status):
        task_status.started()
        with trio.CancelScope(shield=True):
            await trio.sleep(20)

    world = await start(
        (task("db"), steady()),
        (task("api", requires=("db",)), undying),
        shutdown_timeout=5.0,
    )
    world.supervisor.end("done")
    await trio.sleep(30)
    assert world.events.when("db", State.STOPPING) == 5
    assert world.ending is not None


@pytest.mark.parametrize("command", [Start, RestartService])
async def test_once_it_ends_nothing_is_started(autojump_clock, start, command):
    world = await start((task("a", stop_timeout=5.0), deaf), (task("b"), steady()))
    world.supervisor.end("idle")
    await wait_all_tasks_blocked()
    with pytest.raises(Refused, match="cannot start anything: idle"):
        await world.ask(command("b"))
    assert (await world.ask(Status()))[0].state is State.STOPPING
    assert (await world.ask(Stop("a"))).state is State.STOPPED


async def test_after_the_end_every_command_fails_at_once(autojump_clock, start):
    world = await start((task("a"), steady()))
    await world.ask(Shutdown("done"))
    await wait_all_tasks_blocked()
    with pytest.raises(Gone, match="has ended"):
        await world.ask(Status())


async def test_the_end_during_a_start_stops_what_waits_and_what_starts(
    autojump_clock, nursery, start
):
    world = await start(
        (task("db"), steady(ready=50.0)),
        (task("api", requires=("db",)), steady()),
        (task("broken", backoff=WAITS), crashing()),
    )
    asked = Asked(nursery, world, Start("api"))
    await wait_all_tasks_blocked()
    world.supervisor.end("done")
    await wait_all_tasks_blocked()
    assert world.ending is not None
    assert asked.answer is not None
    assert {s.state for s in world.events.snapshot} == {State.STOPPED}
    assert State.STARTING not in world.events.of("api")


async def test_once_it_ends_what_waits_for_its_next_life_gets_none(autojump_clock, start):
    world = await start(
        (task("broken", backoff=WAITS), crashing()),
        (task("api", after=("broken",), stop_timeout=9.0), steady(wind_down=5.0)),
    )
    world.supervisor.end("done")
    await trio.sleep(10)
    assert world.ending is not None
    assert world.events.order(State.STARTING) == ["broken", "api"]


async def test_a_restart_under_way_at_the_end_brings_no_life_that_is_left(
    autojump_clock, nursery, start
):
    world = await start(
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
    autojump_clock, nursery, start
):
    world = await start(
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
        (task("broken", backoff=WAITS), crashing()),
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


async def test_every_life_has_a_marker_of_its_own(autojump_clock, start):
    markers = []

    async def live(life, *, task_status):
        markers.append(life.marker)
        task_status.started()
        await life.stopping.wait()

    world = await start((task("a"), live), (task("b"), live))
    await world.ask(RestartService("a"))
    assert len(set(markers)) == 3


# Whatever is commanded, and whenever: everybody is answered, and what is wanted comes about.

seconds = st.sampled_from([0.0, 0.5, 1.0, 3.0])
bodies = st.one_of(
    st.builds(lambda ready, wind: steady(ready=ready, wind_down=wind), seconds, seconds),
    st.builds(
        lambda after, ready, times: crashing(after=after, ready=ready, times=times),
        seconds,
        st.booleans(),
        st.none() | st.integers(1, 3),
    ),
    st.builds(lambda after: completing(after=after), seconds),
    st.just(never_ready),
)
specs = st.fixed_dictionaries(
    {
        "restart": st.sampled_from(Restart),
        "autostart": st.booleans(),
        "budget": st.builds(Budget, restarts=st.integers(0, 2), period=st.just(1000.0)),
        "stop_timeout": seconds,
        "start_timeout": st.sampled_from([2.0, 5.0]),
    }
)
relations = st.sampled_from([{}, {"requires": True}, {"after": True}])
names = st.sampled_from(["a", "b", "c", "t@1", "t@2"])
commands = st.one_of(
    st.builds(
        lambda name, does: Start(name, {"does": does} if "@" in name else {}),
        names,
        st.sampled_from(["waits", "breaks", "completes"]),
    ),
    st.builds(Stop, names),
    st.builds(RestartService, names),
)
pauses = st.none() | st.integers(1, 5) | seconds


@given(
    st.lists(st.tuples(specs, bodies, relations), min_size=3, max_size=3),
    st.lists(st.tuples(commands, pauses), max_size=12),
    relations,
    st.random_module(),  # the order in which Trio runs what is due at once
)
def test_every_command_is_answered_and_everything_ends(services, script, relation, seed):
    def related(how, name):
        return dict.fromkeys(how, (name,))

    async def main():
        (one, live_one, _), (two, live_two, by_two), (three, live_three, by_three) = services
        world = World(
            (task("a", backoff=WAITS, **one), live_one),
            (task("b", backoff=WAITS, **two, **related(by_two, "a")), live_two),
            (task("c", backoff=WAITS, **three, **related(by_three, "b")), live_three),
            templates=[template("t@", backoff=WAITS, **related(relation, "c"))],
        )
        asked = []
        async with trio.open_nursery() as nursery:
            await nursery.start(world.run)
            for command, pause in script:
                asked.append((command, Asked(nursery, world, command)))
                match pause:
                    case int():
                        for _ in range(pause):
                            await trio.lowlevel.checkpoint()
                    case float():
                        await trio.sleep(pause)
            await trio.sleep(100)
            assert [command for command, one in asked if one.answer is None] == []
            for status in await world.ask(Status()):
                assert status == world[status.name]
                assert status.state not in (State.STARTING, State.STOPPING)
            world.supervisor.end("done")
            await trio.sleep(26)
            assert world.ending is not None
            assert all(status.state.at_rest for status in world.events.snapshot)
            nursery.cancel_scope.cancel()

    with capture_logs():
        trio.run(main, clock=MockClock(autojump_threshold=0))
