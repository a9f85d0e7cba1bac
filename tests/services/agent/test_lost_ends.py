"""What becomes of a turn whose journal cannot be written, or whose volume is away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import structlog
import trio
import trio.testing

from services.agent import journal, lanes
from services.agent.backend import Host, Turn
from services.agent.book import Book, is_busy
from services.messages import (
    FindWorkspace,
    Reason,
    TurnState,
    UndoTurn,
)
from supervisor.desk import Refused, Request
from tests.services.agent.serving import KEY, OTHER, Bench, Endless, quiet


async def test_a_journal_that_cannot_be_written_is_a_refusal_and_others_go_on(
    bench: Bench,
) -> None:
    bench.keeper.history(KEY).mkdir(parents=True)
    async with bench.life(quiet):
        with pytest.raises(Refused, match="cannot keep the history"):
            await bench.start()
        assert (await bench.execute(key=OTHER)).state is TurnState.COMMITTED


async def test_a_turn_whose_end_the_disk_does_not_take_ends_all_the_same_and_is_found_out_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int, _line: bytes) -> None:
        raise OSError(28, "No space left on device")

    async def script(_turn: Turn, _host: Host) -> None:
        monkeypatch.setattr(journal, "_write_whole", full)

    with structlog.testing.capture_logs() as logs:
        async with bench.life(script):
            info = await bench.execute()
            with pytest.raises(Refused, match="No space left"):
                await bench.start()
            monkeypatch.undo()
    assert info.state is TurnState.FAILED
    assert "No space left" in str(info.error)
    assert "turn not written down" in [entry["event"] for entry in logs]
    assert bench.kinds() == ["turn.queued", "turn.started"]
    assert is_busy(bench.keeper.history(KEY))  # so the next life looks at it, asked or not
    async with bench.life(quiet):
        assert bench.kinds()[-1] == "turn.finished"
        assert (await bench.found(info.turn)).state is TurnState.INTERRUPTED


async def test_a_thread_at_rest_holds_no_file(bench: Bench) -> None:
    seen: list[int] = []

    async def script(_turn: Turn, _host: Host) -> None:
        seen.append(bench.held)

    async with bench.life(script):
        await bench.execute()
        with trio.fail_after(60):
            while bench.held:
                await trio.testing.wait_all_tasks_blocked(0.01)
    assert seen == [1]


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Full as long as there is something in this list; what was not written is tried again soon."""
    full: list[str] = []
    write = journal.Journal.append, journal.Journal.note

    def guarded(put: Callable[..., Any]) -> Callable[..., Any]:
        def written(*given: Any) -> Any:
            if full:
                raise OSError(28, "No space left on device")
            return put(*given)

        return written

    monkeypatch.setattr(journal.Journal, "append", guarded(write[0]))
    monkeypatch.setattr(journal.Journal, "note", guarded(write[1]))
    monkeypatch.setattr(lanes, "AGAIN", 0.01)
    return full


async def test_what_could_not_be_written_down_is_once_the_disk_takes_it_again(
    bench: Bench, disk: list[str]
) -> None:
    async def script(turn: Turn, _host: Host) -> None:
        if turn.instruction == "one":
            disk.append("full")

    async with bench.life(script):
        info = await bench.execute("one")
        assert "No space left" in str(info.error)
        with pytest.raises(Refused, match="wait for its end"):
            await bench.ask(UndoTurn(KEY, info.turn))
        disk.clear()
        assert (await bench.execute("two")).state is TurnState.COMMITTED
        info = await bench.found(info.turn)
        assert (info.state, info.reason) == (TurnState.FAILED, Reason.WORKSPACE)
    assert bench.kinds().count("turn.finished") == 2


def filling(disk: list[str]) -> Callable[[Turn, Host], Awaitable[None]]:
    """A turn in which the disk becomes full."""

    async def script(_turn: Turn, _host: Host) -> None:
        disk.append("full")

    return script


async def test_it_is_tried_again_though_nobody_asks_for_the_thread(
    bench: Bench, disk: list[str]
) -> None:
    async with bench.life(filling(disk)):
        await bench.execute()
        disk.clear()
        with trio.fail_after(60):
            await bench.until_journalled("turn.finished")


async def test_who_waits_for_the_disk_ends_as_soon_as_the_agent_stops(
    bench: Bench, disk: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "AGAIN", 60.0)

    with trio.fail_after(60):
        async with bench.life(filling(disk)):
            await bench.execute()


async def test_an_end_is_written_down_no_more_once_the_thread_was_deleted(
    bench: Bench, disk: list[str]
) -> None:
    async with bench.life(filling(disk)):
        await bench.execute()
        bench.keeper.history(KEY).unlink()
        bench.keeper.unknown = {KEY}
        disk.clear()
        with trio.fail_after(60):  # never, for one who tries again and again
            await trio.testing.wait_all_tasks_blocked(0.1)
    assert not bench.keeper.history(KEY).exists()


