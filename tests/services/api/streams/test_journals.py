"""Journals as server-sent events, without a server."""

import json

import pytest

from services.api.errors import Problem
from services.api.streams.journals import (
    Batch,
    follow,
    of_thread,
    of_threads,
    opening,
    resumed,
)
from services.api.streams.sse import GOODBYE, NOTHING_NEW, PIECE, RETRY
from services.messages import Event, ThreadEvent, ThreadKey


def event(number, text="x"):
    return Event(number, "text.delta", b'{"id":%d,"text":"%s"}' % (number, text.encode()))


def said(number, text="x"):
    return b'id: %d\nevent: text.delta\ndata: {"id":%d,"text":"%s"}\n\n' % (
        number,
        number,
        text.encode(),
    )


class Script:
    """What is read, one after another, and all that was asked of it."""

    def __init__(self, *batches):
        self.batches = list(batches)
        self.asked = []
        self.pauses = 0

    async def read(self, after):
        self.asked.append(after)
        return self.batches.pop(0)

    async def pause(self):
        self.pauses += 1

    def follow(self, first):
        return follow(RETRY, self.read, first, self.pause)


async def test_it_goes_on_after_each_batch():
    script = Script(Batch((b"c",), 9), None)
    stream = script.follow(Batch((b"a", b"b"), 7))
    assert [piece async for piece in stream] == [RETRY + b"a", b"b", b"c", GOODBYE]
    assert script.asked == [7, 9]
    assert script.pauses == 2


async def test_nothing_is_read_before_what_came_before_is_taken():
    script = Script(Batch((b"c",), 9), None)
    stream = script.follow(Batch((b"a",), 7))
    await anext(stream)
    assert script.asked == []
    await anext(stream)
    assert script.asked == [7]
    await stream.aclose()


async def test_silence_is_broken_by_a_comment_and_ids_that_went_on_are_told():
    script = Script(Batch((), 7), Batch((), 8), Batch((), 8), Batch((b"a",), 9), Batch((), 9), None)
    stream = script.follow(Batch((), 7))
    assert [piece async for piece in stream] == [
        RETRY,
        NOTHING_NEW,
        b"id: 8\n\n",
        NOTHING_NEW,
        b"a",
        NOTHING_NEW,
        GOODBYE,
    ]


def test_whoever_is_dropped_before_the_first_event_knows_where_to_go_on():
    assert opening(7) == b"id: 7\n" + RETRY


def test_long_events_are_written_one_by_one_and_short_ones_together():
    long = [event(number, "x" * PIECE) for number in (1, 2)]
    short = [event(number) for number in (3, 4)]
    batch = of_thread(long + short, 0)
    assert [piece.count(b"id: ") for piece in batch.pieces] == [1, 1, 2]
    assert batch.reached == 4
    assert batch.pieces[2] == said(3) + said(4)
    assert of_thread([], 7) == Batch((), 7)


def test_an_event_among_those_of_all_threads_says_whose_it_is():
    key = ThreadKey("acme", "ann", "t1")
    batch = of_threads([ThreadEvent(1234, key, event(3))], 1300)
    [piece] = batch.pieces
    identity, kind, data, *_ = piece.decode().split("\n")
    assert (identity, kind) == ("id: 1234", "event: text.delta")
    assert json.loads(data.removeprefix("data: ")) == {
        "clientId": "acme",
        "userId": "ann",
        "threadId": "t1",
        "id": 3,
        "text": "x",
    }
    assert batch.reached == 1300


@pytest.mark.parametrize(
    ("header", "query", "after"),
    [
        (None, None, None),
        (None, "3", 3),
        ("9", "3", 9),
        ("", "3", 3),
        ("0", "3", 0),
        (None, "", None),
        ("1764340000123456", None, 1_764_340_000_123_456),
    ],
)
def test_a_browser_that_comes_back_knows_better_than_its_address(header, query, after):
    assert resumed(header, query) == after


@pytest.mark.parametrize("given", ["-1", "x", "1.5", "٣", "9" * 19])
def test_what_is_no_id_is_bad_input(given):
    for pair in ((given, None), (None, given)):
        with pytest.raises(Problem) as raised:
            resumed(*pair)
        assert raised.value.status == 400
