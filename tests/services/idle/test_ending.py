"""How a container ends by each mode, what comes between, and who is told. On fake time."""

from __future__ import annotations

from itertools import pairwise

import pytest
import trio
from structlog.testing import capture_logs

from services.aws import Task
from services.idle import Options, run
from services.idle.decide import Mode
from services.messages import Activity, Blocked, Ending, Turns
from supervisor.control import Shutdown
from supervisor.desk import Refused
from tests.harness import Harness, shipped

SPEC = shipped("idle")
ALONE = Task("edits", "arn:aws:ecs:eu-central-1:123456789012:task/edits/f00", "editor", "5")
OURS = Task(ALONE.cluster, ALONE.arn, ALONE.family, ALONE.revision, "acme-ada")
DENIED = Refused("cannot set the service to 0, which takes ecs:UpdateService: AccessDenied")
SILENT = Refused("cannot wait for ECS any longer: it did not answer in 40 s")


class FakeEcs:
    """ECS for one task; `called` has what it was asked, and when, in seconds.

    `refusals` are raised by the question of that name, one after the other, and `meanwhile` is
    called before it answers, which takes `takes` seconds.
    """

    def __init__(self, task: Task | None, *, service: str | None = None, count: int = 1) -> None:
        self.of = task
        self.can_protect = False
        self.its = service
        self.count = count
        self.called: list[tuple[float, str]] = []
        self.refusals: dict[str, list[Refused]] = {}
        self.meanwhile: dict[str, object] = {}
        self.takes = 0.5
        self.does_it_anyway = False
        self.stopped: list[str] = []

    async def _answer(self, name: str) -> None:
        self.called.append((trio.current_time(), name))
        await trio.sleep(self.takes)
        if name in self.meanwhile:
            self.meanwhile.pop(name)()
        if self.refusals.get(name):
            raise self.refusals[name].pop(0)

    async def task(self) -> Task | None:
        if self.of is not None:
            await self._answer("task")
        return self.of

    async def service(self, task: Task) -> str | None:
        if task.service:
            return task.service
        await self._answer("service")
        return self.its

    async def wanted(self, task: Task, service: str) -> int:
        await self._answer("wanted")
        return self.count

    async def want(self, task: Task, service: str, count: int) -> None:
        if self.does_it_anyway:
            self.count = count
        await self._answer(f"want {count}")
        self.count = count

    async def stop(self, task: Task, reason: str) -> None:
        await self._answer("stop")
        self.stopped.append(reason)

    async def protect(self, minutes: int) -> None:
        self.called.append((trio.current_time(), f"protect {minutes}"))

    @property
    def names(self) -> list[str]:
        return [name for _, name in self.called]

    def when(self, name: str) -> list[float]:
        return [when for when, called in self.called if called == name]


class Container:
    """The service, idle for 300 seconds after its start, and all that it tells."""

    def __init__(self, mode: str, ecs: FakeEcs) -> None:
        more = {"webhook": "https://app.example.com/", "webhook_secret": "sixteen bytes, or more"}
        self.ecs = ecs
        self.harness = Harness(SPEC)
        self.options = Options(minutes=5.0, mode=Mode(mode), **more)
        self.asked: list[tuple[float, Shutdown]] = []
        self.told: list[tuple[float, str, dict]] = []
        self.receiver: list[Refused] = []
        self.ended = trio.Event()

    async def run(self, task_status) -> None:
        self.began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.harness.desk.answer, self._supervise)
            ctx = self.harness.context(self.options)
            await run(ctx, self.ecs, self._tell, task_status=task_status)
            nursery.cancel_scope.cancel()
        self.ended.set()

    async def _supervise(self, request) -> None:
        self.asked.append((trio.current_time() - self.began, request))

    async def _tell(self, notice) -> None:
        self.told.append((trio.current_time() - self.began, notice.id, dict(notice.data)))
        if self.receiver:
            raise self.receiver.pop(0)

    @property
    def codes(self) -> list[int]:
        return [request.exit_code for _, request in self.asked]

    @property
    def at(self) -> list[float]:
        return [when for when, _ in self.asked]

    def act(self) -> None:
        self.harness.channels.streams["activity"][0].send_nowait(Activity("navigation"))

    def turns(self, *running: str) -> None:
        self.harness.channels.boards["turns"].set(Turns(frozenset(running)))

    def news(self) -> list[object]:
        """What whoever hears "endings" was told."""
        heard: list[object] = []
        receive = self.harness.channels.streams["endings"][1]
        while receive.statistics().current_buffer_used:
            heard.append(receive.receive_nowait())
        return heard


