import threading

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from services import memory
from services.messages import (
    PreviewState,
    RefreshPreview,
    RestartPreview,
    StartPreview,
    StopPreview,
    ThreadKey,
    Turns,
    WakePreview,
)
from services.previews.keeper import EVERY
from supervisor.control import RestartService, Start, Stop
from supervisor.desk import NotFound
from supervisor.model import State
from tests.services.previews.fakes import KEY, harness, previews, site, until

OTHER = ThreadKey("acme", "ann", "other")
THIRD = ThreadKey("acme", "ann", "third")
MIB = 1 << 20


def astro(key):
    return f"astro@{key.preview_id}"


def own(root):
    """A site that brings its dependencies along."""
    site(root)
    (root / "node_modules").mkdir()
    return root


async def opened(kept, tmp_path, *keys):
    """These previews, ready, opened one after the other."""
    for key in keys:
        await kept.ask(StartPreview(key, own(tmp_path / key.thread)))
        await kept.until(PreviewState.READY, key)


@pytest.fixture
def taken(monkeypatch):
    """What processes take, by their number; a test may change it."""
    sizes = {}
    monkeypatch.setattr(memory, "taken", lambda pids: {pid: sizes.get(pid, 0) for pid in pids})
    return sizes


async def test_one_more_than_the_most_puts_the_longest_unused_to_sleep(tmp_path):
    async with previews(tmp_path / "cache", most=2) as kept:
        await opened(kept, tmp_path, KEY, OTHER)
        kept.visit(KEY.preview_id)
        await wait_all_tasks_blocked()
        kept.supervisor.ending = trio.Event()
        await kept.ask(StartPreview(THIRD, own(tmp_path / "third")))
        asleep = await kept.until(PreviewState.ASLEEP, OTHER)
        assert "room" in asleep.reason
        await until(lambda: kept.supervisor.names(Stop) == [astro(OTHER)])
        await wait_all_tasks_blocked()
        assert kept.supervisor.names(Start) == [astro(KEY), astro(OTHER)]  # not beside it
        kept.supervisor.ending.set()
        await kept.until(PreviewState.READY, THIRD)


async def look_again(mock_clock):
    """Let the time of another look come; the look before may have ended later than it seemed."""
    mock_clock.jump(EVERY + 1)
    await wait_all_tasks_blocked(0.01)


async def measured(kept, mock_clock, key, memory):
    with trio.fail_after(100 * EVERY):
        while kept.routes.previews[key.preview_id].memory != memory:
            await look_again(mock_clock)


async def test_memory_is_measured_shown_and_kept_within_its_limit(tmp_path, taken, mock_clock):
    async with previews(tmp_path / "cache", memory="1000MiB", sleep_after=0) as kept:
        kept.supervisor.pids = {astro(KEY): 1, astro(OTHER): 2}
        await opened(kept, tmp_path, KEY)
        mock_clock.jump(1)
        await opened(kept, tmp_path, OTHER)
        taken.update({1: 300 * MIB, 2: 600 * MIB})
        await measured(kept, mock_clock, KEY, 300 * MIB)
        await measured(kept, mock_clock, OTHER, 600 * MIB)
        taken[2] = 800 * MIB
        with trio.fail_after(100 * EVERY):
            while kept.routes.previews[KEY.preview_id].state is not PreviewState.ASLEEP:
                await look_again(mock_clock)
        asleep = await kept.until(PreviewState.ASLEEP)
        assert (asleep.memory, "room" in asleep.reason) == (0, True)
        # What one more will take is what the others do.
        await kept.ask(StartPreview(THIRD, own(tmp_path / "third")))
        await kept.until(PreviewState.READY, THIRD)
        assert kept.routes.previews[OTHER.preview_id].state is PreviewState.ASLEEP


@pytest.fixture
def measuring(monkeypatch):
    """Measurements that were begun, each of which ends when it is told to."""
    begun = []

    def measure(pids):
        if pids:
            end = threading.Event()
            trio.from_thread.run_sync(begun.append, end)
            assert end.wait(10)
        return dict.fromkeys(pids, 300 * MIB)

    monkeypatch.setattr(memory, "taken", measure)
    yield begun
    for end in begun:
        end.set()


async def measurement(measuring, mock_clock):
    """Wait until another one begins: what the one before found was looked at."""
    before = len(measuring)
    while len(measuring) == before:
        mock_clock.jump(EVERY + 1)
        await wait_all_tasks_blocked(0.01)


async def test_one_that_is_closed_while_it_is_measured_is_gone(tmp_path, measuring, mock_clock):
    async with previews(tmp_path / "cache", sleep_after=0) as kept:
        kept.supervisor.pids = {astro(KEY): 1, astro(OTHER): 2}
        await opened(kept, tmp_path, KEY, OTHER)
        await measurement(measuring, mock_clock)
        kept.supervisor.ending = trio.Event()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(kept.ask, StopPreview(KEY))
            await until(lambda: KEY.preview_id not in kept.routes.previews)
            measuring[0].set()
            await measurement(measuring, mock_clock)
            measuring[1].set()
            kept.supervisor.ending.set()
        assert list(kept.routes.previews) == [OTHER.preview_id]


