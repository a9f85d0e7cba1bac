from __future__ import annotations

import fcntl
import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
import trio.testing

from supervisor import pipe
from supervisor.pipe import CHUNK, LARGE, LEAST, LULL, Pipe

ROOM = 64 * 1024  # what a pipe holds at first


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    ours, theirs = os.pipe()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def ready_for_much(source: int) -> Pipe:
    it = Pipe(source)
    it.adapt(1000, 0)
    assert it.size == CHUNK
    return it


def holds(source: int) -> int:
    return fcntl.fcntl(source, fcntl.F_GETPIPE_SZ)


def watched(descriptor: int) -> bool:
    """Whether any epoll of this process would be told of what is written."""
    for name in os.listdir("/proc/self/fd"):
        path = Path("/proc/self/fdinfo") / name
        if path.exists() and f"tfd: {descriptor:8} " in path.read_text():
            return True
    return False


async def test_what_is_there_is_read_and_then_the_end():
    ours, theirs = os.pipe()
    it = Pipe(ours)
    assert it.read() == b""
    os.write(theirs, b"one\ntwo\n")
    assert await it.ready()
    assert it.read() == b"one\ntwo\n"
    os.close(theirs)
    assert await it.ready()
    assert it.read() is None
    os.close(ours)


async def test_patience_may_end(autojump_clock: trio.testing.MockClock, ends: tuple[int, int]):
    it = Pipe(ends[0])
    assert not await it.ready(5)
    assert trio.current_time() == pytest.approx(5, abs=0.1)
    os.write(ends[1], b"x")
    assert await it.ready(math.inf)


async def test_at_first_little_is_read_and_then_as_much_as_holds_so_many_lines(
    ends: tuple[int, int],
):
    it = Pipe(ends[0])
    os.write(ends[1], b"x" * ROOM)
    assert len(it.read() or b"") == LEAST
    it.adapt(10_000, 9_999)  # lines of one byte
    assert it.size == LEAST
    it.adapt(100_000, 9_999)
    assert it.size == 40_000
    it.adapt(0, 0)  # nothing says nothing
    assert it.size == 40_000
    it.adapt(100_000, 0)
    assert it.size == CHUNK


@pytest.mark.parametrize("size", [65_500, ROOM])
async def test_a_full_pipe_is_made_larger_though_each_block_left_a_part_of_a_page(
    ends: tuple[int, int], size: int
):
    it = ready_for_much(ends[0])
    os.write(ends[1], b"x" * size)
    assert len(it.read() or b"") == size
    assert holds(ends[0]) == LARGE


async def test_a_pipe_may_have_to_stay_as_it_is(
    monkeypatch: pytest.MonkeyPatch, ends: tuple[int, int]
):
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(pipe.fcntl, "fcntl", refuse)
    it = ready_for_much(ends[0])
    for _ in range(2):
        os.write(ends[1], b"x" * ROOM)
        assert await it.ready()
        assert len(it.read() or b"") == ROOM
    monkeypatch.undo()
    assert holds(ends[0]) == ROOM


async def test_a_flood_of_small_pieces_is_let_alone_for_a_moment(
    autojump_clock: trio.testing.MockClock, ends: tuple[int, int]
):
    it = ready_for_much(ends[0])
    os.write(ends[1], b"x" * LEAST)
    assert await it.ready()
    assert trio.current_time() == 0
    it.read()
    os.write(ends[1], b"a few more")
    assert await it.ready()
    assert trio.current_time() == pytest.approx(LULL)
    assert it.read() == b"a few more"
    os.write(ends[1], b"one by one")
    assert await it.ready()
    assert trio.current_time() == pytest.approx(LULL)


async def test_what_brings_much_is_not_waited_for_but_others_have_their_turn(
    autojump_clock: trio.testing.MockClock, ends: tuple[int, int]
):
    it = ready_for_much(ends[0])
    os.write(ends[1], b"x" * ROOM)
    it.read()
    with trio.testing.assert_checkpoints():
        assert await it.ready()
    assert trio.current_time() == 0
    assert it.read() == b""  # it gets a moment to go on
    assert await it.ready()
    assert trio.current_time() == pytest.approx(LULL)
    assert it.read() == b""  # and then it is waited for again
    assert not await it.ready(5)


async def test_who_floods_wakes_nobody_at_each_write(
    autojump_clock: trio.testing.MockClock, ends: tuple[int, int], nursery: trio.Nursery
):
    it = ready_for_much(ends[0])
    os.write(ends[1], b"x" * LEAST)
    await it.ready()
    assert watched(ends[0])
    it.read()
    nursery.start_soon(it.ready)
    await trio.testing.wait_all_tasks_blocked()
    assert not watched(ends[0])


def test_the_rest_is_what_is_there_and_no_more_than_a_pipe_holds(
    ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch
):
    ours, theirs = ends
    it = Pipe(ours)
    assert [*it.rest()] == []
    os.write(theirs, b"one\ntwo\n")
    assert b"".join(it.rest()) == b"one\ntwo\n"
    monkeypatch.setattr(pipe, "LARGE", 6)
    os.write(theirs, b"one\ntwo\n")
    assert b"".join(it.rest()) == b"one\ntw"