@pytest.fixture
def start(nursery):
    async def start(mode: str, ecs: FakeEcs) -> Container:
        container = Container(mode, ecs)
        await nursery.start(container.run)
        return container

    return start


async def test_by_itself_it_exits_and_asks_nobody(start, autojump_clock):
    ecs = FakeEcs(ALONE)
    container = await start("exit", ecs)
    await trio.sleep(1000)
    assert container.asked == [(300, Shutdown("idle for 5 minutes", exit_code=20))]
    assert ecs.called == []


@pytest.mark.parametrize("can", [True, False])
async def test_where_there_is_an_agent_it_is_asked_to_protect(start, autojump_clock, can):
    ecs = FakeEcs(OURS)
    ecs.can_protect = can
    container = await start("exit", ecs)
    container.turns("t:1")
    await trio.sleep(1)
    container.turns()
    await trio.sleep(1)
    assert ecs.names == (["protect 15", "protect 0"] if can else [])


@pytest.mark.parametrize("mode", ["auto", "service", "stop"])
async def test_where_there_is_no_ecs_every_mode_of_ecs_exits(start, autojump_clock, mode):
    with capture_logs() as logs:
        container = await start(mode, FakeEcs(None))
        await trio.sleep(1000)
    assert container.at == [300]
    warned = [entry["mode"] for entry in logs if entry["log_level"] == "warning"]
    assert warned == ([] if mode == "auto" else [mode])


async def test_a_task_on_its_own_exits(start, autojump_clock):
    ecs = FakeEcs(ALONE)
    container = await start("auto", ecs)
    await trio.sleep(1000)
    assert ecs.names == ["task", "service"]
    assert container.codes == [20]


@pytest.mark.parametrize("mode", ["auto", "service"])
@pytest.mark.parametrize("says", ["the agent", "ECS"])
async def test_under_a_service_its_count_is_lowered_first(start, autojump_clock, mode, says):
    ecs = FakeEcs(OURS) if says == "the agent" else FakeEcs(ALONE, service="acme-ada")
    container = await start(mode, ecs)
    await trio.sleep(1000)
    assert ecs.names[-2:] == ["wanted", "want 0"]
    assert ecs.count == 0
    assert container.codes == [20]
    assert container.at[0] >= ecs.when("want 0")[0] - container.began + ecs.takes
    [ending] = container.news()
    assert isinstance(ending, Ending)
    assert ending.reason == "idle for 5 minutes"


async def test_a_service_that_wants_no_task_any_more_is_not_asked_to(start, autojump_clock):
    ecs = FakeEcs(OURS, count=0)
    container = await start("auto", ecs)
    await trio.sleep(1000)
    assert "want 0" not in ecs.names
    assert container.codes == [20]


async def test_of_a_service_with_several_tasks_none_is_taken_from_somebody_else(
    start, autojump_clock
):
    ecs = FakeEcs(OURS, count=3)
    container = await start("auto", ecs)
    await trio.sleep(5000)
    assert ecs.count == 3
    assert container.asked == []
    [blocked] = container.news()
    assert isinstance(blocked, Blocked)
    assert "wants 3 tasks" in blocked.reason
    ecs.count = 1
    await trio.sleep(1000)
    assert container.codes == [20]


async def test_who_may_not_ask_whose_the_task_is_exits(start, autojump_clock):
    ecs = FakeEcs(ALONE, service="acme-ada")
    ecs.refusals["service"] = [Refused("cannot ask whose the task is: AccessDenied")]
    with capture_logs() as logs:
        container = await start("auto", ecs)
        await trio.sleep(1000)
    assert container.codes == [20]
    assert "taken for a task of no service" in [entry["event"] for entry in logs]


async def test_who_is_to_lower_a_service_and_cannot_find_it_goes_on(start, autojump_clock):
    ecs = FakeEcs(ALONE, service="acme-ada")
    ecs.refusals["service"] = [DENIED]
    container = await start("service", ecs)
    await trio.sleep(320)
    assert container.asked == []
    await trio.sleep(20)
    assert container.codes == [20]
    assert ecs.count == 0


