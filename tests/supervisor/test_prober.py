from collections import deque
from functools import partial

import msgspec
import pytest
import trio
from trio.testing import wait_all_tasks_blocked

import supervisor.health
from supervisor.control import Checks, Looked, ReportHealth
from supervisor.model import ServiceStatus, State
from supervisor.probe import ProbeFailed
from supervisor.spec import HealthSpec, Level, TaskSpec
from tests.harness import Harness
from tests.supervisor.fakes import lose_patience

SPEC = TaskSpec(name="prober", run="supervisor.health:serve", control=True)


class Probes:
    """What stands in for looking: each target answers as it was told, well by default."""

    def __init__(self):
        self.answers = {}
        self.looked = deque()

    async def __call__(self, target, like):
        where = target.http or target.tcp
        self.looked.append((round(trio.current_time() - self.began, 3), where))
        answer = self.answers.get(where)
        if answer == "hangs":
            await trio.sleep_forever()
        await trio.lowlevel.checkpoint()
        if answer:
            raise ProbeFailed(answer)

    def times(self, where):
        return [at for at, looked_at in self.looked if looked_at == where]


class Probed:
    """The prober alone: the statuses that it sees, and what it reports."""

    def __init__(self, probes, checks):
        self.harness = Harness(SPEC)
        self.probes = probes
        self.checks = tuple(checks)
        self.looks = []
        self.reports = []
        self.reported = trio.Event()

    async def run(self, task_status):
        self.began = self.probes.began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.harness.desk.answer, self._supervise)
            await supervisor.health.serve(self.harness.context(None), task_status=task_status)

    async def _supervise(self, request):
        await trio.lowlevel.checkpoint()
        if request == Checks():
            return self.checks
        if isinstance(request, Looked):
            self.looks.append(request)
            return None
        assert isinstance(request, ReportHealth)
        self.reports.append((round(trio.current_time() - self.began, 3), request))
        self.reported.set()
        return None

    def says(self, name, state=State.RUNNING, **fields):
        self.harness.events.publish(ServiceStatus(name=name, kind="task", state=state, **fields))


@pytest.fixture
def probes(monkeypatch):
    probes = Probes()
    monkeypatch.setattr("supervisor.health.prober.probe", probes)
    return probes


@pytest.fixture
def start(nursery, probes):
    async def start(*checks):
        probed = Probed(probes, checks)
        nursery.start_soon(lose_patience)
        await nursery.start(probed.run)
        return probed

    return start


def check(name="live", where="h:1", service="api", **fields):
    fields = {"period": 10.0, "timeout": 3.0, "failures": 3} | fields
    return HealthSpec(name=name, service=service, tcp=where, **fields)


async def test_a_service_is_probed_as_soon_as_it_runs_and_then_every_period(
    autojump_clock, start, probes
):
    probed = await start(check())
    await trio.sleep(5)
    probed.says("api")
    await trio.sleep(25)
    assert probes.times("h:1") == [5, 15, 25]
    assert probed.looks == [Looked("live", "api", True)] * 3
    assert probed.reports == [(5, ReportHealth("live", "api", True))]


async def test_a_report_names_the_life_that_was_looked_at(autojump_clock, start):
    probed = await start(check())
    probed.says("api", started=7.0)
    await trio.sleep(5)
    assert probed.reports == [(0, ReportHealth("live", "api", True, "", 7.0))]


async def test_what_already_runs_when_the_prober_begins_is_probed(autojump_clock, start, probes):
    probed = Probed(probes, [check()])
    probed.says("api")
    async with trio.open_nursery() as nursery:
        await nursery.start(probed.run)
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    assert probed.reports == [(0, ReportHealth("live", "api", True))]


@pytest.mark.parametrize("state", [state for state in State if state is not State.RUNNING])
async def test_what_does_not_run_is_left_alone(autojump_clock, start, probes, state):
    probed = await start(check())
    probed.says("api", state)
    await trio.sleep(100)
    assert list(probes.looked) == []


async def test_a_service_without_a_check_is_left_alone(autojump_clock, start, probes):
    probed = await start(check())
    probed.says("db")
    await trio.sleep(100)
    assert list(probes.looked) == []


async def test_unknown_is_neither_healthy_nor_an_alarm(autojump_clock, start, probes):
    probed = await start(check())
    probes.answers["h:1"] = "refused"
    probed.says("api")
    await trio.sleep(19)
    assert probed.reports == []
    await trio.sleep(2)
    assert probed.reports == [(20, ReportHealth("live", "api", False, "refused"))]


