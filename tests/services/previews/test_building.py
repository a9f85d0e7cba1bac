import threading

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from services.messages import (
    BuildError,
    BuildSite,
    PreviewState,
    RefreshPreview,
    StartPreview,
    StopPreview,
    WakePreview,
)
from services.previews import store
from services.previews.outputs import Outputs
from supervisor.control import Start, Stop
from supervisor.desk import Gone, Refused
from supervisor.model import State
from tests.services.previews.fakes import KEY, harness, previews, site, until
from tests.services.previews.test_sleeping import OTHER, own

BUILD = f"build@{KEY.built_id}"
SERVED = f"astro@{KEY.built_id}"
BROKEN = {"message": "no such import", "file": "src/a.astro", "line": 3, "column": 1}


def outputs(kept):
    folder = kept.cache / "built" / KEY.built_id
    return sorted(path.name for path in folder.glob("*/") if path.name.isdecimal())


def served(kept):
    """The output that the last server of a build was started on."""
    return kept.harness.events.get(SERVED).parameters["output"].rpartition("/")[2]


@pytest.fixture
def around():
    return harness()


async def test_a_build_is_answered_when_its_output_is_served_beside_the_dev_server(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.built.set()
        await kept.ask(StartPreview(KEY, own(tmp_path / "home")))
        await kept.until(PreviewState.READY)
        built = await kept.ask(BuildSite(KEY))
        assert built.errors == ()
        assert built.output == "12:00 building\n"
        assert (built.preview.id, built.preview.state) == (KEY.built_id, PreviewState.READY)
        assert built.preview.built is not None
        assert built.preview.port != kept.routes.previews[KEY.preview_id].port
        assert kept.routes.default == KEY.preview_id
        assert outputs(kept) == [served(kept)]
        # One shot, that leaves nothing behind.
        assert kept.supervisor.names(Stop) == [BUILD]


async def test_a_thread_that_is_not_open_is_found_and_built(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.built.set()
        with pytest.raises(Refused):
            await kept.ask(BuildSite(KEY))
        kept.on_disk = {KEY: own(tmp_path / "home")}
        assert (await kept.ask(BuildSite(KEY))).preview.state is PreviewState.READY
        assert KEY.preview_id not in kept.routes.previews


async def test_a_site_that_cannot_be_built_is_an_answer_and_a_page(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        kept.supervisor.built.set()
        kept.supervisor.mistakes = [BROKEN, {"message": "another"}]
        built = await kept.ask(BuildSite(KEY))
        error = BuildError("no such import", "src/a.astro", 3, 1)
        assert built.preview is None
        assert built.errors == (error, BuildError("another"))
        shown = kept.routes.previews[KEY.built_id]
        assert (shown.state, shown.error) == (PreviewState.FAILED, error)
        assert "no such import (src/a.astro:3)" in shown.reason
        assert outputs(kept) == []


async def test_where_no_build_can_begin_it_is_refused(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        root = site(tmp_path / "home")
        (root / "package-lock.json").unlink()
        kept.on_disk = {KEY: root}
        with pytest.raises(Refused, match="commit the package-lock"):
            await kept.ask(BuildSite(KEY))
        assert kept.supervisor.asked == []


async def test_the_last_good_build_is_served_until_a_newer_one_is_good(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        supervisor = kept.supervisor
        supervisor.built.set()
        first = await kept.ask(BuildSite(KEY))
        good = served(kept)
        supervisor.mistakes = [BROKEN]
        assert (await kept.ask(BuildSite(KEY))).errors
        shown = kept.routes.previews[KEY.built_id]
        assert (shown.state, shown.built) == (PreviewState.READY, first.preview.built)
        assert "no such import" in shown.reason
        assert outputs(kept) == [good] == [served(kept)]
        supervisor.mistakes = []
        second = await kept.ask(BuildSite(KEY))
        assert second.preview.state is PreviewState.READY
        assert second.preview.port == first.preview.port
        assert second.preview.built > first.preview.built
        assert outputs(kept) == [served(kept)] != [good]


async def test_who_asks_while_it_is_built_joins(tmp_path, nursery):
    answers = []
    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}

        async def ask():
            answers.append(await kept.ask(BuildSite(KEY)))

        nursery.start_soon(ask)
        nursery.start_soon(ask)
        await kept.supervisor.building.wait()
        await wait_all_tasks_blocked()
        shown = kept.routes.previews[KEY.built_id]
        assert (shown.state, shown.reason) == (PreviewState.STARTING, "building the site")
        kept.supervisor.built.set()
        await kept.until_shown(KEY.built_id, PreviewState.READY)
        while len(answers) < 2:
            await wait_all_tasks_blocked()
        assert answers[0] == answers[1]
        assert kept.supervisor.names(Start).count(BUILD) == 1


async def test_one_site_is_built_at_a_time(tmp_path, nursery):
    answers = []

    async def ask(key):
        answers.append(await kept.ask(BuildSite(key)))

    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home"), OTHER: own(tmp_path / "other")}
        nursery.start_soon(ask, KEY)
        await kept.supervisor.building.wait()
        nursery.start_soon(ask, OTHER)
        shown = await kept.until_shown(OTHER.built_id, PreviewState.STARTING)
        assert shown.reason == "waits for another build"
        assert kept.routes.working == {KEY.built_id, OTHER.built_id}
        assert f"build@{OTHER.built_id}" not in kept.supervisor.names(Start)
        kept.supervisor.built.set()
        while len(answers) < 2:
            await wait_all_tasks_blocked(0.01)
        assert [built.preview.key for built in answers] == [KEY, OTHER]
        assert kept.routes.working == frozenset()


async def test_a_build_that_nobody_waits_for_is_ended(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        async with trio.open_nursery() as nursery:
            nursery.start_soon(kept.ask, BuildSite(KEY))
            nursery.start_soon(kept.ask, BuildSite(KEY))
            await kept.supervisor.building.wait()
            await wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
        with trio.fail_after(10):
            while KEY.built_id in kept.routes.previews:
                await wait_all_tasks_blocked()
        assert kept.supervisor.names(Stop) == [BUILD]
        kept.supervisor.built.set()
        assert (await kept.ask(BuildSite(KEY))).preview is not None


async def test_whoever_asks_while_one_is_ended_has_one_of_his_own(tmp_path, nursery):
    answers = []

    async def ask():
        answers.append(await kept.ask(BuildSite(KEY)))

    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        kept.supervisor.ending = trio.Event()
        async with trio.open_nursery() as first:
            first.start_soon(kept.ask, BuildSite(KEY))
            await kept.supervisor.building.wait()
            await wait_all_tasks_blocked()
            first.cancel_scope.cancel()
        nursery.start_soon(ask)
        await wait_all_tasks_blocked()
        kept.supervisor.built.set()
        kept.supervisor.ending.set()
        while not answers:
            await wait_all_tasks_blocked(0.01)
        assert answers[0].preview.state is PreviewState.READY


async def test_a_good_one_is_served_even_if_nobody_waits_for_it_any_more(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        kept.supervisor.built.set()
        first = await kept.ask(BuildSite(KEY))
        kept.supervisor.built, kept.supervisor.building = trio.Event(), trio.Event()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(kept.ask, BuildSite(KEY))
            await kept.supervisor.building.wait()
            await wait_all_tasks_blocked()
            kept.supervisor.asked.clear()
            kept.supervisor.ending = trio.Event()  # of the build itself, then of the last server
            kept.supervisor.built.set()
            await until(lambda: kept.supervisor.names(Stop) == [BUILD])
            kept.supervisor.ending.set()
            kept.supervisor.ending = trio.Event()
            await until(lambda: kept.supervisor.names(Stop) == [BUILD, SERVED])
            nursery.cancel_scope.cancel()
        kept.supervisor.ending.set()
        second = await kept.until_shown(KEY.built_id, PreviewState.READY)
        assert second.built > first.preview.built
        await until(lambda: outputs(kept) == [served(kept)])
        assert (kept.cache / "built" / KEY.built_id / served(kept)).is_dir()


async def test_one_that_is_stopped_says_nothing_about_the_site(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}

        async def stop():
            await kept.supervisor.building.wait()
            kept.supervisor.show(BUILD, State.STOPPED)
            kept.supervisor.built.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(stop)
            with pytest.raises(Gone, match="it was stopped; build it again"):
                await kept.ask(BuildSite(KEY))
        assert outputs(kept) == []
        # The next one is built.
        assert (await kept.ask(BuildSite(KEY))).errors == ()


async def test_a_disk_that_says_no_is_named_and_nothing_is_left(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        kept.supervisor.built.set()
        monkeypatch.setattr(Outputs, "keep", full)
        with pytest.raises(Refused, match=r"cannot prepare the site: .*No space left on device"):
            await kept.ask(BuildSite(KEY))
        assert outputs(kept) == []
        assert kept.routes.previews[KEY.built_id].state is PreviewState.FAILED


async def test_one_that_takes_too_long_is_ended_and_says_so(tmp_path, mock_clock, nursery):
    answers = []

    async def ask():
        answers.append(await kept.ask(BuildSite(KEY)))

    async with previews(tmp_path / "cache", build_timeout=120) as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        nursery.start_soon(ask)
        await kept.supervisor.building.wait()
        await wait_all_tasks_blocked()
        mock_clock.jump(121)
        await kept.until_shown(KEY.built_id, PreviewState.FAILED)
        while not answers:
            await wait_all_tasks_blocked(0.01)
    (error,) = answers[0].errors
    assert error.message == "the build took more than 120 seconds and was ended"


async def test_closing_a_preview_ends_its_build_and_removes_what_was_built(tmp_path, nursery):
    refused = []

    async def ask():
        with pytest.raises(Refused, match="the build was ended") as caught:
            await kept.ask(BuildSite(KEY))
        refused.append(caught)

    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        kept.supervisor.built.set()
        await kept.ask(BuildSite(KEY))
        kept.supervisor.building, kept.supervisor.built = trio.Event(), trio.Event()
        nursery.start_soon(ask)
        await kept.supervisor.building.wait()
        await kept.ask(StopPreview(KEY))
        assert kept.routes.previews == {}
        assert kept.harness.events.snapshot == ()
        assert not (kept.cache / "built" / KEY.built_id).exists()
        await wait_all_tasks_blocked()
        assert refused


async def test_what_was_built_sleeps_and_wakes_on_the_last_good_output(tmp_path):
    async with previews(tmp_path / "cache", most=1) as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        kept.supervisor.built.set()
        await kept.ask(BuildSite(KEY))
        good = served(kept)
        await kept.ask(StartPreview(OTHER, own(tmp_path / "other")))
        await kept.until_shown(KEY.built_id, PreviewState.ASLEEP)
        await kept.ask(WakePreview(KEY.built_id))
        await kept.until_shown(KEY.built_id, PreviewState.READY)
        assert served(kept) == good


async def test_what_was_built_of_a_site_that_was_broken_as_it_woke_is_served_once_that_is_mended(
    tmp_path,
):
    root = site(tmp_path / "home")
    async with previews(tmp_path / "cache", most=1) as kept:
        kept.on_disk = {KEY: root}
        kept.supervisor.go.set()
        kept.supervisor.built.set()
        await kept.ask(BuildSite(KEY))
        good = served(kept)
        await kept.ask(StartPreview(OTHER, own(tmp_path / "other")))
        await kept.until_shown(KEY.built_id, PreviewState.ASLEEP)
        (root / "package-lock.json").rename(tmp_path / "lock")
        await kept.ask(WakePreview(KEY.built_id))
        failed = await kept.until_shown(KEY.built_id, PreviewState.FAILED)
        assert "commit the package-lock.json" in failed.reason
        (tmp_path / "lock").rename(root / "package-lock.json")
        await kept.ask(RefreshPreview(KEY))
        await kept.until_shown(KEY.built_id, PreviewState.READY)
        assert served(kept) == good


async def test_the_modules_of_what_was_built_are_kept_as_long_as_that(tmp_path):
    root = site(tmp_path / "home")
    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: root}
        kept.supervisor.go.set()
        kept.supervisor.built.set()
        await kept.ask(BuildSite(KEY))
        (root / "node_modules").unlink()  # as when its lock file became another one
        (entry,) = store.entries(tmp_path / "cache" / "modules", frozenset())
        assert entry.needed
        await kept.ask(StopPreview(KEY))
        (entry,) = store.entries(tmp_path / "cache" / "modules", frozenset())
        assert not entry.needed


async def test_another_run_of_the_daemon_serves_what_was_built_before(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        kept.supervisor.built.set()
        first = await kept.ask(BuildSite(KEY))
        good = served(kept)
    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: tmp_path / "home"}
        woken = await kept.ask(WakePreview(KEY.built_id))
        assert woken.built == first.preview.built
        await kept.until_shown(KEY.built_id, PreviewState.READY)
        assert served(kept) == good
        # It is not what somebody sees who did not ask for it.
        assert kept.routes.default is None


async def test_a_new_life_serves_what_was_asleep_while_a_newer_one_fails(tmp_path, around):
    async with previews(tmp_path / "cache", around, most=1) as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        kept.supervisor.built.set()
        first = await kept.ask(BuildSite(KEY))
        await kept.ask(StartPreview(OTHER, own(tmp_path / "other")))
        await kept.until_shown(KEY.built_id, PreviewState.ASLEEP)
        await kept.until(PreviewState.READY, OTHER)
    around.stopping = trio.Event()
    async with previews(tmp_path / "cache", around) as kept, trio.open_nursery() as asking:
        kept.on_disk = {KEY: tmp_path / "home"}
        asking.start_soon(kept.ask, BuildSite(KEY))
        await kept.supervisor.building.wait()
        await kept.ask(WakePreview(KEY.built_id))
        shown = await kept.until_shown(KEY.built_id, PreviewState.READY)
        assert shown.built == first.preview.built
        kept.supervisor.mistakes = [BROKEN]
        kept.supervisor.built.set()
        await until(lambda: "no such import" in kept.routes.previews[KEY.built_id].reason)
        assert kept.routes.previews[KEY.built_id].state is PreviewState.READY


async def test_one_woken_as_a_build_begins_stays_awake(tmp_path, monkeypatch):
    found, looking, go = Outputs.latest, [], threading.Event()

    def slowly(outputs, preview_id):
        looking.append(preview_id)
        if len(looking) == 1:
            assert go.wait(10)
        return found(outputs, preview_id)

    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        kept.supervisor.built.set()
        await kept.ask(BuildSite(KEY))
    async with previews(tmp_path / "cache") as kept:
        kept.on_disk = {KEY: tmp_path / "home"}
        monkeypatch.setattr(Outputs, "tidy", lambda *_: None)
        monkeypatch.setattr(Outputs, "latest", slowly)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(kept.ask, BuildSite(KEY))
            await until(lambda: looking)
            await kept.ask(WakePreview(KEY.built_id))
            await kept.until_shown(KEY.built_id, PreviewState.READY)
            go.set()
            await kept.supervisor.building.wait()
            assert kept.routes.previews[KEY.built_id].state is PreviewState.READY
            kept.supervisor.built.set()


async def test_a_new_life_takes_over_what_serves_a_build_and_ends_one_under_way(tmp_path, around):
    async with previews(tmp_path / "cache", around) as kept:
        kept.on_disk = {KEY: own(tmp_path / "home")}
        kept.supervisor.built.set()
        await kept.ask(BuildSite(KEY))
        before = kept.routes
    around.stopping = trio.Event()
    kept.supervisor.show(BUILD, State.RUNNING)
    left = kept.cache / "built" / KEY.built_id / "1"
    left.mkdir()
    async with previews(tmp_path / "cache", around) as kept:
        assert kept.routes.previews == before.previews
        assert kept.supervisor.asked == [Stop(BUILD)]
        assert not left.exists()