async def test_one_that_falls_asleep_while_it_is_measured_takes_nothing(
    tmp_path, measuring, mock_clock
):
    async with previews(tmp_path / "cache", sleep_after=0, most=2) as kept:
        kept.supervisor.pids = {astro(KEY): 1, astro(OTHER): 2}
        await opened(kept, tmp_path, KEY)
        mock_clock.jump(1)
        await opened(kept, tmp_path, OTHER)
        await measurement(measuring, mock_clock)
        kept.supervisor.ending = trio.Event()
        await kept.ask(StartPreview(THIRD, own(tmp_path / "third")))
        await kept.until(PreviewState.ASLEEP)
        measuring[0].set()
        await measurement(measuring, mock_clock)
        assert kept.routes.previews[KEY.preview_id].memory == 0
        measuring[1].set()
        kept.supervisor.ending.set()


async def test_nobody_looks_and_it_sleeps_somebody_does_and_it_stays(tmp_path, mock_clock):
    async with previews(tmp_path / "cache", sleep_after=60) as kept:
        await opened(kept, tmp_path, KEY, OTHER)
        mock_clock.jump(59)
        kept.visit(KEY.preview_id)
        await wait_all_tasks_blocked()
        mock_clock.jump(2)
        asleep = await kept.until(PreviewState.ASLEEP, OTHER)
        assert "nobody looked" in asleep.reason
        assert kept.routes.previews[KEY.preview_id].state is PreviewState.READY
        await until(lambda: kept.supervisor.names(Stop) == [astro(OTHER)])
        mock_clock.jump(60)
        await kept.until(PreviewState.ASLEEP)


async def test_whoever_waited_long_for_it_finds_it_awake(tmp_path, mock_clock):
    async with previews(tmp_path / "cache", sleep_after=60) as kept:
        await kept.ask(StartPreview(KEY, site(tmp_path / "home")))
        await kept.supervisor.installing.wait()
        mock_clock.jump(800)
        kept.supervisor.go.set()
        await kept.until(PreviewState.READY)
        mock_clock.jump(59)
        await wait_all_tasks_blocked()
        assert kept.routes.previews[KEY.preview_id].state is PreviewState.READY
        mock_clock.jump(2)
        await kept.until(PreviewState.ASLEEP)


async def test_a_turn_holds_and_its_end_counts(tmp_path, mock_clock):
    turns = Turns(frozenset({f"{KEY}:t1"}))
    async with previews(tmp_path / "cache", sleep_after=60) as kept:
        await opened(kept, tmp_path, KEY)
        board = kept.harness.channels.boards["turns"]
        board.set(turns)
        await wait_all_tasks_blocked()
        mock_clock.jump(1000)
        await wait_all_tasks_blocked()
        board.set(Turns())
        await wait_all_tasks_blocked()
        mock_clock.jump(59)
        await wait_all_tasks_blocked()
        assert kept.routes.previews[KEY.preview_id].state is PreviewState.READY
        mock_clock.jump(2)
        await kept.until(PreviewState.ASLEEP)


@pytest.mark.parametrize("by", ["id", "default"])
async def test_a_wake_brings_a_sleeping_one_back_at_its_port(tmp_path, by):
    async with previews(tmp_path / "cache", most=1) as kept:
        await opened(kept, tmp_path, KEY)
        before = kept.routes.previews[KEY.preview_id]
        await opened(kept, tmp_path, OTHER)
        await kept.until(PreviewState.ASLEEP)
        if by == "default":
            await kept.ask(StartPreview(KEY, tmp_path / "home"))
        else:
            woken = await kept.ask(WakePreview(KEY.preview_id))
            # Held until it is ready, not told that something is being installed.
            assert woken.state is PreviewState.STARTING
        ready = await kept.until(PreviewState.READY)
        assert ready.port == before.port
        await kept.until(PreviewState.ASLEEP, OTHER)
        started = kept.supervisor.names(Start)
        assert started == [astro(KEY), astro(OTHER), astro(KEY)]
        assert kept.supervisor.names(RestartService) == []