async def test_what_aws_refuses_is_told_once_and_tried_again_later_and_later(start, autojump_clock):
    ecs = FakeEcs(OURS)
    ecs.refusals["want 0"] = [DENIED] * 7
    with capture_logs() as logs:
        container = await start("auto", ecs)
        await trio.sleep(10_000)
    times = [when - container.began for when in ecs.when("want 0")]
    gaps = [round(b - a) for a, b in pairwise(times)]
    assert gaps == [32, 62, 122, 242, 482, 602, 602]  # each look takes its time too
    assert container.codes == [20]
    blocked, ending = container.news()
    assert isinstance(blocked, Blocked)
    assert "ecs:UpdateService" in blocked.reason
    assert isinstance(ending, Ending)
    assert blocked.since == ending.since
    told = [entry for entry in logs if entry["event"] == "idle, and cannot end"]
    assert [entry["again"] for entry in told] == [30, 60, 120, 240, 480, 600, 600]


@pytest.mark.parametrize("refused", ["task", "wanted", "want 0"])
async def test_while_it_is_refused_somebody_may_come_back(start, autojump_clock, refused):
    ecs = FakeEcs(OURS)
    ecs.refusals[refused] = [DENIED]
    container = await start("auto", ecs)
    await trio.sleep(310)
    container.act()
    await trio.sleep(290)
    assert container.asked == []
    assert ecs.count == 1
    await trio.sleep(100)
    assert container.codes == [20]
    assert 610 < container.at[0] < 615


@pytest.mark.parametrize("at", ["task", "wanted", "want 0"])
@pytest.mark.parametrize("how", ["act", "turn"])
async def test_who_comes_back_while_aws_is_asked_keeps_the_container(
    start, autojump_clock, at, how
):
    ecs = FakeEcs(OURS)
    container = await start("auto", ecs)
    ecs.meanwhile[at] = container.act if how == "act" else lambda: container.turns("t:1")
    await trio.sleep(350)
    assert container.asked == []
    assert ecs.count == 1
    assert container.news() == []
    assert ("want 0" in ecs.names) == (at == "want 0")
    assert ("want 1" in ecs.names) == (at == "want 0")
    container.turns()
    await trio.sleep(1000)
    assert container.codes == [20]


async def test_who_comes_back_while_the_service_is_asked_for_keeps_the_container(
    start, autojump_clock
):
    ecs = FakeEcs(ALONE, service="acme-ada")
    container = await start("auto", ecs)
    ecs.meanwhile["service"] = container.act
    await trio.sleep(350)
    assert container.asked == []
    assert "wanted" not in ecs.names


async def test_an_answer_that_never_came_may_have_been_a_yes(start, autojump_clock):
    ecs = FakeEcs(OURS)
    ecs.refusals["want 0"] = [SILENT]
    ecs.does_it_anyway = True
    container = await start("auto", ecs)
    await trio.sleep(310)
    assert ecs.count == 0
    container.act()
    await trio.sleep(10)
    assert ecs.count == 1
    assert container.asked == []


async def test_where_it_was_a_yes_and_nobody_comes_the_next_look_ends_it(start, autojump_clock):
    ecs = FakeEcs(OURS)
    ecs.refusals["want 0"] = [SILENT]
    ecs.does_it_anyway = True
    container = await start("auto", ecs)
    await trio.sleep(1000)
    assert ecs.names.count("want 0") == 1
    assert container.codes == [20]


async def test_putting_it_back_is_tried_until_it_is_done(start, autojump_clock):
    ecs = FakeEcs(OURS)
    ecs.refusals["want 1"] = [DENIED] * 3
    container = await start("auto", ecs)
    ecs.meanwhile["want 0"] = container.act
    with capture_logs() as logs:
        await trio.sleep(320)
    assert ecs.count == 1
    assert ecs.names.count("want 1") == 4
    assert container.asked == []
    assert [entry["event"] for entry in logs][-1] == "somebody came back, service put back to 1"


async def test_what_cannot_be_put_back_ends_when_that_one_has_gone_too(start, autojump_clock):
    ecs = FakeEcs(OURS)
    ecs.refusals["want 1"] = [DENIED] * 10_000
    container = await start("auto", ecs)
    ecs.meanwhile["want 0"] = container.act
    await trio.sleep(550)
    assert container.asked == []
    await trio.sleep(100)
    assert container.codes == [20]
    assert 600 < container.at[0] < 610


