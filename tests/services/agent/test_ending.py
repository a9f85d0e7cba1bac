"""What a turn says of its end is so, whatever the backend and the preview do meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing

from services.agent import Options, lanes
from services.agent.backend import BackendError, Host, Turn
from services.agent.book import Book
from services.agent.turns import KEPT
from services.messages import (
    BuildError,
    Checked,
    CheckPreview,
    DropChanges,
    FileChanged,
    FindDropped,
    Leftover,
    Mode,
    ReadGit,
    ReadLog,
    Reason,
    RefreshPreview,
    RestoreCommit,
    SaveChanges,
    SettleTurn,
    TurnState,
    UndoTurn,
)
from supervisor.desk import Gone, Refused, Request
from tests.services.agent.keeper import Keeper
from tests.services.agent.serving import KEY, Bench, Endless, quiet
from tests.services.agent.test_under_way import failing_after, of_turn

BROKEN = BuildError("no such component", "src/pages/index.astro", 3)
BAD = Checked(("/",), (BROKEN,))


async def edit(bench: Bench, host: Host) -> None:
    bench.files()["a.md"] = "x"
    await host.emit(FileChanged("a.md", "modified"))


def brings_back(request: Request[Any]) -> bool:
    return isinstance(request, RestoreCommit)


class Slow:
    """The look at the preview that comes after so many others takes for ever."""

    def __init__(self, bench: Bench, after: int) -> None:
        self._answer = bench.keeper.answer
        self._left = after
        self.reached = trio.Event()
        bench.keeper.answer = self.answer  # type: ignore[method-assign]

    async def answer(self, request: Request[object]) -> object:
        if isinstance(request, CheckPreview):
            self._left -= 1
            if self._left < 0:
                self.reached.set()
                await trio.sleep_forever()
        return await self._answer(request)


@pytest.mark.parametrize("mode", list(Mode))
async def test_who_changed_nothing_and_was_cancelled_is_not_said_to_have_left_something(
    bench: Bench, mode: Mode
) -> None:
    long = Endless()
    async with bench.life(long):
        turn = await bench.start(mode=mode)
        await long.begun.wait()
        info = await bench.cancel(turn)
    assert (info.state, info.leftover, info.error) == (
        TurnState.CANCELLED,
        None,
        "it was cancelled",
    )


async def test_who_changed_something_and_failed_is_told_what_to_do_with_it(bench: Bench) -> None:
    async def script(_turn: Turn, host: Host) -> None:
        await edit(bench, host)
        raise BackendError("no model")

    async with bench.life(script):
        info = await bench.execute()
    assert (info.leftover, info.error) == (Leftover.OFFERED, f"no model; {KEPT}")


async def test_what_could_not_be_saved_is_offered_all_the_same(bench: Bench) -> None:
    async def script(_turn: Turn, host: Host) -> None:
        await edit(bench, host)
        raise BackendError("no model")

    bench.keeper.refusing = {SaveChanges: "No space left on device"}
    async with bench.life(script):
        info = await bench.execute()
        assert (info.leftover, info.saved) == (Leftover.OFFERED, None)
        kept = await bench.ask(SettleTurn(KEY, info.turn, keep=True))
    assert (kept.leftover, kept.files) == (Leftover.KEPT, ("a.md",))


async def test_who_committed_offers_nothing_of_what_a_person_writes_meanwhile(
    bench: Bench,
) -> None:
    answer = bench.keeper.answer

    async def busy(request: Request[Any]) -> object:
        done = await answer(request)
        if of_turn(request):
            bench.files()["mine.md"] = "by hand"
        return done

    bench.keeper.answer = busy  # type: ignore[method-assign]
    async with bench.life(lambda _turn, host: edit(bench, host), Options(verify=False)):
        info = await bench.execute()
    assert (info.state, info.leftover, info.error) == (TurnState.COMMITTED, None, None)


async def test_a_backend_that_breaks_when_its_time_is_over_took_too_long(
    bench: Bench, mock_clock: trio.testing.MockClock
) -> None:
    async def script(_turn: Turn, _host: Host) -> None:
        mock_clock.jump(Options().turn_timeout)
        try:
            await trio.sleep_forever()
        finally:
            raise BackendError("the model hung up")

    async with bench.life(script):
        info = await bench.execute()
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.TIMEOUT)


@pytest.mark.parametrize("text", ["", "the model hung up"])
async def test_a_backend_that_breaks_when_it_is_cancelled_was_cancelled(
    bench: Bench, text: str
) -> None:
    begun = trio.Event()

    async def script(_turn: Turn, host: Host) -> None:
        await edit(bench, host)
        begun.set()
        try:
            await trio.sleep_forever()
        finally:
            if text:
                raise BackendError(text)

    async with bench.life(script):
        turn = await bench.start()
        await begun.wait()
        info = await bench.cancel(turn)
    assert (info.state, info.reason, info.leftover) == (
        TurnState.CANCELLED,
        None,
        Leftover.OFFERED,
    )


async def test_a_backend_that_is_done_when_it_is_cancelled_was_cancelled(bench: Bench) -> None:
    begun = trio.Event()

    async def script(_turn: Turn, host: Host) -> None:
        await edit(bench, host)
        begun.set()
        with trio.CancelScope(shield=True):
            await trio.testing.wait_all_tasks_blocked(0.05)

    async with bench.life(script, Options(verify=False)):
        turn = await bench.start()
        await begun.wait()
        info = await bench.cancel(turn)
    assert (info.state, info.leftover) == (TurnState.CANCELLED, Leftover.OFFERED)
    assert bench.keeper[KEY].messages == []


async def test_cancelled_while_it_is_seen_whose_mistake_it_is_a_turn_ends_at_once(
    bench: Bench,
) -> None:
    slow = Slow(bench, after=1)
    bench.keeper.pages = [BAD]
    with trio.fail_after(60):
        async with bench.life(lambda _turn, host: edit(bench, host), Options(repairs=0)):
            turn = await bench.start()
            await slow.reached.wait()
            info = await bench.cancel(turn)
    assert (info.state, info.reason, info.leftover) == (
        TurnState.FAILED,
        Reason.BROKEN,
        Leftover.DROPPED,
    )


async def test_cancelled_while_it_is_seen_what_it_broke_as_it_failed_a_turn_ends_at_once(
    bench: Bench,
) -> None:
    slow = Slow(bench, after=0)

    async def script(_turn: Turn, host: Host) -> None:
        await edit(bench, host)
        raise BackendError("no model")

    with trio.fail_after(60):
        async with bench.life(script):
            turn = await bench.start()
            await slow.reached.wait()
            info = await bench.cancel(turn)
    assert (info.state, info.reason, info.leftover) == (
        TurnState.FAILED,
        Reason.BACKEND,
        Leftover.OFFERED,
    )


async def test_the_agent_stops_while_it_is_seen_whose_mistake_it_is(bench: Bench) -> None:
    slow = Slow(bench, after=1)
    bench.keeper.pages = [BAD]
    with trio.fail_after(60):
        async with bench.life(lambda _turn, host: edit(bench, host), Options(repairs=0)):
            turn = await bench.start()
            await slow.reached.wait()
    assert bench.kinds()[-1] == "turn.finished"
    async with bench.life(quiet):
        assert (await bench.found(turn)).leftover is Leftover.DROPPED


async def test_what_git_does_not_bring_back_stays_taken_back_and_is_named(bench: Bench) -> None:
    bench.keeper.pages = [BAD, BAD]
    bench.keeper.refusing = {RestoreCommit: "the index is locked"}
    async with bench.life(lambda _turn, host: edit(bench, host), Options(repairs=0)):
        info = await bench.execute()
    assert (info.reason, info.leftover, info.saved) == (
        Reason.BROKEN,
        Leftover.DROPPED,
        "d" * 40,
    )


@pytest.mark.parametrize("more", [{}, {ReadGit: "No space left on device"}])
async def test_what_git_does_not_take_back_is_offered_and_the_mistake_named(
    bench: Bench, more: dict[type[Request[Any]], str]
) -> None:
    bench.keeper.pages = [BAD]
    bench.keeper.refusing = {DropChanges: "ignored files are in the way", **more}
    async with bench.life(lambda _turn, host: edit(bench, host), Options(repairs=0)):
        info = await bench.execute()
    assert (info.reason, info.leftover) == (Reason.BROKEN, Leftover.OFFERED)
    assert "no such component" in str(info.error)
    assert "ignored files are in the way" in str(info.error)
    assert KEPT in str(info.error)


@pytest.mark.parametrize(("failure", "done"), [(Refused, True), (Gone, True), (Gone, False)])
async def test_work_is_brought_back_and_told_of_whatever_became_of_the_first_attempt(
    bench: Bench, failure: type[Refused], done: bool
) -> None:
    bench.keeper.pages = [BAD, BAD]
    failing_after(bench, brings_back, failure=failure, done=done)
    async with bench.life(lambda _turn, host: edit(bench, host), Options(repairs=0)):
        info = await bench.execute("Say x")
        assert (info.state, info.leftover, info.files) == (TurnState.COMMITTED, None, ("a.md",))
        await bench.ask(UndoTurn(KEY, info.turn))
    assert bench.keeper[KEY].messages == ["Say x", "Undo: Say x"]
    assert bench.kinds().count("commit") == 1


async def test_work_of_which_nobody_can_see_whether_it_was_brought_back_is_looked_for_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "AGAIN", 0.01)
    bench.keeper.pages = [BAD, BAD]
    disk = failing_after(bench, brings_back, ReadLog)
    async with bench.life(lambda _turn, host: edit(bench, host), Options(repairs=0)):
        info = await bench.execute("Say x")
        assert (info.state, info.leftover) == (TurnState.FAILED, None)
        assert "turn.finished" not in bench.kinds()
        disk.clear()
        await bench.until_journalled("turn.finished")
        assert (await bench.found(info.turn)).commit == bench.keeper[KEY].head.hash


async def test_what_was_taken_back_is_so_though_nobody_can_say_where_it_is_kept(
    bench: Bench,
) -> None:
    bench.keeper.pages = [BAD]
    bench.keeper.refusing = {FindDropped: "No space left on device"}
    failing_after(bench, lambda request: isinstance(request, DropChanges))
    async with bench.life(lambda _turn, host: edit(bench, host), Options(repairs=0)):
        info = await bench.execute()
    assert (info.reason, info.leftover, info.saved) == (Reason.BROKEN, Leftover.DROPPED, None)


@pytest.mark.parametrize("mode", list(Mode))
async def test_what_was_taken_back_before_the_disk_was_full_is_not_said_to_be_there_still(
    bench: Bench, mode: Mode
) -> None:
    bench.keeper.pages = [BAD]
    failing_after(bench, lambda request: isinstance(request, DropChanges))
    async with bench.life(lambda _turn, host: edit(bench, host), Options(repairs=0)):
        info = await bench.execute(mode=mode)
    assert (info.state, info.leftover) == (TurnState.FAILED, Leftover.DROPPED)
    assert info.saved == "d" * 40
    assert str(info.error).endswith("; the files are as they were before")
    assert any(isinstance(asked, RefreshPreview) for asked in bench.keeper.asked)


async def test_what_was_broken_and_could_not_be_seen_again_does_not_count_as_mended(
    bench: Bench,
) -> None:
    bench.keeper.pages = [BAD, Checked(skipped="it does not come up")]
    async with bench.life(lambda _turn, host: edit(bench, host), Options(repairs=2)):
        info = await bench.execute()
    assert (info.state, info.reason, info.repairs) == (TurnState.FAILED, Reason.BROKEN, 1)
    assert info.broken == (BROKEN,)
    assert bench.keeper[KEY].messages == []


@pytest.mark.parametrize("done", [True, False])
async def test_a_commit_of_which_nothing_is_known_is_found_or_made(
    bench: Bench, done: bool
) -> None:
    failing_after(bench, of_turn, failure=Gone, done=done)
    async with bench.life(lambda _turn, host: edit(bench, host), Options(verify=False)):
        info = await bench.execute("Say x")
    assert (info.state, info.files) == (TurnState.COMMITTED, ("a.md",))
    assert info.commit == bench.keeper[KEY].head.hash
    assert bench.keeper[KEY].messages == ["Say x"]


@pytest.mark.parametrize(("failure", "times"), [(Refused, 1), (Gone, 2)])
async def test_a_commit_is_asked_for_once_more_where_nobody_answered_and_never_again(
    bench: Bench, failure: type[Refused], times: int
) -> None:
    answer, asked = bench.keeper.answer, list[Request[Any]]()

    async def never(request: Request[Any]) -> object:
        if of_turn(request):
            asked.append(request)
            raise failure("cannot commit")
        return await answer(request)

    bench.keeper.answer = never  # type: ignore[method-assign]
    async with bench.life(lambda _turn, host: edit(bench, host), Options(verify=False)):
        info = await bench.execute("Say x")
    assert (info.state, len(asked)) == (TurnState.FAILED, times)


async def test_a_commit_that_was_made_when_it_was_asked_for_again_is_the_turns(
    bench: Bench,
) -> None:
    failing_after(bench, of_turn)
    failing_after(bench, of_turn, failure=Gone, done=False)
    async with bench.life(lambda _turn, host: edit(bench, host), Options(verify=False)):
        info = await bench.execute("Say x")
    assert (info.state, info.commit) == (TurnState.COMMITTED, bench.keeper[KEY].head.hash)


async def test_of_a_commit_that_nobody_is_there_to_tell_of_the_next_life_finds_out(
    bench: Bench,
) -> None:
    failing_after(bench, of_turn, ReadLog, failure=Gone)
    async with bench.life(lambda _turn, host: edit(bench, host), Options(verify=False)):
        info = await bench.execute("Say x")
    assert "turn.finished" not in bench.kinds()
    bench.keeper.answer = Keeper.answer.__get__(bench.keeper)
    async with bench.life(quiet):
        info = await bench.found(info.turn)
    assert (info.state, info.commit) == (TurnState.COMMITTED, bench.keeper[KEY].head.hash)


@pytest.mark.parametrize("kind", ["turn.verifying", "turn.checked", "turn.repairing"])
async def test_a_disk_that_fails_for_a_moment_as_pages_are_looked_at_is_not_said_to_be_the_backend(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    write, failed = Book.write, list[str]()

    async def full_once(book: Book, what: str, **facts: object) -> None:
        if what == kind and not failed:
            failed.append(what)
            raise OSError(28, "No space left on device")
        await write(book, what, **facts)

    monkeypatch.setattr(Book, "write", full_once)
    bench.keeper.pages = [BAD, BAD]
    async with bench.life(lambda _turn, host: edit(bench, host)):
        info = await bench.execute()
    assert failed == [kind]
    assert (info.reason, info.leftover) == (Reason.WORKSPACE, Leftover.DROPPED)
    assert str(info.error).startswith("cannot keep the history of acme/bob/t1: ")
    assert "No space left on device" in str(info.error)