async def test_a_wake_leaves_one_that_runs_as_it_is_and_one_that_failed_too(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        await opened(kept, tmp_path, KEY)
        asked = [*kept.supervisor.asked]
        assert (await kept.ask(WakePreview(KEY.preview_id))).state is PreviewState.READY
        kept.supervisor.show(astro(KEY), State.FATAL)
        await kept.until(PreviewState.FAILED)
        assert (await kept.ask(WakePreview())).state is PreviewState.FAILED
        await wait_all_tasks_blocked()
        assert kept.supervisor.asked == asked


async def test_a_wake_opens_what_nobody_has_opened_yet_in_this_run(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {OTHER: own(tmp_path / "other"), KEY: own(tmp_path / "home")}
        woken = await kept.ask(WakePreview(KEY.preview_id))
        assert woken.key == KEY
        await kept.until(PreviewState.READY)
        with pytest.raises(NotFound):
            await kept.ask(WakePreview("nobody-1234567812345678"))
        with pytest.raises(NotFound, match="build it first"):
            await kept.ask(WakePreview(KEY.built_id))


async def test_without_an_id_the_thread_last_opened_is_woken_and_is_the_default(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        with pytest.raises(NotFound):
            await kept.ask(WakePreview())
        kept.on_disk = {OTHER: own(tmp_path / "other"), KEY: own(tmp_path / "home")}
        assert (await kept.ask(WakePreview())).key == OTHER
        assert kept.routes.default == OTHER.preview_id
        await kept.until(PreviewState.READY, OTHER)
        await kept.ask(WakePreview(KEY.preview_id))
        assert kept.routes.default == OTHER.preview_id


async def test_one_woken_while_it_is_ended_runs_again(tmp_path):
    async with previews(tmp_path / "cache", most=1) as kept:
        await opened(kept, tmp_path, KEY)
        kept.supervisor.ending = trio.Event()
        await kept.ask(StartPreview(OTHER, own(tmp_path / "other")))
        await until(lambda: kept.supervisor.names(Stop) == [astro(KEY)])
        seen = kept.record(KEY)  # the other one may take its place again at once
        await kept.ask(WakePreview(KEY.preview_id))
        kept.supervisor.ending.set()
        await until(lambda: PreviewState.READY in seen)
        assert kept.supervisor.names(Start).count(astro(KEY)) == 2


async def test_a_running_turn_keeps_its_preview_awake_and_in_its_place(tmp_path):
    async with previews(tmp_path / "cache", most=2) as kept:
        await opened(kept, tmp_path, KEY, OTHER)
        kept.harness.channels.boards["turns"].set(Turns(frozenset({f"{KEY}:t1"})))
        await wait_all_tasks_blocked()
        kept.visit(OTHER.preview_id)
        await wait_all_tasks_blocked()
        await opened(kept, tmp_path, THIRD)
        assert kept.routes.previews[KEY.preview_id].state is PreviewState.READY
        assert kept.routes.previews[OTHER.preview_id].state is PreviewState.ASLEEP


async def test_a_refresh_lets_sleep_and_a_restart_wakes(tmp_path):
    async with previews(tmp_path / "cache", most=1) as kept:
        await opened(kept, tmp_path, KEY, OTHER)
        await kept.until(PreviewState.ASLEEP)
        asked = [*kept.supervisor.asked]
        (tmp_path / "home" / "package-lock.json").write_text('{"more": true}')
        await kept.ask(RefreshPreview(KEY))
        await wait_all_tasks_blocked()
        assert kept.supervisor.asked == asked
        assert (await kept.ask(RestartPreview(KEY))).state is PreviewState.READY


async def test_a_sleeping_one_can_be_closed(tmp_path):
    async with previews(tmp_path / "cache", most=1) as kept:
        await opened(kept, tmp_path, KEY, OTHER)
        await kept.until(PreviewState.ASLEEP)
        await kept.ask(StopPreview(KEY))
        assert list(kept.routes.previews) == [OTHER.preview_id]


async def test_a_new_life_of_the_service_knows_who_sleeps_and_wakes_them(tmp_path):
    around = harness()
    async with previews(tmp_path / "cache", around, most=1) as kept:
        await opened(kept, tmp_path, KEY, OTHER)
        await kept.until(PreviewState.ASLEEP)
        before = kept.routes
    around.stopping = trio.Event()
    async with previews(tmp_path / "cache", around, most=1) as kept:
        assert kept.routes.previews == before.previews
        kept.on_disk = {KEY: tmp_path / "home"}
        await kept.ask(WakePreview(KEY.preview_id))
        await kept.until(PreviewState.READY)
        await kept.until(PreviewState.ASLEEP, OTHER)


async def test_another_folder_of_the_repository_is_another_server(tmp_path):
    root = own(tmp_path / "home")
    (root / "docs").mkdir()
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.READY)
        await kept.ask(StartPreview(KEY, root, "docs"))
        await wait_all_tasks_blocked()
        await kept.until(PreviewState.READY)
        last = kept.supervisor.asked[-1]
        assert isinstance(last, Start)
        assert last.parameters["root"] == str(root / "docs")


async def test_two_restarts_at_once_in_a_new_life_begin_one_server(tmp_path):
    around = harness()
    async with previews(tmp_path / "cache", around, most=1) as kept:
        await opened(kept, tmp_path, KEY, OTHER)
        await kept.until(PreviewState.ASLEEP)
    around.stopping = trio.Event()
    answers = []

    async def restart():
        answers.append(await kept.ask(RestartPreview(KEY)))

    async with previews(tmp_path / "cache", around) as kept:
        kept.on_disk = {KEY: tmp_path / "home"}
        async with trio.open_nursery() as nursery:
            nursery.start_soon(restart)
            nursery.start_soon(restart)
        assert [preview.state for preview in answers] == [PreviewState.READY] * 2
        assert kept.supervisor.names(Start) == [astro(KEY)]