async def test_a_thread_that_was_made_anew_leaves_nobody_who_waits_for_the_disk(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int, _line: bytes) -> None:
        raise OSError(28, "No space left on device")

    async def script(turn: Turn, _host: Host) -> None:
        if turn.instruction == "one":
            monkeypatch.setattr(journal, "_write_whole", full)

    with trio.fail_after(60):
        async with bench.life(script):
            await bench.execute("one")
            while bench.held:  # it is let go of when it cannot be written to
                await trio.testing.wait_all_tasks_blocked(0.01)
            bench.keeper.history(KEY).unlink()
            monkeypatch.undo()
            second = await bench.execute("two")
    assert second.state is TurnState.COMMITTED
    assert [it["turn"] for it in bench.journal() if it["type"] == "turn.finished"] == [second.turn]


async def test_a_turn_that_was_told_to_have_ended_before_it_began_never_begins(
    bench: Bench, disk: list[str]
) -> None:
    long, carried_out = Endless(), list[str]()

    async def script(turn: Turn, host: Host) -> None:
        carried_out.append(turn.instruction)
        if turn.instruction == "one":
            await long(turn, host)

    async with bench.life(script):
        first = await bench.start("one")
        await long.begun.wait()
        second = await bench.start("two")
        disk.append("full")
        await bench.cancel(second)
        disk.clear()
        await bench.cancel(first)
        await bench.until_journalled("turn.finished")
        assert (await bench.execute("three")).state is TurnState.COMMITTED
        assert (await bench.found(second)).state is TurnState.CANCELLED
    assert carried_out == ["one", "three"]
    ends = [(it["turn"], it["state"]) for it in bench.journal() if it["type"] == "turn.finished"]
    assert ends[:2] == [(first, "cancelled"), (second, "cancelled")]


async def test_an_end_that_is_lost_while_another_one_is_made_up_for_is_made_up_for_too(
    bench: Bench, disk: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    long, write = Endless(), Book.write
    turns: list[str] = []

    async def full_again(book: Book, kind: str, **facts: Any) -> None:
        if kind == "turn.finished" and facts["turn"] == turns[2]:
            disk.append("full")
            await bench.cancel(turns[1])
            disk.clear()
        await write(book, kind, **facts)

    monkeypatch.setattr(Book, "write", full_again)
    async with bench.life(long):
        turns += [await bench.start(name) for name in ("one", "two", "three")]
        await long.begun.wait()
        disk.append("full")
        await bench.cancel(turns[2])
        disk.clear()
        await bench.cancel(turns[0])
        with trio.fail_after(60):
            while bench.kinds().count("turn.finished") < 3:
                await trio.testing.wait_all_tasks_blocked(0.01)
    assert [it["state"] for it in bench.journal() if it["type"] == "turn.finished"] == (
        ["cancelled"] * 3
    )


async def test_a_turn_whose_volume_was_away_when_it_was_to_begin_ends_once_that_is_back(
    bench: Bench,
) -> None:
    long, history = Endless(), bench.keeper.history(KEY)
    async with bench.life(long):
        await bench.start("one")
        await long.begun.wait()
        turn = await bench.start("two")
    answer, asked = bench.keeper.answer, [0]

    async def away(request: Request[Any]) -> object:
        asked[0] += isinstance(request, FindWorkspace)
        if asked[0] == 3:  # the first two are the opening and the look at what was left
            history.rename(history.with_name("away"))
            bench.keeper.unknown = {KEY}
            asked[0] += 1
        return await answer(request)

    bench.keeper.answer = away
    async with bench.life(quiet):
        assert (await bench.ended(turn)).state is TurnState.FAILED
        history.with_name("away").rename(history)
        bench.keeper.unknown = set()
        assert (await bench.found(turn)).state is TurnState.FAILED
        with trio.fail_after(60):
            while bench.kinds()[-1] != "turn.finished":
                await trio.testing.wait_all_tasks_blocked(0.01)
    assert bench.journal()[-1]["turn"] == turn
    assert "open it first" in bench.journal()[-1]["error"]


async def test_a_thread_whose_volume_comes_back_as_it_is_looked_for_is_not_opened_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, opening = [0], Book.open
    history = bench.keeper.history(KEY)
    answer = bench.keeper.answer

    async def counted(*about: Any) -> Book:
        opened[0] += 1
        return await opening(*about)

    async def back(request: Request[Any]) -> object:
        if isinstance(request, FindWorkspace) and not history.exists():
            history.with_name("away").rename(history)
        return await answer(request)

    monkeypatch.setattr(Book, "open", counted)
    async with bench.life(quiet):
        await bench.ended(await bench.start("one"))
        history.rename(history.with_name("away"))
        bench.keeper.answer = back
        await bench.ended(await bench.start("two"))
    assert opened == [1]
    assert [event["id"] for event in bench.journal()] == [*range(1, len(bench.journal()) + 1)]
