"""What is under way in a thread is known to the next life, and to nobody of another thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import trio
import trio.testing

from services.agent import lanes
from services.agent.book import Book, is_busy
from services.messages import (
    CommitChanges,
    DropChanges,
    FindTurn,
    Leftover,
    ListTurns,
    ReadEvents,
    ReadLog,
    RestoreCommit,
    SettleTurn,
    TurnState,
    UndoTurn,
)
from supervisor.desk import NotFound, Refused, Request
from tests.services.agent.serving import KEY, Bench, Endless, quiet
from tests.services.agent.test_settling import PLAIN, Writer, cancelled


@pytest.fixture
def writer(bench: Bench) -> Writer:
    return Writer(bench)


class SlowRest:
    """Going to rest takes until `go_on`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on = trio.Event()
        self.go_on.set()
        be_idle = Book.be_idle

        async def slow(book: Book) -> None:
            await self.go_on.wait()
            await be_idle(book)

        monkeypatch.setattr(Book, "be_idle", slow)


async def test_a_turn_that_comes_while_an_undoing_goes_to_rest_is_marked(
    bench: Bench, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = SlowRest(monkeypatch)
    async with bench.life(writer, PLAIN):
        turn = (await bench.execute("a.md one")).turn
        rest.go_on = trio.Event()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bench.ask, UndoTurn(KEY, turn))
            await bench.until_journalled("turn.undone")
            nursery.start_soon(bench.start, "half b.md two")
            await trio.testing.wait_all_tasks_blocked(0.05)
            rest.go_on.set()
        await writer.begun.wait()
        assert is_busy(bench.keeper.history(KEY))


async def test_an_undoing_that_comes_while_a_turn_goes_to_rest_is_marked(
    bench: Bench, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = SlowRest(monkeypatch)
    answer = bench.keeper.answer
    seen: list[bool] = []

    async def look(request: object) -> object:
        if isinstance(request, RestoreCommit):
            rest.go_on.set()
            await trio.testing.wait_all_tasks_blocked(0.05)
            seen.append(is_busy(bench.keeper.history(KEY)))
        return await answer(request)  # type: ignore[arg-type]

    bench.keeper.answer = look  # type: ignore[method-assign]
    async with bench.life(writer, PLAIN):
        rest.go_on = trio.Event()
        turn = (await bench.execute("a.md one")).turn
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bench.ask, UndoTurn(KEY, turn))
            await trio.testing.wait_all_tasks_blocked(0.05)
            rest.go_on.set()
    assert seen == [True]


@pytest.mark.parametrize("undone", [True, False])
async def test_what_was_refused_once_is_not_done_by_the_next_life(
    bench: Bench, writer: Writer, undone: bool
) -> None:
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        bench.keeper.refusing = {DropChanges: "the index is locked"}
        with pytest.raises(Refused, match="locked"):
            await bench.ask(SettleTurn(KEY, turn, keep=False))
        assert not is_busy(bench.keeper.history(KEY))
        await bench.ask(SettleTurn(KEY, turn, keep=True))
        if undone:
            await bench.ask(UndoTurn(KEY, turn))
    long = Endless()
    async with bench.cut_off(long):
        await bench.start()
        await long.begun.wait()
    async with bench.life(quiet):
        info = await bench.found(turn)
        assert (info.undone, info.leftover) == (undone, Leftover.KEPT)
    assert bench.kinds().count("turn.settled") == 1


