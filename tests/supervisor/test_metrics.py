"""What is counted, and how Prometheus reads it."""

from __future__ import annotations

import subprocess
import sys

import pytest
import trio
import trio.testing
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from supervisor.control import CheckStatus, Control, Looked, ReportHealth, Status
from supervisor.desk import Desk, Gone
from supervisor.events import Events
from supervisor.exposition import Scene, expose
from supervisor.meter import Taken
from supervisor.metrics import Durations, Metrics
from supervisor.model import ServiceStatus, State
from supervisor.spec import Level
from supervisor.usage import Sample
from tests.supervisor.fakes import crashing, steady, task
from tests.supervisor.real import ROOT


class World:
    """A table of statuses, and what is counted of it."""

    def __init__(self) -> None:
        self.events = Events()
        self.desk = Desk("the supervisor")
        self.desk.close("this is a test")
        self.metrics = Metrics(self.events, Control(self.desk))
        self.status = ServiceStatus(name="a", kind="process")
        self.publish()

    def publish(self, **changes: object) -> None:
        self.status = replace(self.status, **changes)
        self.events.publish(self.status)

    def live(self, code: int, **end: object) -> None:
        """One life, from its start to its end."""
        self.publish(state=State.STARTING, exit_code=None, gone_after=None, ready_after=None)
        self.publish(state=State.RUNNING, ready_after=0.2)
        self.publish(exit_code=code, gone_after=0.003)
        self.publish(**end)

    def expose(self, **more: object) -> dict[tuple[str, tuple[str, ...]], float]:
        """Every sample by its name and the values of its labels, in the order of their names."""
        scene = {"checks": (), "written": {}, "lost": {}, "version": "1", "tasks": 7} | more
        text = expose(Scene(self.metrics, self.events.snapshot, **scene)).decode()
        return {
            (sample.name, tuple(sample.labels[key] for key in sorted(sample.labels))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def world() -> World:
    return World()


def test_lives_are_counted_by_how_they_began_and_ended(world: World):
    world.live(1, state=State.BACKOFF, reason="exited with 1")
    world.publish(restarts=1)
    world.live(-9, state=State.BACKOFF, reason="killed by SIGKILL")
    world.publish(restarts=2)
    world.live(0, state=State.EXITED)
    counts = world.metrics.services["a"]
    assert (counts.starts, counts.restarts) == (3, 2)
    assert counts.exits == {"1": 1, "SIGKILL": 1, "0": 1}
    assert sum(counts.ready.counts) == sum(counts.gone.counts) == 3


def test_what_processes_take_is_as_it_was_measured_last(world: World):
    sample = Sample(1.0, 0, {"a": Taken(2.5, 4096, 1)}, {"a": 0.1})
    shown = world.expose(sample=sample)
    assert shown["nurseryd_process_cpu_seconds_total", ("a",)] == 2.5
    assert shown["nurseryd_process_resident_memory_bytes", ("a",)] == 4096
    assert not any(name == "nurseryd_process_cpu_seconds_total" for name, _ in world.expose())


def test_the_tasks_of_the_loop_are_shown(world: World):
    assert world.expose()["nurseryd_tasks", ()] == 7


def test_a_start_by_hand_sets_nothing_back(world: World):
    world.publish(state=State.STARTING, restarts=5)
    world.publish(state=State.FATAL)
    world.publish(state=State.STARTING, restarts=0)
    world.publish(state=State.FATAL)
    world.publish(state=State.STARTING, restarts=1)
    assert world.metrics.services["a"].restarts == 6


def test_a_coroutine_ends_well_or_not(world: World):
    for state, failed in ((State.EXITED, False), (State.FATAL, True), (State.BACKOFF, False)):
        world.publish(state=State.RUNNING)
        world.publish(state=state, failed=failed)
    assert world.metrics.services["a"].exits == {"completed": 1, "failed": 2}


def test_a_signal_without_a_name_has_its_number(world: World):
    world.live(-40, state=State.BACKOFF)
    assert world.metrics.services["a"].exits == {"SIG40": 1}


def test_what_was_there_before_is_counted_from_then_on():
    events = Events()
    events.publish(ServiceStatus(name="a", kind="task", state=State.RUNNING))
    metrics = Metrics(events, Control(Desk("nobody")))
    events.publish(ServiceStatus(name="a", kind="task", state=State.STOPPED))
    assert metrics.services["a"].exits == {"completed": 1}


async def test_commands_and_looks_are_counted_whoever_gives_them(world: World):
    control = Control(world.desk)
    for request in (
        Status(),
        ReportHealth("c", "a", healthy=True),
        Looked("c", "a", passed=True),
        Looked("c", "a", passed=False),
        Looked("c", "a", passed=False),
        Looked("c", "nobody", passed=False),
    ):
        with pytest.raises(Gone):
            await control.ask(request)
    assert world.metrics.commands == {"Status": 1, "ReportHealth": 1}
    assert world.metrics.looks == {("c", "a", "passed"): 1, ("c", "a", "failed"): 2}
    assert world.expose()["nurseryd_health_probes_total", ("c", "failed", "a")] == 2
    world.events.remove("a")
    assert world.metrics.looks == {}
    assert world.metrics.services == {}


def test_durations_fall_where_they_belong():
    durations = Durations((1.0, 2.0))
    for seconds in (0.5, 1.0, 1.5, 9.0):
        durations.add(seconds)
    assert durations.cumulative == [("1", 2.0), ("2", 3.0), ("+Inf", 4.0)]
    assert durations.total == 12.0


def test_prometheus_can_read_all_of_it(world: World):
    world.live(3, state=State.BACKOFF)
    found = world.expose(
        checks=[
            CheckStatus("c", "a", Level.READY, None),
            CheckStatus("d", "a", Level.ALIVE, healthy=True),
            CheckStatus("e", "a", Level.ALIVE, healthy=False),
        ],
        written={("a", "stdout"): 12},
        lost={"a": 3},
    )
    assert found["nurseryd_info", (sys.version.split()[0], "1")] == 1
    assert found["nurseryd_service_state", ("a", "BACKOFF")] == 1
    assert found["nurseryd_service_state", ("a", "RUNNING")] == 0
    assert found["nurseryd_service_starts_total", ("a",)] == 1
    assert found["nurseryd_service_restarts_total", ("a",)] == 0
    assert found["nurseryd_service_exits_total", ("3", "a")] == 1
    assert found["nurseryd_service_last_ready_seconds", ("a",)] == 0.2
    assert found["nurseryd_service_ready_seconds_bucket", ("0.1", "a")] == 0
    assert found["nurseryd_service_ready_seconds_bucket", ("0.25", "a")] == 1
    assert found["nurseryd_service_ready_seconds_count", ("a",)] == 1
    assert found["nurseryd_service_gone_seconds_sum", ("a",)] == 0.003
    assert found["nurseryd_health_check", ("c", "ready", "unknown", "a")] == 1
    assert found["nurseryd_health_check", ("d", "alive", "healthy", "a")] == 1
    assert found["nurseryd_health_check", ("e", "alive", "failing", "a")] == 1
    assert found["nurseryd_health_check", ("e", "alive", "healthy", "a")] == 0
    assert found["nurseryd_log_bytes_total", ("a", "stdout")] == 12
    assert found["nurseryd_log_lost_total", ("a",)] == 3
    assert found["nurseryd_start_time_seconds", ()] > 0
    assert found["process_resident_memory_bytes", ()] > 0


async def test_a_supervisor_s_lives_are_counted(nursery, autojump_clock, supervise):
    world = await supervise((task("a"), crashing(after=1.0, times=2)), (task("b"), steady()))
    metrics = Metrics(world.events, world.supervisor.control())
    await trio.sleep(100)
    counts = metrics.services["a"]
    assert (counts.starts, counts.restarts, counts.exits) == (2, 2, {"failed": 2})


def test_nothing_of_prometheus_is_loaded_before_somebody_asks():
    code = "import supervisor.daemon, sys; print({'prometheus_client', 'xmlrpc'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b"set()\n"
