import contextlib
import math
import time

import msgspec
import pytest
import trio

from services.idle import Options, serve
from services.messages import Activity, Preview, PreviewState, Routes, ThreadKey, Turns
from supervisor.control import Shutdown
from tests.harness import Harness, shipped

SPEC = shipped("idle")
PREVIEW = Preview("p", ThreadKey("acme", "ann", "home"), PreviewState.INSTALLING, 20000)


class Container:
    """The service with a supervisor that notes when it was asked to shut down."""

    def __init__(self):
        self.harness = Harness(SPEC)
        self.began = 0.0
        self.asked = []
        self.ended = trio.Event()

    async def run(self, minutes, task_status):
        self.began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.harness.desk.answer, self._supervise)
            ctx = self.harness.context(Options(minutes=minutes))
            await serve(ctx, task_status=task_status)
            nursery.cancel_scope.cancel()
        self.ended.set()

    async def _supervise(self, request):
        self.asked.append((trio.current_time() - self.began, request))

    @property
    def stopped_at(self):
        """Seconds from the beginning to each request to shut down."""
        return [when for when, _ in self.asked]

    def act(self, what="navigation"):
        self.harness.channels.streams["activity"][0].send_nowait(Activity(what))

    def turns(self, *running):
        self.harness.channels.boards["turns"].set(Turns(frozenset(running)))

    def previews(self, state, *building):
        preview = msgspec.structs.replace(PREVIEW, state=state)
        routes = Routes({"p": preview}, building=frozenset(building))
        self.harness.channels.boards["routes"].set(routes)


@pytest.fixture
def start(nursery):
    async def start(minutes=5.0):
        container = Container()
        await nursery.start(container.run, minutes)
        return container

    return start


async def test_five_minutes_without_activity_end_it_with_code_20(start, autojump_clock):
    container = await start()
    await trio.sleep(299.9)
    assert container.asked == []
    await trio.sleep(3600)
    [(when, request)] = container.asked
    assert when == pytest.approx(300)
    assert request == Shutdown("idle for 5 minutes", exit_code=20)


@pytest.mark.parametrize("what", ["navigation", "api-write"])
async def test_activity_starts_the_time_anew(start, autojump_clock, what):
    container = await start()
    for _ in range(3):
        await trio.sleep(200)
        container.act(what)
    await trio.sleep(1000)
    assert container.stopped_at == [pytest.approx(900)]


async def test_a_running_turn_holds_and_its_end_starts_the_time_anew(start, autojump_clock):
    container = await start()
    await trio.sleep(100)
    container.turns("t1")
    await trio.sleep(5000)
    container.turns("t1", "t2")
    await trio.sleep(5000)
    container.turns("t2")
    await trio.sleep(5000)
    assert container.asked == []
    container.turns()
    await trio.sleep(1000)
    assert container.stopped_at == [pytest.approx(15_400)]


async def test_a_turn_shorter_than_the_wait_counts_by_its_end(start, autojump_clock):
    container = await start()
    await trio.sleep(100)
    container.turns("t1")
    await trio.sleep(100)
    container.turns()
    await trio.sleep(1000)
    assert container.stopped_at == [pytest.approx(500)]


async def test_a_turn_that_already_runs_when_a_life_begins_holds(autojump_clock, nursery):
    container = Container()
    container.turns("t1")
    await nursery.start(container.run, 5.0)
    await trio.sleep(5000)
    assert container.asked == []


@pytest.mark.parametrize(
    ("work", "rest"),
    [
        ((PreviewState.INSTALLING,), (PreviewState.READY,)),
        ((PreviewState.READY, "p-built"), (PreviewState.READY,)),
    ],
)
async def test_an_installation_or_a_build_holds_and_its_end_starts_the_time_anew(
    start, autojump_clock, work, rest
):
    container = await start()
    await trio.sleep(100)
    container.previews(*work)
    await trio.sleep(700)
    container.turns("t1")
    await trio.sleep(100)
    container.turns()
    assert container.asked == []
    container.previews(*rest)
    await trio.sleep(200)
    container.previews(PreviewState.ASLEEP)  # which is nobody's work
    await trio.sleep(1000)
    assert container.stopped_at == [pytest.approx(1200)]


async def test_activity_while_a_turn_runs_is_not_counted_after_it(start, autojump_clock):
    container = await start()
    container.turns("t1")
    await trio.sleep(100)
    container.act()
    container.turns()
    await trio.sleep(1000)
    assert container.stopped_at == [pytest.approx(400)]


async def test_off_it_drains_the_channel_and_never_stops(start, autojump_clock):
    container = await start(minutes=0)
    for _ in range(300):
        container.act()
        await trio.sleep(1)
    await trio.sleep(80_000)
    assert container.asked == []


async def test_asked_to_stop_it_ends(start, autojump_clock):
    container = await start()
    container.harness.stopping.set()
    await container.ended.wait()
    assert trio.current_time() == container.began


@pytest.mark.parametrize("minutes", [-1, math.nan])
def test_a_limit_is_a_length_of_time(minutes):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"minutes": minutes}, Options)


async def test_whoever_hears_it_is_told_why(start, autojump_clock):
    before = time.time()
    container = await start()
    await trio.sleep(301)
    told = container.harness.channels.streams["endings"][1].receive_nowait()
    assert told.reason == "idle for 5 minutes"
    assert before - 301 < told.since < time.time() - 299


async def test_nobody_who_hears_it_holds_it_up(start, autojump_clock):
    container = await start()
    send = container.harness.channels.streams["endings"][0]
    with contextlib.suppress(trio.WouldBlock):
        while True:
            send.send_nowait(None)
    await trio.sleep(301)
    assert len(container.asked) == 1
