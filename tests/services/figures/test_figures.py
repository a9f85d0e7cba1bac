"""The service as a whole, by the log that it writes: the daemon's own, in JSON."""

from __future__ import annotations

import os
from collections import defaultdict

import msgspec
import pytest
import structlog
import trio
import trio.testing

from services import memory
from services.aws.metadata import VARIABLE as ON_ECS
from services.figures import Options, serve
from services.messages import (
    AwaitTurn,
    Preview,
    PreviewState,
    Routes,
    ThreadKey,
    TurnInfo,
    Turns,
    TurnState,
)
from supervisor.desk import Refused
from supervisor.log import setup
from supervisor.model import ServiceStatus, State
from tests.harness import Harness, shipped
from tests.services.figures.emf import check

SPEC = shipped("figures")
KEY = ThreadKey("acme", "ann", "t1")


class Container:
    """The service beside an agent, whose turns end as the test says."""

    def __init__(self, log):
        self.harness = Harness(SPEC)
        self._log = log
        self._ends = defaultdict(trio.Event)
        self._infos = {}

    async def run(self, options, task_status):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.harness.channels.desks["agent"].answer, self._answer)
            await serve(self.harness.context(options), task_status=task_status)
            nursery.cancel_scope.cancel()

    async def _answer(self, request):
        assert isinstance(request, AwaitTurn)
        assert request.key == KEY
        await self._ends[request.turn].wait()
        if request.turn not in self._infos:
            raise Refused("the agent is stopping")
        return self._infos[request.turn]

    def run_turns(self, *turns):
        running = frozenset(f"{KEY}:{turn}" for turn in turns)
        self.harness.channels.boards["turns"].set(Turns(running))

    def end_turn(self, turn, state, seconds, started=100.0):
        self._infos[turn] = TurnInfo(
            turn, KEY, state, "x", queued=50.0, started=started, finished=started + seconds
        )
        self._ends[turn].set()

    def lose_turn(self, turn):
        self._ends[turn].set()

    def show(self, state):
        preview = Preview("p", KEY, state, 4400)
        self.harness.channels.boards["routes"].set(Routes({"p": preview}))

    def service(self, name, state, **facts):
        self.harness.events.publish(ServiceStatus(name=name, kind="process", state=state, **facts))

    async def stop(self):
        """Everything that was written, as CloudWatch has it, once the service has ended."""
        self.harness.stopping.set()
        await trio.testing.wait_all_tasks_blocked()
        return self._log()


@pytest.fixture
def log(tmp_path):
    """What was logged at level "error", and so nothing but what is written at any level."""
    before = structlog.get_config()
    descriptor = os.open(tmp_path / "log", os.O_RDWR | os.O_CREAT)
    logbook = setup("json", "error", descriptor)

    def lines():
        logbook.close()
        return [check(line) for line in (tmp_path / "log").read_text().splitlines()]

    yield lines
    os.close(descriptor)
    structlog.configure(**before)


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch):
    """Memory is what it is said to be, measured in no other thread, so that time can jump."""
    monkeypatch.setattr(memory, "used", lambda: 200_000_000)

    async def run_sync(function, *arguments, **_):
        await trio.lowlevel.checkpoint()
        return function(*arguments)

    monkeypatch.setattr(trio.to_thread, "run_sync", run_sync)


@pytest.fixture
def start(nursery, log):
    async def start(**options):
        container = Container(log)
        chosen = Options(**{"mode": "on", "fleet": "site", **options})
        await nursery.start(container.run, chosen)
        await trio.testing.wait_all_tasks_blocked()
        return container

    return start


MEMORY = {"MemoryMegabytes": [200]}


