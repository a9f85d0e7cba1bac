"""A reader who may be slow, without anything that is read."""

from __future__ import annotations

import pytest
import trio

from supervisor.follower import CHUNK, LINE, ROOM, Follower
from supervisor.kept import Chunk


def chunk(first: int, count: int = 1, service: str = "a", size: int = 0) -> Chunk:
    data = b"\n" * count
    return Chunk(service, "stdout", 1, first, 0.0, data.rjust(size, b"x"), count)


async def test_what_waits_is_received_at_once_in_order():
    follower = Follower()
    told = [chunk(1), chunk(1, service="b"), chunk(2, 3)]
    for one in told:
        follower.tell(one)
    heard = await follower.receive()
    assert (heard.missed, heard.chunks) == ({}, tuple(told))
    with trio.move_on_after(0) as waiting:
        await follower.receive()
    assert waiting.cancelled_caught
    follower.tell(chunk(5))
    assert (await follower.receive()).chunks == (chunk(5),)


async def test_of_what_is_too_much_the_oldest_goes_and_is_counted():
    follower = Follower(room=2 * (CHUNK + LINE + 100))
    for number, service in ((1, "a"), (1, "b"), (2, "b"), (2, "a")):
        follower.tell(chunk(number, service=service, size=100))
    heard = await follower.receive()
    assert heard.missed == {"a": 1, "b": 1}
    assert heard.chunks == (chunk(2, service="b", size=100), chunk(2, size=100))
    follower.tell(chunk(3, size=100))
    follower.tell(chunk(4, size=100))
    heard = await follower.receive()
    assert (heard.missed, len(heard.chunks)) == ({}, 2)


async def test_a_chunk_that_is_larger_than_all_room_waits_alone():
    follower = Follower(room=1)
    follower.tell(chunk(1, 7))
    follower.tell(chunk(8))
    heard = await follower.receive()
    assert (heard.missed, heard.chunks) == ({"a": 7}, (chunk(8),))


@pytest.mark.parametrize("count", [1, 4000])
async def test_of_short_lines_no_more_wait_than_make_a_moderate_number_of_records(count: int):
    follower = Follower()
    told = range(1, 2 * ROOM // LINE, count)
    for first in told:
        follower.tell(chunk(first, count))
    heard = await follower.receive()
    waited = sum(one.count for one in heard.chunks)
    assert 1000 < waited <= ROOM / LINE
    assert waited + heard.missed["a"] == len(told) * count
