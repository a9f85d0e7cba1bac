import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from supervisor.control import Checks, Health, Looked, ReportHealth, RestartService, Start, Stop
from supervisor.desk import NotFound
from supervisor.model import State
from supervisor.plan import PROBER
from supervisor.spec import Budget, CauseBudget, HealthSpec, Level, OnUnhealthy, Restart, Schedule
from supervisor.supervisor import Ending
from tests.supervisor.fakes import (
    A_SECOND,
    NO_SECOND_CHANCE,
    completing,
    crashing,
    never_ready,
    steady,
    task,
    template,
)

LIVE = HealthSpec(name="live", service="api", tcp="127.0.0.1:1")


def check(name, on_unhealthy=OnUnhealthy.IGNORE, service="api"):
    return HealthSpec(name=name, service=service, tcp="127.0.0.1:1", on_unhealthy=on_unhealthy)


async def test_the_prober_learns_its_checks(autojump_clock, supervise):
    world = await supervise((task("api"), steady()), checks=[LIVE])
    assert await world.ask(Checks()) == (LIVE,)


async def test_what_the_checks_say_is_in_the_status(autojump_clock, supervise):
    world = await supervise((task("api"), steady()), checks=[check("live"), check("deep")])
    await world.ask(ReportHealth("live", "api", True))
    assert world["api"].healthy is None
    await world.ask(ReportHealth("deep", "api", False, "500"))
    assert (world["api"].healthy, world["api"].reason) == (False, "deep: 500")
    await world.ask(ReportHealth("deep", "api", True))
    assert (world["api"].healthy, world["api"].reason) == (True, "")


async def test_what_was_said_of_one_life_does_not_count_in_the_next(autojump_clock, supervise):
    world = await supervise((task("api"), steady()), checks=[check("live"), check("deep")])
    await world.ask(ReportHealth("deep", "api", False, "500"))
    await world.ask(RestartService("api"))
    await world.ask(ReportHealth("live", "api", True))
    assert world["api"].healthy is None


async def test_a_look_counts_only_for_the_life_that_it_was_a_look_at(autojump_clock, supervise):
    world = await supervise((task("api"), steady()), checks=[check("live")])
    await world.ask(Looked("live", "api", False, "refused", world["api"].started))
    assert [look.found for look in (await world.ask(Health(Level.READY))).checks] == ["refused"]
    before = world["api"].started
    await world.ask(RestartService("api"))
    await world.until("api", State.RUNNING)
    await world.ask(Looked("live", "api", False, "refused", before))
    assert [look.found for look in (await world.ask(Health(Level.READY))).checks] == [""]


async def test_unhealthy_and_so_declared_it_gets_a_new_life(autojump_clock, supervise):
    world = await supervise((task("api"), steady()), checks=[check("live", OnUnhealthy.RESTART)])
    await world.ask(ReportHealth("live", "api", False, "500"))
    await world.until("api", State.RUNNING)
    assert world.events.of("api").count(State.RUNNING) == 2
    assert world["api"].healthy is None


async def test_unhealthy_and_so_declared_everything_ends_with_its_code(autojump_clock, supervise):
    world = await supervise((task("api"), steady()), checks=[check("live", OnUnhealthy.SHUTDOWN)])
    await world.ask(ReportHealth("live", "api", False, "500"))
    await wait_all_tasks_blocked()
    assert world.ending == Ending("api is unhealthy: live: 500", 11)


async def test_each_check_is_acted_on_whatever_another_said_before(autojump_clock, supervise):
    world = await supervise(
        (task("api"), steady()), checks=[check("soft"), check("hard", OnUnhealthy.RESTART)]
    )
    await world.ask(ReportHealth("soft", "api", False, "slow"))
    await world.ask(ReportHealth("hard", "api", False, "dead"))
    await world.until("api", State.RUNNING)
    assert world.events.of("api").count(State.STARTING) == 2