async def test_putting_it_back_that_is_under_way_outlasts_the_order_to_stop(start, autojump_clock):
    ecs = FakeEcs(OURS)
    container = await start("auto", ecs)
    ecs.meanwhile["want 0"] = container.act
    ecs.meanwhile["wanted"] = lambda: ecs.meanwhile.update(wanted=container.harness.stopping.set)
    await trio.sleep(310)
    assert container.ended.is_set()
    assert ecs.count == 1


async def test_an_ecs_that_is_silent_does_not_keep_it_from_stopping(start, autojump_clock):
    ecs = FakeEcs(OURS)
    ecs.takes = 10_000
    container = await start("auto", ecs)
    await trio.sleep(400)
    container.harness.stopping.set()
    now = trio.current_time()
    await container.ended.wait()
    assert trio.current_time() == now


async def test_a_task_that_is_to_be_stopped_waits_for_sigterm(start, autojump_clock):
    ecs = FakeEcs(OURS)
    container = await start("stop", ecs)
    await trio.sleep(310)
    assert ecs.stopped == ["idle for 5 minutes"]
    assert container.asked == []
    assert [type(one) for one in container.news()] == [Ending]  # told in time for SIGTERM
    container.harness.stopping.set()
    await container.ended.wait()
    assert container.asked == []


async def test_where_no_sigterm_comes_it_ends_by_itself(start, autojump_clock):
    container = await start("stop", FakeEcs(ALONE))
    await trio.sleep(1000)
    assert container.codes == [20]
    assert container.at == [pytest.approx(361)]
    assert len(container.news()) == 1


async def test_where_no_sigterm_comes_and_somebody_does_it_goes_on(start, autojump_clock):
    ecs = FakeEcs(ALONE)
    container = await start("stop", ecs)
    await trio.sleep(310)
    container.act()
    await trio.sleep(300)
    assert container.asked == []
    await trio.sleep(200)
    assert len(ecs.stopped) == 2
    assert container.codes == [20]
    assert len(container.news()) == 2


@pytest.mark.parametrize("at", ["task", "stop"])
async def test_a_task_that_cannot_be_stopped_goes_on(start, autojump_clock, at):
    ecs = FakeEcs(ALONE)
    ecs.refusals[at] = [DENIED]
    container = await start("stop", ecs)
    await trio.sleep(320)
    assert ecs.stopped == []
    assert [type(one) for one in container.news()] == [Blocked]
    await trio.sleep(100)
    assert ecs.stopped == ["idle for 5 minutes"]


async def test_who_comes_back_before_it_is_stopped_keeps_it(start, autojump_clock):
    ecs = FakeEcs(ALONE)
    container = await start("stop", ecs)
    ecs.meanwhile["task"] = container.act
    await trio.sleep(320)
    assert ecs.stopped == []


async def test_who_is_to_end_it_is_told_again_later_and_later(start, autojump_clock):
    container = await start("notify", FakeEcs(OURS))
    await trio.sleep(3000)
    gaps = [round(b[0] - a[0]) for a, b in pairwise(container.told)]
    assert gaps == [30, 60, 120, 240, 480, 600, 600]
    assert len({id for _, id, _ in container.told}) == 1
    data = container.told[0][2]
    assert data["reason"] == "idle for 5 minutes"
    assert data["task"] == {"arn": OURS.arn, "cluster": "edits", "family": "editor"}
    assert container.asked == []


async def test_another_time_without_anybody_is_another_matter(start, autojump_clock):
    container = await start("notify", FakeEcs(None))
    await trio.sleep(310)
    container.act()
    await trio.sleep(310)
    assert [when for when, _, _ in container.told] == [300, pytest.approx(610)]
    assert container.told[0][2]["task"] is None


async def test_a_receiver_that_does_not_take_it_is_told_again(start, autojump_clock):
    container = await start("notify", FakeEcs(ALONE))
    container.ecs.refusals["task"] = [DENIED]
    container.receiver = [
        Refused("cannot tell app.example.com that nobody is here: it answered 500")
    ]
    await trio.sleep(350)
    assert len(container.told) == 2
    assert [data["task"] is None for _, _, data in container.told] == [True, False]
    [blocked] = container.news()
    assert "app.example.com" in blocked.reason