async def test_only_turns_are_reported(autojump_clock, start, probes):
    probed = await start(check(failures=2, successes=2))
    probed.says("api")
    await trio.sleep(15)
    probes.answers["h:1"] = "answered 500"
    await trio.sleep(50)
    del probes.answers["h:1"]
    await trio.sleep(50)
    assert probed.reports == [
        (0, ReportHealth("live", "api", True)),
        (30, ReportHealth("live", "api", False, "answered 500")),
        (80, ReportHealth("live", "api", True)),
    ]


async def test_no_answer_in_time_is_a_failure_and_keeps_the_period(autojump_clock, start, probes):
    probed = await start(check(failures=2))
    probes.answers["h:1"] = "hangs"
    probed.says("api")
    await trio.sleep(25)
    assert probes.times("h:1") == [0, 10, 20]
    late = "live", "api", False, "no answer within 3 s"
    assert probed.looks == [Looked(*late)] * 3
    assert probed.reports == [(13, ReportHealth(*late))]


async def test_a_service_that_ceases_to_run_is_left_alone_at_once(autojump_clock, start, probes):
    probed = await start(check(failures=1))
    probes.answers["h:1"] = "hangs"
    probed.says("api")
    await trio.sleep(2)
    probed.says("api", State.STOPPING)
    await trio.sleep(100)
    assert (probes.times("h:1"), probed.reports) == ([0], [])


async def test_a_new_life_is_probed_from_unknown_again(autojump_clock, start, probes):
    probed = await start(check())
    probed.says("api")
    await trio.sleep(5)
    for state in (State.STOPPING, State.STOPPED, State.STARTING, State.RUNNING):
        probed.says("api", state)
    await trio.sleep(6)
    assert probes.times("h:1") == [0, 5]
    assert [at for at, _ in probed.reports] == [0, 5]


async def test_a_change_that_leaves_it_running_changes_nothing(autojump_clock, start, probes):
    probed = await start(check())
    probed.says("api")
    await trio.sleep(5)
    probed.says("api", healthy=True)
    await trio.sleep(6)
    assert probes.times("h:1") == [0, 10]


async def test_several_checks_of_one_service_are_several_loops(autojump_clock, start, probes):
    probed = await start(check("live", "h:1"), check("deep", "h:2", period=4.0, failures=1))
    probes.answers["h:2"] = "answered 500"
    probed.says("api")
    await trio.sleep(11)
    assert probes.times("h:1") == [0, 10]
    assert probes.times("h:2") == [0, 4, 8]
    assert sorted(report.check for _, report in probed.reports) == ["deep", "live"]
    probed.says("api", State.STOPPED)
    await trio.sleep(100)
    assert len(probes.looked) == 5


async def test_a_hanging_check_holds_up_no_other(autojump_clock, start, probes):
    probed = await start(check("live", "h:1"), check("page", "h:2", service="web"))
    probes.answers["h:1"] = "hangs"
    probed.says("api")
    probed.says("web")
    await trio.sleep(1)
    assert [report.check for _, report in probed.reports] == ["page"]


async def test_instances_are_probed_with_their_parameters_one_by_one(autojump_clock, start, probes):
    probed = await start(check("page", "{instance}:{port}", service="astro@", failures=1))
    probes.answers["two:4002"] = "refused"
    probed.says("astro@one", parameters={"port": "4001"})
    probed.says("astro@two", parameters={"port": "4002"})
    await trio.sleep(1)
    assert {(report.service, report.healthy) for _, report in probed.reports} == {
        ("astro@one", True),
        ("astro@two", False),
    }
    probed.harness.events.remove("astro@one")
    await trio.sleep(10)
    assert probes.times("one:4001") == [0]
    assert probes.times("two:4002") == [0, 10]


async def test_a_target_that_cannot_be_filled_in_is_a_failed_check(autojump_clock, start, probes):
    probed = await start(check("page", "{host}:1", service="astro@"))
    probed.says("astro@one")
    await trio.sleep(1)
    [(_, report)] = probed.reports
    assert (report.healthy, report.reason[:21]) == (False, "cannot fill in host: ")


