import pytest

from supervisor.control import Looked, ReportHealth
from supervisor.desk import NotFound
from supervisor.model import ServiceStatus, State
from supervisor.spec import HealthSpec, Level
from supervisor.verdicts import Verdicts, concerns

LIVE = HealthSpec(name="live", service="api", tcp="127.0.0.1:1")
DEEP = HealthSpec(name="deep", service="api", tcp="127.0.0.1:2")
PAGE = HealthSpec(name="page", service="astro@", tcp="127.0.0.1:{port}")


@pytest.fixture
def verdicts():
    return Verdicts([LIVE, DEEP, PAGE])


def test_unknown_is_not_healthy_until_all_checks_have_said_so(verdicts):
    assert verdicts.report(ReportHealth("live", "api", True)) == (None, "")
    assert verdicts.report(ReportHealth("deep", "api", True)) == (True, "")


def test_one_bad_check_is_enough_and_is_named(verdicts):
    verdicts.report(ReportHealth("live", "api", True))
    assert verdicts.report(ReportHealth("deep", "api", False, "500")) == (False, "deep: 500")
    assert verdicts.report(ReportHealth("live", "api", True)) == (False, "deep: 500")
    assert verdicts.report(ReportHealth("deep", "api", True)) == (True, "")


def test_what_was_said_of_a_life_is_forgotten_with_it(verdicts):
    verdicts.report(ReportHealth("live", "api", True))
    verdicts.report(ReportHealth("deep", "api", False, "500"))
    verdicts.forget("api")
    assert verdicts.report(ReportHealth("deep", "api", True)) == (None, "")


def test_instances_of_a_template_are_judged_one_by_one(verdicts):
    assert verdicts.report(ReportHealth("page", "astro@a", True)) == (True, "")
    assert verdicts.report(ReportHealth("page", "astro@b", False, "x")) == (False, "page: x")
    assert verdicts.report(ReportHealth("page", "astro@a", True)) == (True, "")


@pytest.mark.parametrize("check", ["nonsense", "page"])
def test_a_check_that_is_not_of_the_service_is_refused(verdicts, check):
    with pytest.raises(NotFound, match=f"cannot find a check '{check}' of api"):
        verdicts.report(ReportHealth(check, "api", False))


def test_a_check_concerns_its_service_or_the_instances_of_its_template():
    assert concerns(LIVE, "api")
    assert not concerns(LIVE, "api2")
    assert concerns(PAGE, "astro@a")
    assert not concerns(PAGE, "astro")


START = HealthSpec(name="start", service="api", level=Level.STARTUP, tcp="127.0.0.1:1")
ALIVE = HealthSpec(name="alive", service="api", level=Level.ALIVE, tcp="127.0.0.1:2")


def status(name="api", state=State.RUNNING, reason=""):
    return ServiceStatus(name=name, kind="process", state=state, reason=reason)


@pytest.fixture
def levels():
    verdicts = Verdicts([START, ALIVE, DEEP])
    for name in ("start", "alive"):
        verdicts.report(ReportHealth(name, "api", True))
    return verdicts


def test_whether_the_whole_is_alive_is_asked_of_startup_and_alive_alone(levels):
    report = levels.whole(Level.ALIVE, [status()])
    assert (report.healthy, report.reasons) == (True, ())
    assert [check.check for check in report.checks] == ["start", "alive"]


def test_whether_it_is_ready_is_asked_of_all_and_unknown_is_not_healthy(levels):
    report = levels.whole(Level.READY, [status()])
    assert (report.healthy, report.reasons) == (False, ("check deep of api: nobody knows yet",))
    levels.report(ReportHealth("deep", "api", False, "500"))
    assert levels.whole(Level.READY, [status()]).reasons == ("check deep of api: 500",)
    levels.report(ReportHealth("deep", "api", True))
    assert levels.whole(Level.READY, [status()]).healthy


def test_those_besides_are_told_of_and_speak_against_nothing(levels):
    down = status("api", State.FATAL)
    report = levels.whole(Level.READY, [status("web")], [down])
    assert (report.healthy, [check.check for check in report.checks]) == (
        True,
        ["start", "alive", "deep"],
    )


def test_what_is_down_is_alive_and_not_ready(levels):
    down = status("db", State.BACKOFF, "exited with 1")
    assert levels.whole(Level.ALIVE, [down]).healthy
    assert levels.whole(Level.READY, [down]).reasons == ("db is BACKOFF: exited with 1",)
    assert levels.whole(Level.READY, [status("db", State.STARTING)]).reasons == ("db is STARTING",)


def test_what_the_last_look_found_is_beside_what_is_said_of_health():
    told = []
    verdicts = Verdicts([LIVE], lambda: told.append(1))
    up = ServiceStatus(name="api", kind="task", state=State.RUNNING)
    verdicts.report(ReportHealth("live", "api", True))
    verdicts.look(Looked("live", "api", False, "refused"), 5.0)
    verdicts.look(Looked("live", "web", False, "refused"), 5.0)  # no check of it
    verdicts.look(Looked("deep", "api", False, "refused"), 5.0)
    (check,) = verdicts.whole(Level.READY, [up]).checks
    assert (check.healthy, check.looked, check.found) == (True, 5.0, "refused")
    assert len(told) == 2
    verdicts.forget("api")
    verdicts.forget("api")
    assert len(told) == 3
    (check,) = verdicts.whole(Level.READY, [up]).checks
    assert (check.healthy, check.looked, check.found) == (None, None, "")
