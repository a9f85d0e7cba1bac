"""What is read of a thread: its turns page by page, and its events."""

from __future__ import annotations

import json

import msgspec
import pytest
import trio
import trio.testing

from services.agent.backend import Host, Turn
from services.agent.journal import Journal
from services.messages import EventPage, FindTurn, ListTurns, ReadEvents, TextDelta, TurnInfo
from supervisor.desk import NotFound
from tests.services.agent.serving import KEY, Bench, quiet


async def test_turns_are_listed_newest_first_page_by_page(bench: Bench) -> None:
    async with bench.life(quiet):
        made = [(await bench.execute(name)).turn for name in ("a", "b", "c", "d", "e")]
        first: tuple[TurnInfo, ...] = await bench.ask(ListTurns(KEY, 2))
        rest = await bench.ask(ListTurns(KEY, 10, first[-1].turn))
    assert [info.turn for info in (*first, *rest)] == made[::-1]


async def test_turns_from_before_the_journal_are_found_and_listed(bench: Bench) -> None:
    old = {"history": [{"instruction": "Old wish", "timestamp": "2025-08-08T10:00:00.000Z"}]}
    path = bench.keeper.history(KEY).with_suffix(".json")
    path.parent.mkdir()
    path.write_text(json.dumps(old))
    async with bench.life(quiet):
        made = await bench.execute()
        first, last = await bench.ask(ListTurns(KEY))
        assert (first.turn, last.instruction) == (made.turn, "Old wish")
        assert await bench.found(last.turn) == last


async def test_events_are_read_from_where_a_reader_was_and_waited_for(bench: Bench) -> None:
    said, go_on = trio.Event(), trio.Event()

    async def script(_turn: Turn, host: Host) -> None:
        await host.emit(TextDelta("one"))
        said.set()  # readers have it once it is told, a moment after it is in the file
        await go_on.wait()
        await host.emit(TextDelta("two"))

    async with bench.life(script):
        turn = await bench.start()
        await said.wait()
        page: EventPage = await bench.ask(ReadEvents(KEY))
        assert [event.type for event in page.events] == [
            "turn.queued",
            "turn.started",
            "text.delta",
        ]
        nothing: EventPage = await bench.ask(ReadEvents(KEY, page.last))
        assert nothing.events == ()
        go_on.set()
        more: EventPage = await bench.ask(ReadEvents(KEY, page.last, wait=10.0))
        assert more.events[0].id == page.last + 1
        await bench.ended(turn)
        whole: EventPage = await bench.ask(ReadEvents(KEY))
    assert [msgspec.json.decode(event.data) for event in whole.events] == bench.journal()
    assert [event.id for event in whole.events] == list(range(1, whole.last + 1))


async def test_of_a_journal_in_anothers_place_nothing_is_told_that_the_other_one_said(
    bench: Bench,
) -> None:
    async with bench.life(quiet):
        await bench.execute()
        path = bench.keeper.history(KEY)
        path.rename(bench.keeper.place / "retired")
        other = Journal(path)
        other.append("text.delta", {"turn": "a", "text": "other"}, 1)
        other.close()
        page: EventPage = await bench.ask(ReadEvents(KEY))
    assert [msgspec.json.decode(event.data) for event in page.events] == bench.journal()


async def test_whoever_waits_for_events_waits_no_longer_than_wanted(
    bench: Bench, autojump_clock: trio.testing.MockClock
) -> None:
    async with bench.life(quiet):
        began = trio.current_time()
        page: EventPage = await bench.ask(ReadEvents(KEY, wait=15.0))
        assert trio.current_time() - began == pytest.approx(15)
    assert page == EventPage((), 0)


async def test_a_turn_that_there_is_not_is_not_found(bench: Bench) -> None:
    async with bench.life(quiet):
        with pytest.raises(NotFound, match="nope"):
            await bench.ask(FindTurn(KEY, "nope"))
        with pytest.raises(NotFound, match="nope"):
            await bench.cancel("nope")
        with pytest.raises(NotFound, match="nope"):
            await bench.ask(ListTurns(KEY, before="nope"))
