import errno
import json
import os
import socket
from pathlib import Path

import msgspec
import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from services.messages import (
    BuildSite,
    PreviewBroken,
    PreviewState,
    RefreshPreview,
    RestartPreview,
    StartPreview,
    StopPreview,
    ThreadKey,
    WakePreview,
)
from services.previews import store
from supervisor.control import RestartService, Start, Stop
from supervisor.desk import Refused
from supervisor.model import Report, State
from tests.services.previews.fakes import KEY, harness, previews, site, until

OTHER = ThreadKey("acme", "ann", "other")
ASTRO = f"astro@{KEY.preview_id}"


def modules_of(root: Path) -> Path:
    (root / "node_modules").mkdir()
    return root / "node_modules"


async def test_a_preview_is_answered_at_once_installs_starts_and_is_ready(tmp_path):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache") as kept:
        preview = await kept.ask(StartPreview(KEY, root))
        assert preview.state is PreviewState.INSTALLING
        assert preview.reason == "installing dependencies"
        assert kept.routes.default == KEY.preview_id
        kept.supervisor.go.set()
        await kept.until(PreviewState.READY)
        (npm,) = kept.supervisor.names(Start)[:1]
        assert npm.startswith("install@")
        assert kept.supervisor.names(Stop) == [npm]
        start = kept.supervisor.asked[-1]
        assert start.name == ASTRO
        for what in ("node", "runner", "root", "modules"):
            assert Path(start.parameters[what]).is_absolute()
        assert start.parameters["port"] == str(preview.port)
        assert (root / "node_modules").resolve() == Path(start.parameters["modules"])
        assert Path(start.parameters["modules"]).is_dir()
        assert not list((tmp_path / "cache" / "modules").glob("*.partial-*"))


async def test_a_preview_says_how_much_is_installed_until_all_is(tmp_path):
    lock = json.dumps({"packages": {f"node_modules/p{n}": {} for n in range(4)}})
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, site(tmp_path / "site", lock)))
        await until(lambda: kept.routes.previews[KEY.preview_id].progress == 0.0)
        kept.supervisor.go.set()
        assert (await kept.until(PreviewState.READY)).progress is None


async def test_threads_with_one_lock_file_share_one_installation(tmp_path):
    one, two = site(tmp_path / "one"), site(tmp_path / "two")
    async with previews(tmp_path / "cache") as kept:
        first = await kept.ask(StartPreview(KEY, one))
        second = await kept.ask(StartPreview(OTHER, two))
        assert first.port != second.port
        kept.supervisor.go.set()
        await kept.until(PreviewState.READY)
        await kept.until(PreviewState.READY, OTHER)
        assert len([name for name in kept.supervisor.names(Start) if "install@" in name]) == 1
        assert kept.routes.default == OTHER.preview_id


async def test_an_installation_that_fails_fails_for_all_who_wait_and_may_be_tried_again(tmp_path):
    lock = json.dumps({"packages": {"node_modules/p": {}}})
    one, two = site(tmp_path / "one", lock), site(tmp_path / "two", lock)
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.outcome["install@"] = State.FATAL
        kept.supervisor.reason = "exit code 1"
        await kept.ask(StartPreview(KEY, one))
        await kept.ask(StartPreview(OTHER, two))
        # Both have asked for it before it fails: they are told how far it is.
        for key in (KEY, OTHER):
            await until(lambda key=key: kept.routes.previews[key.preview_id].progress == 0.0)
        kept.supervisor.go.set()
        failed = await kept.until(PreviewState.FAILED)
        assert "npm ci failed: exit code 1" in failed.reason
        assert "what it said is in the log, by install@" in failed.reason
        await kept.until(PreviewState.FAILED, OTHER)
        assert len(kept.supervisor.names(Start)) == 1
        kept.supervisor.outcome.clear()
        assert (await kept.ask(StartPreview(KEY, one))).state is PreviewState.INSTALLING
        await kept.until(PreviewState.READY)


async def test_a_site_without_a_lock_file_fails_with_what_to_do(tmp_path):
    root = site(tmp_path / "site")
    (root / "package-lock.json").unlink()
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, root))
        assert "commit the package-lock.json" in (await kept.until(PreviewState.FAILED)).reason
        assert kept.supervisor.asked == []


async def test_a_disk_that_says_no_fails_the_preview_with_what_it_says(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store, "prepare", full)
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, site(tmp_path / "a")))
        assert "No space left" in (await kept.until(PreviewState.FAILED)).reason


def with_links_to_themselves(root: Path) -> None:
    for name in ("yarn.lock", ".npmrc"):
        (root / name).symlink_to(name)


def with_a_folder_that_is_not_utf_8(root: Path) -> None:
    site = root / "apps" / os.fsdecode(b"\xe9")
    site.mkdir(parents=True)
    (site / "astro.config.mjs").touch()