async def test_a_good_report_beside_a_bad_one_acts_on_nothing(autojump_clock, supervise):
    world = await supervise(
        (task("api"), steady()), checks=[check("soft"), check("hard", OnUnhealthy.RESTART)]
    )
    await world.ask(ReportHealth("soft", "api", False, "slow"))
    await world.ask(ReportHealth("hard", "api", True))
    await wait_all_tasks_blocked()
    assert world["api"].healthy is False
    assert world.events.of("api").count(State.STARTING) == 1


async def test_a_report_of_a_life_that_is_over_changes_nothing(autojump_clock, supervise):
    world = await supervise(
        (task("api", autostart=False), steady()), checks=[check("live", OnUnhealthy.SHUTDOWN)]
    )
    await world.ask(ReportHealth("live", "api", False, "500"))
    await wait_all_tasks_blocked()
    assert (world["api"].healthy, world.ending) == (None, None)


async def test_a_report_of_the_life_before_says_nothing_of_this_one(autojump_clock, supervise):
    world = await supervise((task("api"), steady()), checks=[check("live", OnUnhealthy.RESTART)])
    before = world["api"].started
    await world.ask(RestartService("api"))
    now = world["api"].started
    await world.ask(ReportHealth("live", "api", False, "500", before))
    assert (world["api"].state, world["api"].healthy) == (State.RUNNING, None)
    await world.ask(ReportHealth("live", "api", True, "", now))
    assert world["api"].healthy
    await world.ask(ReportHealth("live", "api", False, "500", now))
    assert world["api"].state is State.STOPPING


async def test_a_report_of_a_check_that_nobody_declared_is_refused(autojump_clock, supervise):
    world = await supervise((task("api"), steady()))
    with pytest.raises(NotFound, match="cannot find a check 'nonsense' of api"):
        await world.ask(ReportHealth("nonsense", "api", False))
    assert world["api"].state is State.RUNNING


async def test_unhealthy_for_ever_it_uses_up_its_budget_like_any_failure(autojump_clock, supervise):
    budget = Budget(restarts=2, period=600.0)
    world = await supervise(
        (task("api", budget=budget, backoff=A_SECOND), steady()),
        checks=[check("live", OnUnhealthy.RESTART)],
    )
    for _ in range(3):
        await world.ask(ReportHealth("live", "api", False, "500"))
        await trio.sleep(10)
    assert world["api"].state is State.FATAL
    assert world["api"].reason == "unhealthy: live: 500; gave up after 2 restarts within 600 s"


async def test_it_waits_before_its_next_life_as_after_any_failure(autojump_clock, supervise):
    world = await supervise(
        (task("api", backoff=A_SECOND), steady()), checks=[check("live", OnUnhealthy.RESTART)]
    )
    await world.ask(ReportHealth("live", "api", False, "500"))
    await wait_all_tasks_blocked()
    assert (world["api"].state, world["api"].reason) == (State.BACKOFF, "unhealthy: live: 500")


async def test_an_essential_service_that_gave_up_unhealthy_ends_all_with_that_code(
    autojump_clock, supervise
):
    world = await supervise(
        (task("api", essential=True, budget=NO_SECOND_CHANCE), steady()),
        checks=[check("live", OnUnhealthy.RESTART)],
    )
    await world.ask(ReportHealth("live", "api", False, "500"))
    await wait_all_tasks_blocked()
    assert world.ending.exit_code == 11


async def test_one_that_gave_up_for_it_was_never_ready_was_not_unhealthy(autojump_clock, supervise):
    spec = task("api", start_timeout=1.0, stop_timeout=1.0, essential=True, budget=NO_SECOND_CHANCE)
    world = await supervise((spec, never_ready))
    await world.until("api", State.FATAL)
    await wait_all_tasks_blocked()
    assert world.ending.exit_code == 10


async def test_the_whole_is_as_its_services_are(autojump_clock, supervise):
    world = await supervise(
        (task("api"), steady()),
        (task("spare", autostart=False), steady()),
        (task("migrate"), completing()),
        checks=[check("live")],
    )
    report = await world.ask(Health())
    assert report.reasons == ("check live of api: nobody knows yet",)
    assert report.brief == ("check live of api",)
    await world.ask(ReportHealth("live", "api", True))
    assert (await world.ask(Health())).healthy