async def test_what_happened_is_written_once_a_minute(start, autojump_clock):
    container = await start()
    container.show(PreviewState.INSTALLING)
    container.run_turns("a", "b")
    await trio.sleep(8)
    container.show(PreviewState.READY)
    container.end_turn("a", TurnState.COMMITTED, 7.5)
    await trio.testing.wait_all_tasks_blocked()
    container.end_turn("b", TurnState.FAILED, 3)
    container.run_turns()
    container.service("astro@p", State.RUNNING)
    container.service("astro@p", State.BACKOFF, exit_code=1)
    await trio.sleep(53)
    container.run_turns("c")
    container.end_turn("c", TurnState.CANCELLED, 1)
    await trio.sleep(120)
    assert await container.stop() == [
        {
            "PreviewSeconds": [8],
            "TurnSeconds": [7.5, 3],
            "TurnFailures": [0, 1],
            "ServiceFailures": [1],
            **MEMORY,
        },
        {"TurnSeconds": [1], "TurnFailures": [0], **MEMORY},
        MEMORY,
    ]


async def test_what_is_left_is_written_when_it_is_asked_to_stop(start, autojump_clock):
    container = await start()
    container.service("api", State.RUNNING)
    container.service("api", State.FATAL, failed=True)
    await trio.testing.wait_all_tasks_blocked()
    assert await container.stop() == [{"ServiceFailures": [1]}]


async def test_jobs_are_no_services_that_fail(start, autojump_clock):
    container = await start()
    for name in ("build@p", "install@1"):
        container.service(name, State.RUNNING)
        container.service(name, State.EXITED, failed=True, exit_code=1)
    await trio.testing.wait_all_tasks_blocked()
    assert await container.stop() == []


async def test_a_turn_that_nobody_saw_to_its_end_is_left_out(start, autojump_clock):
    container = await start()
    container.run_turns("lost", "waiting")
    await trio.testing.wait_all_tasks_blocked()
    container.lose_turn("lost")
    container.end_turn("waiting", TurnState.CANCELLED, 0, started=0.0)
    await trio.testing.wait_all_tasks_blocked()
    assert await container.stop() == []


async def test_memory_that_cannot_be_measured_keeps_nothing_else_back(
    start, autojump_clock, monkeypatch
):
    def broken():
        raise PermissionError(13, "not for you")

    monkeypatch.setattr(memory, "used", broken)
    container = await start()
    container.service("api", State.RUNNING)
    container.service("api", State.FATAL, failed=True)
    await trio.sleep(61)
    assert await container.stop() == [{"ServiceFailures": [1]}]


async def test_without_ecs_nothing_is_written_unless_asked_for(start, autojump_clock, monkeypatch):
    monkeypatch.delenv(ON_ECS, raising=False)
    container = await start(mode="auto")
    await trio.sleep(600)
    assert await container.stop() == []


@pytest.mark.parametrize(("mode", "written"), [("auto", [MEMORY]), ("off", [])])
async def test_on_ecs_it_is_written_unless_turned_off(
    start, autojump_clock, monkeypatch, mode, written
):
    monkeypatch.setenv(ON_ECS, "http://169.254.170.2/v4/x")
    container = await start(mode=mode)
    await trio.sleep(61)
    assert await container.stop() == written


@pytest.mark.parametrize("name", [" x", ":x", "ü", "x" * 256, "a\nb"])
def test_a_name_that_cloudwatch_refuses_is_found_before_anything_starts(name):
    with pytest.raises(msgspec.ValidationError, match="is no name for CloudWatch"):
        msgspec.convert({"fleet": name}, Options)


async def test_values_wait_until_somebody_can_say_what_the_fleet_is_called(
    start, autojump_clock, monkeypatch
):
    names = iter([Refused("ECS's agent says nothing"), Refused("still nothing"), "editors"])

    async def fleet(chosen):
        assert chosen == ""
        name = next(names)
        if isinstance(name, Refused):
            raise name
        return name

    monkeypatch.setattr("services.figures.fleet", fleet)
    container = await start(fleet="")
    container.service("api", State.RUNNING)
    container.service("api", State.FATAL, failed=True)
    await trio.sleep(181)
    assert await container.stop() == [{"ServiceFailures": [1], "MemoryMegabytes": [200, 200, 200]}]