@pytest.mark.parametrize(
    ("spoil", "state"),
    [
        (with_links_to_themselves, PreviewState.READY),
        (with_a_folder_that_is_not_utf_8, PreviewState.FAILED),
    ],
)
async def test_whatever_names_and_links_a_site_has_the_others_go_on(tmp_path, spoil, state):
    odd, other = site(tmp_path / "odd"), site(tmp_path / "other")
    spoil(odd)
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.go.set()
        await kept.ask(StartPreview(KEY, odd))
        msgspec.json.encode(await kept.until(state))  # as whoever asks the API is told it
        await kept.ask(StartPreview(OTHER, other))
        await kept.until(PreviewState.READY, OTHER)


async def test_what_becomes_of_the_dev_server_is_shown(tmp_path):
    root = site(tmp_path / "site")
    modules_of(root)
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.READY)
        kept.supervisor.reason = "exit code 137"
        kept.supervisor.show(ASTRO, State.BACKOFF)
        assert "exit code 137" in (await kept.until(PreviewState.STARTING)).reason
        kept.supervisor.show(ASTRO, State.RUNNING)
        assert (await kept.until(PreviewState.READY)).reason == ""
        own = kept.cache / "vite" / KEY.preview_id
        own.mkdir(parents=True)
        (own / "failure.json").write_text(
            '{"errors": [{"message": "cannot parse", "file": "astro.config.mjs"}]}'
        )
        kept.supervisor.show(ASTRO, State.FATAL)
        failed = await kept.until(PreviewState.FAILED)
        assert failed.reason == "the dev server cannot start: cannot parse (astro.config.mjs)"


async def test_one_that_is_opened_for_nobody_is_not_the_default(tmp_path):
    roots = site(tmp_path / "one"), site(tmp_path / "two")
    for root in roots:
        modules_of(root)
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, roots[0]))
        await kept.ask(StartPreview(OTHER, roots[1], prefer=False))
        await kept.until(PreviewState.READY, OTHER)
        assert kept.routes.default == KEY.preview_id


async def test_opening_again_changes_the_default_and_starts_only_what_failed(tmp_path):
    roots = site(tmp_path / "one"), site(tmp_path / "two")
    for root in roots:
        modules_of(root)
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, roots[0]))
        await kept.ask(StartPreview(OTHER, roots[1]))
        await kept.until(PreviewState.READY)
        await kept.until(PreviewState.READY, OTHER)
        again = await kept.ask(StartPreview(KEY, roots[0]))
        assert again.state is PreviewState.READY
        assert kept.routes.default == KEY.preview_id
        assert len(kept.supervisor.names(Start)) == 2
        kept.supervisor.show(ASTRO, State.FATAL)
        await kept.until(PreviewState.FAILED)
        await kept.ask(StartPreview(KEY, roots[0]))
        assert (await kept.until(PreviewState.READY)).port == again.port
        assert kept.supervisor.names(Stop) == [ASTRO]


async def test_a_failed_preview_does_not_insist_on_a_port_that_others_took(tmp_path):
    root = site(tmp_path / "site")
    modules_of(root)
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.outcome["astro@"] = State.FATAL
        await kept.ask(StartPreview(KEY, root))
        failed = await kept.until(PreviewState.FAILED)
        with socket.create_server(("127.0.0.1", failed.port)):
            assert (await kept.ask(StartPreview(KEY, root))).port != failed.port


async def test_a_restart_is_answered_when_the_new_dev_server_runs(tmp_path):
    root = site(tmp_path / "site")
    modules_of(root)
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, root))
        first = await kept.until(PreviewState.READY)
        again = await kept.ask(RestartPreview(KEY))
        assert again.state is PreviewState.READY
        assert again.port == first.port
        assert kept.supervisor.names(RestartService) == [ASTRO]
        kept.supervisor.outcome["astro@"] = State.FATAL
        assert (await kept.ask(RestartPreview(KEY))).state is PreviewState.FAILED


async def test_a_restart_after_the_lock_file_changed_brings_the_new_dependencies(tmp_path):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.go.set()
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.READY)
        before = (root / "node_modules").resolve()
        (root / "package-lock.json").write_text('{"more": true}')
        seen = kept.record()
        assert (await kept.ask(RestartPreview(KEY))).state is PreviewState.READY
        assert (root / "node_modules").resolve() != before
        assert kept.supervisor.names(RestartService) == []
        assert PreviewState.FAILED not in seen  # though the old dev server was stopped


