"""Whether there is a server to ask about pages, and what is said where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
import trio
import trio.testing

from services.messages import (
    BuildError,
    Checked,
    CheckPreview,
    PreviewState,
    StartPreview,
    StopPreview,
    ThreadKey,
)
from services.previews import Options
from supervisor.control import RestartService, Start
from supervisor.model import State
from tests.services.previews.fakes import KEY, Kept, previews, site
from tests.services.previews.test_asking import runner, saying

OTHER = ThreadKey("acme", "ann", "other")
ASTRO = f"astro@{KEY.preview_id}"
CHECK = CheckPreview(KEY, ("src/pages/index.astro",), ("/about", "//elsewhere"))
GOOD = Checked(("/",))


def cache_of(kept: Kept) -> Path:
    return kept.cache / "vite" / KEY.preview_id


async def opened(kept: Kept, root: Path, state: PreviewState = PreviewState.READY) -> None:
    kept.supervisor.go.set()
    await kept.ask(StartPreview(KEY, root))
    await kept.until(state)


def fail(kept: Kept, *mistakes: BuildError) -> None:
    """Let what is there of the site end its server, this time and the next."""
    kept.supervisor.outcome["astro@"] = State.FATAL
    kept.supervisor.reason = "it ended 3 times"
    cache_of(kept).mkdir(parents=True, exist_ok=True)
    errors = [{"message": error.message, "file": error.file} for error in mistakes]
    (cache_of(kept) / "failure.json").write_text(json.dumps({"errors": errors}))


async def test_without_a_preview_nothing_is_opened(tmp_path):
    async with previews(tmp_path / "cache") as kept:
        assert await kept.ask(CHECK) == Checked(skipped="it has no preview")
        assert not kept.routes.previews


async def test_a_server_that_runs_is_asked_about_the_files_in_the_worktree(tmp_path):
    root = site(tmp_path / "site")
    asked = []

    async def answer(stream: trio.SocketStream, question: dict) -> None:
        asked.append(question)
        await stream.send_all(b'{"pages": ["/"], "errors": [{"message": "no"}]}')

    async with previews(tmp_path / "cache") as kept, runner(cache_of(kept), answer):
        await opened(kept, root)
        assert await kept.ask(CHECK) == Checked(("/",), (BuildError("no"),))
    (question,) = asked
    assert question["files"] == [str(root / "src/pages/index.astro")]
    assert question["pages"] == ["/about", "//elsewhere"]


async def test_one_that_sleeps_is_woken_and_is_not_the_default_by_that(tmp_path):
    root = site(tmp_path / "site")
    async with (
        previews(tmp_path / "cache", most=1) as kept,
        runner(cache_of(kept), saying({"pages": ["/"]})),
    ):
        await opened(kept, root)
        other = site(tmp_path / "other")
        await kept.ask(StartPreview(OTHER, other))
        await kept.until(PreviewState.ASLEEP)
        await kept.until(PreviewState.READY, OTHER)
        assert await kept.ask(CHECK) == GOOD
        assert kept.supervisor.names(Start).count(ASTRO) == 2
        assert kept.routes.default == OTHER.preview_id


async def test_one_that_is_installed_is_waited_for(tmp_path):
    root = site(tmp_path / "site")
    async with (
        previews(tmp_path / "cache") as kept,
        runner(cache_of(kept), saying({"pages": ["/"]})),
        trio.open_nursery() as nursery,
    ):
        await kept.ask(StartPreview(KEY, root))

        async def check() -> None:
            assert await kept.ask(CHECK) == GOOD

        nursery.start_soon(check)
        await trio.testing.wait_all_tasks_blocked()
        assert kept.routes.previews[KEY.preview_id].state is PreviewState.INSTALLING
        kept.supervisor.go.set()


async def test_one_that_does_not_come_up_in_time_says_what_it_waits_for(tmp_path):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache", check_start=0.05) as kept:
        await kept.ask(StartPreview(KEY, root))
        skipped = (await kept.ask(CHECK)).skipped
        assert skipped == "its preview did not come up in time: installing dependencies"


async def test_one_that_failed_is_tried_once_more_and_says_why_it_cannot(tmp_path):
    root = site(tmp_path / "site")
    wrong = (BuildError("no", "astro.config.mjs"), BuildError("nor that"))
    async with previews(tmp_path / "cache") as kept:
        fail(kept, *wrong)
        await opened(kept, root, PreviewState.FAILED)
        assert await kept.ask(CHECK) == Checked(errors=wrong)
        assert kept.supervisor.names(Start).count(ASTRO) == 2
        kept.supervisor.outcome.clear()
        async with runner(cache_of(kept), saying({"pages": ["/"]})):
            assert await kept.ask(CHECK) == GOOD  # it is mended


async def test_one_that_waits_to_be_tried_again_is_tried_at_once(tmp_path):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache") as kept:
        await opened(kept, root)
        fail(kept, BuildError("no"))
        kept.supervisor.show(ASTRO, State.BACKOFF)
        await kept.until(PreviewState.STARTING)
        assert (await kept.ask(CHECK)).errors == (BuildError("no"),)
        assert kept.supervisor.names(RestartService) == [ASTRO]


async def test_dependencies_that_cannot_be_installed_are_what_is_wrong(tmp_path):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache") as kept:
        kept.supervisor.outcome["install@"] = State.FATAL
        await opened(kept, root, PreviewState.FAILED)
        checked = await kept.ask(CHECK)
        assert "install" in checked.skipped  # that is no fault of a page
        assert checked.errors == ()
        by_them = CheckPreview(KEY, ("web/package.json", "src/pages/index.astro"))
        (error,) = (await kept.ask(by_them)).errors
        assert error.message == checked.skipped


async def test_a_server_that_ends_under_the_question_twice_is_what_is_wrong(tmp_path):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache") as kept, runner(cache_of(kept), saying(b"")):
        await opened(kept, root)
        (error,) = (await kept.ask(CHECK)).errors
        assert "no page can be opened: its dev server ended" in error.message


async def test_nothing_that_was_opened_in_time_is_said(tmp_path):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache") as kept, runner(cache_of(kept), saying({})):
        await opened(kept, root)
        assert "in time" in (await kept.ask(CHECK)).skipped


async def test_two_checks_of_a_thread_wait_for_each_other_and_nobody_else_for_them(tmp_path):
    root = site(tmp_path / "site")
    working, most, go_on = 0, 0, trio.Event()

    async def answer(stream: trio.SocketStream, _: dict) -> None:
        nonlocal working, most
        working += 1
        most = max(most, working)
        await go_on.wait()
        working -= 1
        await stream.send_all(b'{"pages": ["/"]}')

    async with previews(tmp_path / "cache") as kept, runner(cache_of(kept), answer):
        await opened(kept, root)
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(kept.ask, CHECK)
            await trio.testing.wait_all_tasks_blocked()
            with trio.fail_after(5):
                await kept.ask(StartPreview(KEY, root))
            go_on.set()
        assert (working, most) == (0, 1)


async def test_a_check_that_is_withdrawn_lets_the_next_one_go_on(tmp_path):
    root = site(tmp_path / "site")
    asked, hung_up = trio.Event(), trio.Event()

    async def wait(stream: trio.SocketStream, _: dict) -> None:
        if not hung_up.is_set():
            asked.set()
            await stream.receive_some()
            hung_up.set()
        else:
            await stream.send_all(b'{"pages": ["/"]}')

    async with previews(tmp_path / "cache") as kept, runner(cache_of(kept), wait):
        await opened(kept, root)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(kept.ask, CHECK)
            await asked.wait()
            nursery.cancel_scope.cancel()
        with trio.fail_after(5):
            await hung_up.wait()
        assert await kept.ask(CHECK) == GOOD


async def test_one_that_is_closed_meanwhile_has_no_preview(tmp_path):
    root = site(tmp_path / "site")
    async with previews(tmp_path / "cache") as kept:
        await kept.ask(StartPreview(KEY, root))
        found: list[Checked] = []

        async def check() -> None:
            found.append(await kept.ask(CHECK))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(check)
            await trio.testing.wait_all_tasks_blocked()
            await kept.ask(StopPreview(KEY))
        assert found == [Checked(skipped="it has no preview")]


@pytest.mark.parametrize("seconds", [1, -3])
def test_a_check_has_time_for_an_answer(seconds):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"check_timeout": seconds}, Options)