async def test_a_prober_that_was_cut_off_begins_again_from_what_is_so(
    autojump_clock, start, probes
):
    probed = await start(check())
    await wait_all_tasks_blocked()
    for _ in range(600):  # more than a watcher's buffer holds, before it can read any
        probed.says("api", State.RUNNING)
        probed.says("api", State.STARTING)
    probed.says("api", State.RUNNING)
    await trio.sleep(11)
    assert probes.times("h:1")[-2:] == [0, 10]
    assert probed.reports[-1][1].healthy
    probed.says("api", State.STOPPED)
    looked = len(probes.looked)
    await trio.sleep(100)
    assert len(probes.looked) == looked


async def test_until_the_startup_checks_have_passed_no_other_is_made(autojump_clock, start, probes):
    first = check("first", "h:1", level=Level.STARTUP, period=1.0, timeout=1.0)
    probes.answers["h:1"] = "not yet"
    it = await start(first, check("then", "h:2"))
    it.says("api")
    await trio.sleep(5.5)
    assert probes.times("h:2") == []
    probes.answers["h:1"] = None
    await trio.sleep(20)
    assert probes.times("h:2")[0] == 6
    assert probes.times("h:1") == [0, 1, 2, 3, 4, 5, 6]  # passed once, it is not asked again


async def test_failures_within_the_grace_do_not_count(autojump_clock, start, probes):
    probes.answers["h:1"] = "not yet"
    it = await start(check(period=5.0, timeout=1.0, failures=2, grace=12.0))
    it.says("api")
    await trio.sleep(19)
    assert it.reports == []
    await trio.sleep(2)
    assert [report.healthy for _, report in it.reports] == [False]  # those at 15 and 20


async def test_a_success_within_the_grace_counts(autojump_clock, start, probes):
    it = await start(check(grace=60.0))
    it.says("api")
    await trio.sleep(1)
    assert [report.healthy for _, report in it.reports] == [True]


async def test_a_program_that_looks_sees_no_secret(nursery, monkeypatch):
    monkeypatch.setenv("TOKEN", "s3cr3t")
    look = HealthSpec(name="look", service="api", exec=("sh", "-c", 'test -z "$TOKEN"'))
    for hidden, healthy in (frozenset(), False), (frozenset({"TOKEN"}), True):
        probed = Probed(Probes(), [msgspec.structs.replace(look, failures=1)])
        probed.harness.hidden = hidden
        probed.says("api")
        with trio.fail_after(20):
            async with trio.open_nursery() as own:
                await own.start(probed.run)
                await probed.reported.wait()
                own.cancel_scope.cancel()
        assert [report.healthy for _, report in probed.reports] == [healthy]


async def answer(status, stream):
    await stream.receive_some()
    await stream.send_all(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())


@pytest.mark.parametrize(
    ("status", "any_status", "reason"),
    [
        ("200 OK", False, None),
        ("302 Found", False, None),
        ("500 Broken", False, "answered 500"),
        ("500 Broken", True, None),
    ],
)
async def test_a_real_server_is_really_asked(nursery, status, any_status, reason):
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listener.socket.getsockname()[1]
    nursery.start_soon(trio.serve_listeners, partial(answer, status), [listener])
    target = HealthSpec(
        name="page",
        service="astro@",
        http="http://127.0.0.1:{port}/",
        any_status=any_status,
        failures=1,
    )
    probed = Probed(Probes(), [target])
    await nursery.start(probed.run)
    with trio.fail_after(10):
        probed.says("astro@one", parameters={"port": str(port)})
        await probed.reported.wait()
    [(_, report)] = probed.reports
    assert report.healthy is (reason is None)
    assert reason is None or reason in report.reason


async def test_parameters_that_make_no_address_are_a_failed_check(nursery):
    target = HealthSpec(name="page", service="astro@", tcp="127.0.0.1:{port}", failures=1)
    probed = Probed(Probes(), [target])
    await nursery.start(probed.run)
    with trio.fail_after(10):
        probed.says("astro@one", parameters={"port": "none"})
        await probed.reported.wait()
    [(_, report)] = probed.reports
    assert (report.healthy, report.reason) == (False, "tcp is not of the form host:port")


async def test_what_all_find_at_once_is_all_reported(autojump_clock, start, probes):
    probes.answers["h:1"] = "hangs"
    names = [f"s{number}" for number in range(600)]
    probed = await start(*(check(name, service=name, failures=1) for name in names))
    for name in names:
        probed.says(name)
    await trio.sleep(5)
    assert [at for at, _ in probed.reports] == [3] * 600