@pytest.mark.parametrize(
    "again", [lambda root: RefreshPreview(KEY), lambda root: StartPreview(KEY, root)]
)
async def test_other_files_bring_their_own_dependencies(tmp_path, again):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.go.set()
        await kept.ask(StartPreview(KEY, root))
        first = await kept.until(PreviewState.READY)
        before = (root / "node_modules").resolve()
        (root / "package-lock.json").write_text('{"more": true}')
        kept.supervisor.hold()
        await kept.ask(again(root))
        await kept.supervisor.installing.wait()
        kept.supervisor.go.set()
        assert (await kept.until(PreviewState.READY)).port == first.port
        assert (root / "node_modules").resolve() != before


async def test_other_files_with_the_same_dependencies_leave_the_dev_server_alone(tmp_path):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.go.set()
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.READY)
        asked = [*kept.supervisor.asked]
        await kept.ask(RefreshPreview(KEY))
        (root / "package-lock.json").unlink()
        await kept.ask(RefreshPreview(KEY))
        await kept.ask(RefreshPreview(OTHER))
        assert kept.supervisor.asked == asked


async def test_files_exchanged_during_an_installation_are_looked_at_after_it(tmp_path):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, root))
        await kept.supervisor.installing.wait()
        (root / "package-lock.json").write_text('{"more": true}')
        await kept.ask(RefreshPreview(KEY))
        first = kept.supervisor.go
        kept.supervisor.hold()
        first.set()
        await kept.supervisor.installing.wait()
        kept.supervisor.go.set()
        await kept.until(PreviewState.READY)
        assert len([name for name in kept.supervisor.names(Start) if "install@" in name]) == 2


async def test_however_many_ask_for_a_broken_site_it_is_tried_once_more_at_most(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.outcome["install@"] = State.FATAL
        root = site(tmp_path / "site")
        await kept.ask(StartPreview(KEY, root))
        await kept.supervisor.installing.wait()
        for _ in range(5):
            await kept.ask(StartPreview(KEY, root))
            await kept.ask(RefreshPreview(KEY))
        kept.supervisor.go.set()
        await kept.until(PreviewState.FAILED)
        await until(lambda: len(kept.supervisor.names(Start)) == 2)
        await kept.until(PreviewState.FAILED)
        await wait_all_tasks_blocked(0.1)
        assert len(kept.supervisor.names(Start)) == 2


async def test_where_no_port_is_free_a_build_is_refused_and_the_others_go_on(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with previews(tmp_path / "cache", ports=(port, port)) as kept:
            kept.on_disk = {KEY: site(tmp_path / "site")}
            for request in (BuildSite(KEY), StartPreview(KEY, tmp_path / "site"), WakePreview()):
                with pytest.raises(Refused, match="is taken"):
                    await kept.ask(request)
            assert kept.routes.previews == {}


async def test_files_that_mend_a_site_are_tried_at_once(tmp_path):
    root = site(tmp_path / "site")
    (root / "package-lock.json").rename(tmp_path / "lock")
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.go.set()
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.FAILED)
        (tmp_path / "lock").rename(root / "package-lock.json")
        await kept.ask(RefreshPreview(KEY))
        await kept.until(PreviewState.READY)


async def test_a_preview_that_is_not_open_cannot_be_restarted(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        with pytest.raises(Refused, match="cannot restart the preview of acme/ann/home"):
            await kept.ask(RestartPreview(KEY))


async def test_a_dev_server_stopped_by_somebody_else_can_be_opened_again(tmp_path):
    root = site(tmp_path / "site")
    modules_of(root)
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.READY)
        kept.harness.events.remove(ASTRO)
        assert "was stopped" in (await kept.until(PreviewState.ASLEEP)).reason
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.READY)


async def test_a_new_life_takes_over_the_dev_servers_that_run(tmp_path):
    around = harness()
    roots = {KEY: site(tmp_path / "one"), OTHER: site(tmp_path / "two")}
    for root in roots.values():
        modules_of(root)
    async with previews(tmp_path / "cache", around) as kept:
        for key, root in roots.items():
            await kept.ask(StartPreview(key, root))
            await kept.until(PreviewState.READY, key)
        await kept.ask(StartPreview(KEY, roots[KEY]))  # the elder one was opened last
        before = kept.routes
    around.stopping = trio.Event()
    around.events.publish(around.events.get(ASTRO).__class__(name="astro@by-hand", kind="process"))
    async with previews(tmp_path / "cache", around) as kept:
        assert kept.routes.previews == before.previews
        assert kept.routes.default == KEY.preview_id
        assert kept.supervisor.asked == []
        kept.supervisor.show(ASTRO, State.FATAL)
        await kept.until(PreviewState.FAILED)
        restarted = await kept.ask(RestartPreview(KEY))
        assert restarted.state is PreviewState.READY
        assert kept.supervisor.asked[-1].parameters["root"] == str(roots[KEY])


