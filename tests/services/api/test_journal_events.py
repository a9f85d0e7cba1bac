"""A journal as server-sent events, without a server."""

import pytest
import trio

from services.api.errors import Problem
from services.api.journal_events import GOODBYE, PIECE, RETRY, follow, pieces, resumed
from services.api.sse import HEARTBEAT, NOTHING_NEW
from services.messages import Event, EventPage
from supervisor.desk import Gone


def event(number, text="x"):
    return Event(number, "text.delta", b'{"id":%d,"text":"%s"}' % (number, text.encode()))


def said(number, text="x"):
    return b'id: %d\nevent: text.delta\ndata: {"id":%d,"text":"%s"}\n\n' % (
        number,
        number,
        text.encode(),
    )


class Journal:
    """Events that come in time; `limit` of them are read at once."""

    def __init__(self, *events, limit=2):
        self.events = list(events)
        self.limit = limit
        self.reads = []
        self.changed = trio.Event()
        self.broken = False

    def append(self, *events):
        self.events += events
        self.changed.set()
        self.changed = trio.Event()

    async def read(self, after, wait):
        self.reads.append((after, wait))
        with trio.move_on_after(wait):
            while not self.broken and not self._page(after).events:
                await self.changed.wait()
        if self.broken:
            raise Gone("the agent ended")
        return self._page(after)

    def _page(self, after):
        found = [event for event in self.events if event.id > after][: self.limit]
        return EventPage(tuple(found), self.events[-1].id if self.events else 0)


async def begin(journal, after=0):
    """What comes after an event, as a generator, and the stop that ends it."""
    stopping = trio.Event()
    first = journal._page(after)
    return follow(journal.read, first, after, stopping), stopping


async def test_it_begins_after_an_event_and_goes_on_with_each_new_one(autojump_clock):
    journal = Journal(*(event(number) for number in range(1, 7)))
    stream, _ = await begin(journal, after=1)
    assert await anext(stream) == RETRY
    assert await anext(stream) == said(2) + said(3)
    assert await anext(stream) == said(4) + said(5)
    assert await anext(stream) == said(6)
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def later():
            await trio.sleep(5)
            journal.append(event(7))

        began = trio.current_time()
        assert await anext(stream) == said(7)
        assert trio.current_time() - began == 5
    await stream.aclose()


async def test_nothing_is_read_before_what_came_before_is_taken(autojump_clock):
    journal = Journal(*(event(number) for number in range(1, 100)))
    stream, _ = await begin(journal)
    await anext(stream)
    await anext(stream)
    await trio.sleep(100)
    assert journal.reads == []
    await anext(stream)
    assert journal.reads == [(2, HEARTBEAT)]
    await stream.aclose()


async def test_silence_is_broken_by_a_comment(autojump_clock):
    stream, _ = await begin(Journal(event(1)), after=1)
    assert await anext(stream) == RETRY
    for _ in range(3):
        began = trio.current_time()
        assert await anext(stream) == NOTHING_NEW
        assert trio.current_time() - began == HEARTBEAT
    await stream.aclose()


async def test_a_stop_ends_it_at_once_with_a_time_to_come_back(autojump_clock):
    stream, stopping = await begin(Journal())
    assert await anext(stream) == RETRY
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def stop():
            await trio.sleep(1)
            stopping.set()

        assert [piece async for piece in stream] == [GOODBYE]
    assert trio.current_time() == pytest.approx(1)


async def test_an_agent_that_ends_ends_it_in_the_same_way(autojump_clock):
    journal = Journal(event(1))
    stream, _ = await begin(journal)
    await anext(stream)
    await anext(stream)
    journal.broken = True
    assert [piece async for piece in stream] == [GOODBYE]


async def test_an_agent_that_does_not_wait_any_more_ends_it_too(autojump_clock):
    journal = Journal(event(1))
    stream, _ = await begin(journal, after=1)

    async def read(after, wait):
        return EventPage((), 1)

    journal.read = read
    stream, _ = await begin(journal, after=1)
    assert [piece async for piece in stream] == [RETRY, GOODBYE]


async def test_from_an_event_of_another_journal_it_begins_anew(autojump_clock):
    journal = Journal(event(1), event(2), event(3))
    stream, _ = await begin(journal, after=900)
    assert await anext(stream) == RETRY
    assert await anext(stream) == said(1) + said(2)
    assert await anext(stream) == said(3)
    await stream.aclose()


async def test_it_begins_anew_when_another_journal_takes_the_place_of_its_own(autojump_clock):
    journal = Journal(event(1), event(2), event(3), limit=9)
    stream, _ = await begin(journal)
    assert await anext(stream) == RETRY
    assert await anext(stream) == said(1) + said(2) + said(3)
    journal.events = [event(1, "new"), event(2, "new")]
    assert await anext(stream) == said(1, "new") + said(2, "new")
    assert trio.current_time() <= HEARTBEAT
    journal.append(event(3, "new"))
    assert await anext(stream) == said(3, "new")
    await stream.aclose()


async def test_a_journal_that_is_empty_has_no_end_yet(autojump_clock):
    journal = Journal()
    stream, _ = await begin(journal)
    assert await anext(stream) == RETRY
    journal.append(event(1))
    assert await anext(stream) == said(1)
    await stream.aclose()


def test_long_events_are_written_one_by_one_and_short_ones_together():
    long = [event(number, "x" * PIECE) for number in (1, 2)]
    short = [event(number) for number in (3, 4)]
    written = list(pieces(long + short))
    assert [piece.count(b"id: ") for piece in written] == [1, 1, 2]
    assert list(pieces([])) == []


@pytest.mark.parametrize(
    ("header", "query", "after"),
    [(None, None, 0), (None, "3", 3), ("9", "3", 9), ("", "3", 3), ("0", "3", 0), (None, "", 0)],
)
def test_a_browser_that_comes_back_knows_better_than_its_address(header, query, after):
    assert resumed(header, query) == after


@pytest.mark.parametrize("given", ["-1", "x", "1.5", "٣", "9" * 16])
def test_what_is_no_id_is_bad_input(given):
    for pair in ((given, None), (None, given)):
        with pytest.raises(Problem) as raised:
            resumed(*pair)
        assert raised.value.status == 400
