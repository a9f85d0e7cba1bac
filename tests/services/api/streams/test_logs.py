"""Lines as events, without HTTP and without children."""

from __future__ import annotations

import json
from functools import partial

import pytest
import trio
import trio.testing

from services.api.streams.holding import Holding
from services.api.streams.logs import Reading, follow
from services.api.streams.places import parsed
from services.api.streams.sse import HEARTBEAT
from services.api.v1.log_replies import described
from supervisor.output import Output
from tests.supervisor.inside import written


class Reader:
    """One who reads a stream, and takes in what it tells."""

    def __init__(self, output, after=None, last=None, stream=None, stopping=None):
        stopping = trio.Event() if stopping is None else stopping
        reading = Reading(parsed(after, None), last, stream, described)
        self.stream = Holding(partial(follow, output, "web", reading, stopping))
        self.texts = []
        self.missed = []
        self.id = after

    async def __aenter__(self):
        assert await anext(self.stream) == b"retry: 1000\n\n"
        return self

    async def __aexit__(self, *_error):
        await self.stream.aclose()

    async def read(self):
        """The next piece; its lines."""
        texts = []
        for block in (await anext(self.stream)).decode().split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            self.id = fields["id"]
            told = json.loads(fields.get("data", "null"))
            match fields.get("event"):
                case "line":
                    assert told["id"] == self.id
                    texts.append(told["text"])
                case "missed":
                    self.missed.append((told["lines"], told["anew"]))
                    self.told_at = self.id
                case None:
                    assert told is None
        self.texts += texts
        return texts


@pytest.fixture
def output():
    return Output(lambda _: None, keep=5)


async def write(output, *texts, stream="stdout"):
    await written(output, "".join(f"{text}\n" for text in texts).encode(), "web", stream)


async def test_the_kept_lines_come_first_then_each_that_comes(output):
    await write(output, "one", "two")
    async with Reader(output) as reader:
        assert await reader.read() == ["one", "two"]
        await write(output, "three")
        await write(output, "four")
        assert await reader.read() == ["three", "four"]
    async with Reader(output, last=1) as reader:
        assert await reader.read() == ["four"]
    assert reader.missed == []


async def test_who_comes_back_goes_on_where_it_was(output):
    await write(output, "one", "two")
    async with Reader(output) as reader:
        await reader.read()
    await write(output, "three")
    async with Reader(output, reader.id, last=0) as reader:
        assert await reader.read() == ["three"]
        await write(output, "four")
        assert await reader.read() == ["four"]
    assert reader.missed == []


async def test_lines_that_are_not_kept_any_more_are_counted_once(output):
    await write(output, "one")
    async with Reader(output) as reader:
        await reader.read()
    await write(output, *map(str, range(20)))
    async with Reader(output, reader.id) as reader:
        assert await reader.read() == ["15", "16", "17", "18", "19"]
        await write(output, "more")
        assert await reader.read() == ["more"]
    assert reader.missed == [(15, False)]
    # Who is gone again right after it was told what is missing is not told twice.
    async with Reader(output, reader.told_at) as reader:
        assert await reader.read() == ["16", "17", "18", "19", "more"]
    assert reader.missed == [(1, False)]


async def test_who_is_too_slow_is_told_what_it_missed_and_holds_nobody_up(output):
    await write(output, "one")
    async with Reader(output) as reader:
        await reader.read()
        count = 60_000
        await write(output, *map(str, range(count)))
        while reader.texts[-1] != str(count - 1):
            await reader.read()
    [(missed, anew)] = reader.missed
    assert 0 < missed < count
    assert not anew
    assert reader.texts == ["one", *map(str, range(missed, count))]


async def test_of_one_stream_others_are_passed_by(output):
    await write(output, "out")
    await write(output, "err", stream="stderr")
    async with Reader(output, stream="stderr") as reader:
        assert await reader.read() == ["err"]
        await write(output, *map(str, range(20)))
        assert await reader.read() == []
        await write(output, "more", stream="stderr")
        assert await reader.read() == ["more"]
    async with Reader(output, reader.id, stream="stderr") as reader:
        await write(output, "last", stream="stderr")
        assert await reader.read() == ["last"]
    assert reader.missed == []


async def test_a_service_that_came_back_while_one_listened_has_missed_nothing(output):
    await write(output, "one")
    async with Reader(output) as reader:
        await reader.read()
        output.forget("web")
        await write(output, "again", "and again")
        assert await reader.read() == ["again", "and again"]
    assert reader.missed == []


async def test_who_comes_back_to_one_that_began_anew_is_told_so(output):
    await write(output, "one")
    async with Reader(output) as reader:
        await reader.read()
    output.forget("web")
    await write(output, *map(str, range(7)))
    async with Reader(output, reader.id) as reader:
        assert await reader.read() == ["2", "3", "4", "5", "6"]
    assert reader.missed == [(2, True)]


async def test_who_waits_for_one_that_is_not_there_yet_is_told_so_when_it_comes(output):
    await write(output, "one")
    async with Reader(output) as reader:
        await reader.read()
    output.forget("web")
    async with Reader(output, reader.id) as reader:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(reader.read)
            await trio.testing.wait_all_tasks_blocked()
            await write(output, "again")
        assert reader.texts == ["again"]
        output.forget("web")
        await write(output, "and again")
        assert await reader.read() == ["and again"]
    assert reader.missed == [(0, True)]


async def test_what_was_cleared_away_is_missed(output):
    await write(output, "one")
    async with Reader(output) as reader:
        await reader.read()
    await write(output, "two", "three")
    output.clear("web")
    async with Reader(output, reader.id) as reader:
        await write(output, "four")
        assert await reader.read() == ["four"]
    assert reader.missed == [(2, False)]


async def test_long_lines_come_in_pieces_of_moderate_size(output):
    await write(output, *["x" * 10_000] * 50)
    async with Reader(output) as reader:
        pieces = [await reader.read()]
        await write(output, *["x" * 10_000] * 50)
        while sum(map(len, pieces)) < 55:
            pieces.append(await reader.read())
    assert max(map(len, pieces)) < 10


async def test_a_comment_keeps_the_connection_while_nothing_is_written(output, autojump_clock):
    await write(output, "one")
    async with Reader(output) as reader:
        await reader.read()
        began = trio.current_time()
        assert await anext(reader.stream) == b": nothing new\n\n"
        assert trio.current_time() - began == HEARTBEAT
        await write(output, "two")
        assert await reader.read() == ["two"]


async def test_it_says_goodbye_when_the_api_stops(output, nursery):
    stopping = trio.Event()
    await write(output, "one")
    async with Reader(output, stopping=stopping) as reader:
        await reader.read()

        @nursery.start_soon
        async def stop():
            await trio.testing.wait_all_tasks_blocked()
            stopping.set()

        assert await anext(reader.stream) == b"retry: 3000\n\n"
        with pytest.raises(StopAsyncIteration):
            await anext(reader.stream)
    assert not output._followers