async def test_a_new_life_knows_what_a_runner_said_and_will_not_say_again(tmp_path):
    around = harness()
    root = site(tmp_path / "home")
    modules_of(root)

    async def say(event, **facts):
        send, _ = around.channels.streams["runner"]
        await send.send(Report(ASTRO, {"event": event, **facts}))

    async with previews(tmp_path / "cache", around) as kept:
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.READY)
        await say("astro.clients", count=2)
        await say("astro.error", message="no", file="a.astro")
        await until(lambda: kept.routes.previews[KEY.preview_id].error)
        before = kept.routes
    around.stopping = trio.Event()
    async with previews(tmp_path / "cache", around) as kept:
        assert kept.routes == before
        await say("astro.fixed")
        await until(lambda: kept.routes.previews[KEY.preview_id].error is None)
        _, told = around.channels.streams["preview_events"]
        error = before.previews[KEY.preview_id].error
        assert told.receive_nowait() == PreviewBroken(KEY, error)
        assert told.receive_nowait() == PreviewBroken(KEY, None)


async def test_an_installation_that_an_earlier_life_left_is_ended_and_swept(tmp_path):
    around = harness()
    partial = tmp_path / "cache" / "modules" / "abc.partial-1"
    partial.mkdir(parents=True)
    async with previews(tmp_path / "cache", around) as kept:
        assert not partial.exists()
    around.stopping = trio.Event()
    kept.supervisor.show("install@abc", State.RUNNING)
    async with previews(tmp_path / "cache", around) as kept:
        assert kept.supervisor.names(Stop) == ["install@abc"]


async def test_falling_behind_the_events_loses_nothing(tmp_path):
    root = site(tmp_path / "site")
    modules_of(root)
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.READY)
        for number in range(2000):  # more than a watcher may lag: it is cut off
            kept.supervisor.show("busy", State.RUNNING, since=number)
        kept.supervisor.show(ASTRO, State.STOPPING)
        await kept.until(PreviewState.STARTING)
        await trio.testing.wait_all_tasks_blocked()
        kept.supervisor.show(ASTRO, State.RUNNING)
        await kept.until(PreviewState.READY)


async def test_a_preview_that_is_closed_is_gone_with_its_dev_server(tmp_path):
    root = site(tmp_path / "site")
    modules_of(root)
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.go.set()
        await kept.ask(StartPreview(OTHER, root))
        await kept.until(PreviewState.READY, OTHER)
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.READY)
        await kept.ask(StopPreview(KEY))
        assert list(kept.routes.previews) == [OTHER.preview_id]
        assert kept.routes.default == OTHER.preview_id
        assert kept.supervisor.names(Stop) == [ASTRO]
        await kept.ask(StopPreview(KEY))
        assert kept.supervisor.names(Stop) == [ASTRO]
        assert (await kept.ask(StartPreview(KEY, root))).state is PreviewState.INSTALLING
        await kept.until(PreviewState.READY)


async def test_a_preview_is_closed_while_its_dependencies_are_installed(tmp_path):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, root))
        await wait_all_tasks_blocked()
        await kept.ask(StopPreview(KEY))
        assert kept.routes.previews == {}
        assert kept.routes.default is None
        kept.supervisor.go.set()
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.READY)


async def test_one_that_is_closed_as_somebody_wants_another_folder_of_it_is_gone(tmp_path):
    root = site(tmp_path / "home")
    modules_of(root)
    (root / "docs").mkdir()
    async with previews(tmp_path / "cache") as kept:
        for _ in range(20):  # whichever of the two comes first
            await kept.ask(StartPreview(KEY, root))
            await kept.until(PreviewState.READY)
            kept.supervisor.asked.clear()
            kept.supervisor.ending = trio.Event()
            await kept.ask(StartPreview(KEY, root, "docs"))
            await until(lambda: kept.supervisor.names(Stop))  # the new one waits for the old one
            await kept.ask(StartPreview(KEY, root))
            await wait_all_tasks_blocked()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(kept.ask, StopPreview(KEY))
                await until(lambda: not kept.routes.previews)
                kept.supervisor.ending.set()
            assert kept.routes.previews == {}


async def test_what_a_server_kept_goes_when_its_preview_is_closed(tmp_path):
    root = site(tmp_path / "home")
    modules_of(root)
    optimized = tmp_path / "cache" / "vite" / KEY.preview_id / "deps"
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, root))
        await kept.until(PreviewState.READY)
        optimized.mkdir(parents=True)
        await kept.ask(StopPreview(KEY))
        assert list((tmp_path / "cache" / "vite").iterdir()) == []
        # That of one which nobody has opened in this run, too.
        optimized.mkdir(parents=True)
        await kept.ask(StopPreview(KEY))
        assert list((tmp_path / "cache" / "vite").iterdir()) == []