async def test_an_undoing_that_could_not_be_written_down_is_found_out_by_the_next_life(
    bench: Bench, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Book.write

    async def full(book: Book, kind: str, **facts: object) -> None:
        if kind == "turn.undone":
            raise OSError(28, "No space left on device")
        await write(book, kind, **facts)

    async with bench.life(writer, PLAIN):
        turn = (await bench.execute("a.md one")).turn
        with monkeypatch.context() as patched:
            patched.setattr(Book, "write", full)
            with pytest.raises(Refused, match="No space left"):
                await bench.ask(UndoTurn(KEY, turn))
    async with bench.life(quiet):
        assert (await bench.found(turn)).undone


async def test_an_undoing_that_could_not_be_written_down_is_once_the_disk_takes_it_again(
    bench: Bench, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Book.write

    async def full(book: Book, kind: str, **facts: object) -> None:
        if kind == "turn.undone":
            raise OSError(28, "No space left on device")
        await write(book, kind, **facts)

    monkeypatch.setattr(lanes, "AGAIN", 0.01)
    async with bench.life(writer, PLAIN):
        turn = (await bench.execute("a.md one")).turn
        with monkeypatch.context() as patched:
            patched.setattr(Book, "write", full)
            with pytest.raises(Refused, match="No space left"):
                await bench.ask(UndoTurn(KEY, turn))
        await bench.until_journalled("turn.undone")
        assert (await bench.found(turn)).undone


def failing_after(
    bench: Bench,
    what: Callable[[Request[Any]], bool],
    more: type[Request[Any]] | None = None,
    *,
    failure: type[Refused] = Refused,
    done: bool = True,
) -> list[str]:
    """Have the workspaces do one thing, or not, and say that they could not.

    As long as there is something in the list that is returned, they refuse `more`.
    """
    answer, disk = bench.keeper.answer, list[str]()
    refusal = failure("cannot use the workspace: No space left on device")
    failed = list[Request[Any]]()

    async def full(request: Request[Any]) -> object:
        if disk and more is not None and isinstance(request, more):
            raise refusal
        fails = what(request) and not failed
        result = await answer(request) if done or not fails else None
        if fails:
            failed.append(request)
            disk.append("full")
            raise refusal
        return result

    bench.keeper.answer = full
    return disk


def of_turn(request: Request[Any]) -> bool:
    return isinstance(request, CommitChanges) and request.turn is not None


async def test_an_undoing_that_was_done_before_the_disk_was_full_counts(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        turn = (await bench.execute("a.md one")).turn
        failing_after(bench, lambda request: isinstance(request, RestoreCommit))
        with pytest.raises(Refused, match="No space left"):
            await bench.ask(UndoTurn(KEY, turn))
        assert (await bench.found(turn)).undone
    assert "turn.given_up" not in bench.kinds()


async def test_a_commit_that_was_made_before_the_disk_was_full_is_the_turns(
    bench: Bench, writer: Writer
) -> None:
    async with bench.life(writer, PLAIN):
        failing_after(bench, of_turn)
        info = await bench.execute("a.md one")
    assert (info.state, info.commit) == (TurnState.COMMITTED, bench.keeper[KEY].head.hash)


async def test_a_commit_of_which_nobody_can_see_whether_it_was_made_is_looked_for_again(
    bench: Bench, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "AGAIN", 0.01)
    async with bench.life(writer, PLAIN):
        disk = failing_after(bench, of_turn, ReadLog)
        info = await bench.execute("a.md one")
        assert (info.state, info.commit) == (TurnState.FAILED, None)
        disk.clear()
        await bench.execute("b.md two")
        assert (await bench.found(info.turn)).state is TurnState.COMMITTED
    assert bench.kinds().count("commit") == 2


async def test_what_was_kept_for_the_next_turn_before_the_disk_was_full_is_the_turns(
    bench: Bench, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "AGAIN", 0.01)
    async with bench.life(writer, PLAIN):
        turn = await cancelled(bench, writer)
        failing_after(bench, of_turn)
        assert (await bench.execute("b.md two")).state is TurnState.FAILED
        assert (await bench.execute("b.md three")).state is TurnState.COMMITTED
        assert (await bench.found(turn)).leftover is Leftover.KEPT
        assert (await bench.found(turn)).commit == bench.keeper[KEY].commits[1].hash


async def test_of_a_thread_that_was_deleted_nothing_is_told(bench: Bench) -> None:
    async with bench.life(quiet):
        turn = (await bench.execute("one")).turn
        bench.keeper.history(KEY).rename(bench.keeper.place / "retired")
        bench.keeper.unknown = {KEY}
        for request in (FindTurn(KEY, turn), ListTurns(KEY), ReadEvents(KEY)):
            with pytest.raises(NotFound, match="open it first"):
                await bench.ask(request)
        bench.keeper.unknown = set()
        assert await bench.ask(ListTurns(KEY)) == ()
        assert (await bench.ask(ReadEvents(KEY))).last == 0


async def test_a_turn_that_waited_while_its_thread_was_deleted_makes_no_journal(
    bench: Bench, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = bench.keeper.answer
    go_on = trio.Event()
    asked = trio.Event()
    waits = trio.Event()
    is_current = Book.is_current

    async def seen(book: Book) -> bool:
        current = await is_current(book)
        if asked.is_set():
            waits.set()
        return current

    async def slow(request: object) -> object:
        if isinstance(request, RestoreCommit):
            asked.set()
            await go_on.wait()
        return await answer(request)  # type: ignore[arg-type]

    async def refused() -> None:
        with pytest.raises(NotFound, match="deleted"):
            await bench.start("b.md two")

    bench.keeper.answer = slow  # type: ignore[method-assign]
    monkeypatch.setattr(Book, "is_current", seen)
    async with bench.life(writer, PLAIN):
        turn = (await bench.execute("a.md one")).turn
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bench.ask, UndoTurn(KEY, turn))
            await asked.wait()
            nursery.start_soon(refused)
            await waits.wait()
            await trio.testing.wait_all_tasks_blocked(0.05)
            bench.keeper.history(KEY).rename(bench.keeper.place / "retired")
            go_on.set()
    assert not bench.keeper.history(KEY).exists()


async def test_a_turn_that_runs_is_reached_whatever_became_of_its_journal(bench: Bench) -> None:
    long = Endless()
    async with bench.life(long):
        turn = await bench.start("one")
        await long.begun.wait()
        bench.keeper.history(KEY).rename(bench.keeper.place / "retired")
        assert (await bench.cancel(turn)).state.ended
        assert not any(
            isinstance(asked, CommitChanges) and asked.turn for asked in bench.keeper.asked
        )