async def test_work_that_failed_for_good_leaves_the_whole_unready(autojump_clock, supervise):
    world = await supervise((task("migrate", restart=Restart.NEVER), crashing()))
    report = await world.ask(Health())
    assert report.reasons == ("migrate is EXITED: ValueError: boom",)
    assert report.brief == ("migrate is EXITED",)
    assert (await world.ask(Health(Level.ALIVE))).healthy


@pytest.mark.parametrize("essential", [False, True])
async def test_an_instance_counts_for_the_whole_only_where_it_is_essential(
    autojump_clock, supervise, essential
):
    templates = [template("t@", essential=essential, restart=Restart.ALWAYS, backoff=A_SECOND)]
    world = await supervise(
        (task("a"), steady()), templates=templates, checks=[check("live", service="t@")]
    )
    await world.ask(Start("t@ill", {"does": "waits"}))
    await world.ask(ReportHealth("live", "t@ill", False, "500"))
    await world.ask(Start("t@broken", {"does": "breaks"}))
    assert world["t@broken"].state is State.BACKOFF
    report = await world.ask(Health(Level.READY))
    assert report.healthy is not essential
    assert bool(report.reasons) is essential
    assert [(one.service, one.reason) for one in report.checks if one.healthy is False] == [
        ("t@ill", "500")
    ]


async def test_without_the_prober_nothing_is_known(autojump_clock, supervise):
    world = await supervise((task("api"), steady()), (PROBER, steady()), checks=[LIVE])
    await world.ask(ReportHealth("live", "api", True))
    assert world["api"].healthy
    await world.ask(Stop(PROBER.name))
    assert world["api"].healthy is None
    assert not (await world.ask(Health())).healthy


async def test_while_it_is_stopped_for_it_the_status_says_why(autojump_clock, supervise):
    world = await supervise(
        (task("api", stop_timeout=9.0), steady(wind_down=5.0)),
        checks=[check("live", OnUnhealthy.RESTART)],
    )
    await world.ask(ReportHealth("live", "api", False, "500"))
    assert (world["api"].state, world["api"].reason) == (State.STOPPING, "unhealthy: live: 500")


@pytest.mark.parametrize("code", [-15, 0])
async def test_how_it_ended_when_it_was_told_to_is_no_cause_of_its_own(
    autojump_clock, supervise, code
):
    async def obedient(life, *, task_status):
        task_status.started()
        await life.stopping.wait()
        life.tell.tell_end(code, 0.0)

    limits = (CauseBudget(causes=("TERM", 0), restarts=0),)
    world = await supervise(
        (task("api", limits=limits, backoff=A_SECOND), obedient),
        checks=[check("live", OnUnhealthy.RESTART)],
    )
    await world.ask(ReportHealth("live", "api", False, "500"))
    await wait_all_tasks_blocked()
    assert world["api"].state is State.BACKOFF


async def test_what_a_schedule_starts_never_makes_the_whole_unready(autojump_clock, supervise):
    scheduled = {"schedule": Schedule(every=60.0), "backoff": A_SECOND}
    world = await supervise(
        (task("slow", **scheduled), steady(ready=20.0)),
        (task("broken", **scheduled, restart=Restart.NEVER), crashing()),
        (task("again", **scheduled), crashing(ready=False)),
    )
    await trio.sleep(60.5)
    states = [world[name].state for name in ("slow", "broken", "again")]
    assert states == [State.STARTING, State.EXITED, State.BACKOFF]
    assert (await world.ask(Health())).healthy


@pytest.mark.parametrize(("command", "then"), [(Stop, "STOPPED"), (RestartService, "RUNNING")])
async def test_what_somebody_asks_for_while_it_ends_unhealthy_stands(
    autojump_clock, supervise, command, then
):
    world = await supervise(
        (task("api", stop_timeout=9.0, budget=NO_SECOND_CHANCE), steady(wind_down=5.0)),
        checks=[check("live", OnUnhealthy.RESTART)],
    )
    await world.ask(ReportHealth("live", "api", False, "500"))
    status = await world.ask(command("api"))
    assert (status.state, status.restarts, status.reason) == (then, 0, "")
