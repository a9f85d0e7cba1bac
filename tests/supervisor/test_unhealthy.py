import pytest
from trio.testing import wait_all_tasks_blocked

from supervisor.control import Checks, ReportHealth, RestartService
from supervisor.desk import NotFound
from supervisor.model import State
from supervisor.spec import HealthSpec, OnUnhealthy
from supervisor.supervisor import Ending
from tests.supervisor.fakes import steady, task

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


async def test_a_report_of_a_check_that_nobody_declared_is_refused(autojump_clock, supervise):
    world = await supervise((task("api"), steady()))
    with pytest.raises(NotFound, match="cannot find a check 'nonsense' of api"):
        await world.ask(ReportHealth("nonsense", "api", False))
    assert world["api"].state is State.RUNNING
