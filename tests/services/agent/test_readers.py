"""The events of all threads, as the desk answers."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
import trio
import trio.testing

from services.agent import feed
from services.agent.backend import Host, Turn
from services.agent.journal import Journal
from services.agent.readers import Readers
from services.messages import (
    Event,
    EventPage,
    ListHistories,
    ReadAllEvents,
    ReadEvents,
    Scope,
    TextDelta,
    ThreadEvent,
    ThreadEventPage,
)
from supervisor.desk import Invalid, Refused, Request
from tests.services.agent.serving import KEY, OTHER, Bench, quiet


async def read(bench: Bench, **more: object) -> ThreadEventPage:
    page: ThreadEventPage = await bench.ask(ReadAllEvents(**more))  # type: ignore[arg-type]
    return page


async def everything(bench: Bench, after: int = 0, limit: int = 3) -> list[ThreadEvent]:
    found: list[ThreadEvent] = []
    while (page := await read(bench, after=after, limit=limit)).events:
        found += page.events
        after = page.reached
    return found


def complete(bench: Bench, events: list[ThreadEvent]) -> None:
    """They are what the journals have, in order."""
    stamps = [it.stamp for it in events]
    assert stamps == sorted(set(stamps))
    for key in (KEY, OTHER):
        mine = [msgspec.json.decode(it.event.data) for it in events if it.key == key]
        assert mine == bench.journal(key)
        assert [round(it["time"] * 1_000_000) for it in mine] == [
            it.stamp for it in events if it.key == key
        ]


async def speak(_turn: Turn, host: Host) -> None:
    for text in ("one", "two", "three"):
        await host.emit(TextDelta(text))


async def test_all_events_are_read_from_any_of_them_on_in_this_life_and_the_next(
    bench: Bench,
) -> None:
    async with bench.life(speak):
        for key in (KEY, OTHER, KEY):
            await bench.execute(key=key)
        before = await everything(bench)
        complete(bench, before)
    async with bench.life(speak):
        assert await everything(bench) == before
        assert await everything(bench, before[4].stamp) == before[5:]
        await bench.execute(key=OTHER)
        after = await everything(bench, before[-1].stamp)
        complete(bench, before + after)


async def test_a_life_that_was_cut_off_leaves_no_stamp_to_be_given_again(bench: Bench) -> None:
    """Though the clock went back meanwhile."""
    ahead = int((time.time() + 3600) * 1_000_000)
    async with bench.life(quiet):
        await bench.execute()
        await bench.execute(key=OTHER)
    journal = Journal(bench.keeper.history(KEY))
    journal.append("text.delta", {}, ahead)
    journal.close()
    async with bench.life(quiet):
        head = await read(bench)
        assert head == ThreadEventPage((), ahead)
        await bench.execute(key=OTHER)
        events = await everything(bench, ahead)
        assert events[0].stamp > ahead
        complete(bench, await everything(bench))


async def test_stamps_go_on_in_a_thread_whose_journal_nobody_looked_at_for_long(
    bench: Bench,
) -> None:
    async with bench.life(quiet):
        await bench.execute()
    path = bench.keeper.history(KEY)
    journal = Journal(path)
    journal.append("text.delta", {}, int((time.time() + 3600) * 1_000_000))
    journal.close()
    os.utime(path, (0, 0))
    async with bench.life(quiet):
        await bench.execute()
    times = [it["time"] for it in bench.journal()]
    assert times == sorted(set(times))


async def test_without_a_stamp_or_with_a_later_one_it_is_the_end(bench: Bench) -> None:
    async with bench.life(quiet):
        await bench.execute()
        last = (await everything(bench))[-1].stamp
        for after in (None, 2**62):
            with trio.fail_after(60):  # nobody waits there
                page = await read(bench, after=after, wait=60.0)
            assert page == ThreadEventPage((), last)


async def test_whoever_waits_is_told_of_the_next_event_in_its_scope(bench: Bench) -> None:
    go_on = trio.Event()

    async def script(_turn: Turn, host: Host) -> None:
        await go_on.wait()
        await host.emit(TextDelta("now"))

    async with bench.life(script):
        turn = await bench.start()
        await bench.ask(ReadEvents(KEY, 1, 60.0))
        head = await read(bench)
        pages: dict[str, ThreadEventPage] = {}
        async with trio.open_nursery() as nursery:

            async def wait(name: str, scope: Scope, wait: float) -> None:
                pages[name] = await read(bench, scope=scope, after=head.reached, wait=wait)

            nursery.start_soon(wait, "mine", Scope.of(KEY), 60.0)
            nursery.start_soon(wait, "all", Scope(), 60.0)
            nursery.start_soon(wait, "other", Scope.of(OTHER), 0.2)
            await trio.testing.wait_all_tasks_blocked()
            go_on.set()
        assert pages["mine"] == pages["all"]
        assert pages["mine"].events[0].event.type == "text.delta"
        assert pages["other"].events == ()
        await bench.ended(turn)


async def test_who_waits_in_vain_is_told_how_far_there_is_nothing(
    bench: Bench, autojump_clock: trio.testing.MockClock
) -> None:
    async with bench.life(quiet):
        head = await read(bench)
        await bench.execute()
        began = trio.current_time()
        page = await read(bench, scope=Scope("nobody"), after=head.reached, wait=15.0)
        assert trio.current_time() - began == pytest.approx(15)
        assert page.events == ()
        assert page.reached == (await everything(bench))[-1].stamp


async def test_nobody_waits_longer_than_a_minute(
    bench: Bench, autojump_clock: trio.testing.MockClock
) -> None:
    async with bench.life(quiet):
        await bench.execute()
        head, last = await read(bench), len(bench.journal())
        for request in (ReadEvents(KEY, last, 1e9), ReadAllEvents(Scope(), head.reached, 1e9)):
            began = trio.current_time()
            assert (await bench.ask(request)).events == ()
            assert trio.current_time() - began == pytest.approx(60)


def show(latest: feed.Feed) -> int:
    """Have an event show; returns its stamp."""
    stamp = latest.begin(0)
    latest.end(stamp, KEY, Event(1, "x", b"{}"))
    return stamp


def reading(latest: feed.Feed, ask: Callable[..., Awaitable[object]] | None = None) -> Readers:
    """Who reads from memory, and after `ask` for the journals from the disk."""
    ctx, roster = SimpleNamespace(ask=ask), SimpleNamespace(stopping=False)
    return Readers(cast("Any", ctx), cast("Any", roster), latest)


async def test_what_shows_at_the_moment_that_somebody_gives_up_is_not_passed_over(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Which of the two comes first at that moment is chance."""
    latest = feed.Feed()
    latest.go_on_after(0)
    readers = reading(latest)
    stamps: list[int] = []

    async def write() -> None:
        await trio.sleep(9)
        stamps.append(show(latest))

    for _ in range(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(write)
            page = await readers.read_all(ReadAllEvents(after=latest.reached, wait=9.0))
        assert page.reached < stamps[-1] or page.events


async def test_what_shows_while_the_disk_is_read_is_told_at_once(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Its journal may not have been there when the journals were listed."""
    latest = feed.Feed()
    latest.go_on_after(0)

    async def ask(*_: object) -> tuple[()]:
        await trio.lowlevel.checkpoint()
        show(latest)
        return ()

    began = trio.current_time()
    page = await reading(latest, ask).read_all(ReadAllEvents(after=0, wait=9.0))
    assert [it.stamp for it in page.events] == [latest.reached]
    assert trio.current_time() == began


async def test_who_waits_in_vain_while_others_write_much_reads_no_file_afterwards(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, mock_clock: trio.testing.MockClock
) -> None:
    monkeypatch.setattr(feed, "EVENTS", 2)
    async with bench.life(speak):
        head = await read(bench)
        pages: list[ThreadEventPage] = []
        async with trio.open_nursery() as nursery:

            async def wait() -> None:
                pages.append(await read(bench, scope=Scope("nobody"), after=head.reached, wait=9.0))

            nursery.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked()
            await bench.execute()
            mock_clock.jump(9)
        bench.keeper.asked.clear()
        assert await read(bench, scope=Scope("nobody"), after=pages[0].reached) == pages[0]
        assert pages[0].events == ()
        assert bench.keeper.asked == []


async def test_a_stop_lets_go_of_who_waits(bench: Bench) -> None:
    answers: list[object] = []

    async def wait(request: Request[object]) -> None:
        answers.append(await bench.ask(request))

    async with trio.open_nursery() as nursery, bench.life(quiet):
        await bench.execute()
        head, last = await read(bench), len(bench.journal())
        nursery.start_soon(wait, ReadAllEvents(after=head.reached, wait=60.0))
        nursery.start_soon(wait, ReadEvents(KEY, last, wait=60.0))
        await trio.testing.wait_all_tasks_blocked(0.05)
        assert answers == []
    assert head in answers
    assert EventPage((), last) in answers


async def test_what_memory_has_lost_is_read_from_the_disk(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "EVENTS", 2)
    async with bench.life(speak):
        await bench.execute()
        await bench.execute(key=OTHER)
        events = await everything(bench)
        complete(bench, events)
        for event in events:
            assert (await read(bench, after=event.stamp - 1)).events[0] == event
        whole: EventPage = await bench.ask(ReadEvents(KEY))
        assert [msgspec.json.decode(it.data) for it in whole.events] == bench.journal()
        some = await read(bench, scope=Scope.of(KEY), after=0)
        assert [it.event for it in some.events] == list(whole.events)


async def test_a_reader_near_the_end_asks_nobody_and_reads_no_file(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = trio.Event()

    async def script(_turn: Turn, _host: Host) -> None:
        await go_on.wait()

    async with bench.life(script):
        head = await read(bench)
        turn = await bench.start()
        await bench.ask(ReadEvents(KEY, 1, 60.0))
        bench.keeper.asked.clear()
        monkeypatch.setattr(Journal, "read", None)
        page: EventPage = await bench.ask(ReadEvents(KEY, 1))
        assert [it.id for it in page.events] == [2]
        assert len((await read(bench, after=head.reached)).events) == 2
        assert bench.keeper.asked == []
        go_on.set()
        await bench.ended(turn)


async def test_without_who_knows_the_journals_far_reading_is_refused_and_near_is_not(
    bench: Bench,
) -> None:
    bench.keeper.refusing[ListHistories] = "the disk is away"
    async with bench.life(quiet):
        head = await read(bench)
        await bench.execute()
        with pytest.raises(Refused, match="the disk is away"):
            await read(bench, after=1)
        assert len((await read(bench, after=head.reached)).events) == 3


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 501}, {"after": -1}])
async def test_what_cannot_be_read_is_refused(bench: Bench, wrong: dict[str, int]) -> None:
    async with bench.life(quiet):
        with pytest.raises(Invalid, match="cannot read"):
            await read(bench, **{"after": 0, **wrong})
