from __future__ import annotations

import threading
import time

import pytest
import trio
import trio.testing

from supervisor import backlog
from supervisor.backlog import Backlog

PATIENT = 10.0


class Gate:
    """A writer that stands still until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.written: list[bytes] = []

    def write(self, pieces: list[bytes]) -> None:
        self.entered.set()
        assert self.opened.wait(PATIENT)
        self.written += pieces


@pytest.fixture
def gate():
    it = Gate()
    yield it
    it.opened.set()


def test_what_is_put_is_written_in_order_by_its_own_writer():
    it = Backlog("test")
    first, second = Gate(), Gate()
    first.opened.set()
    second.opened.set()
    for number in range(100):
        assert it.put("a", (first if number % 3 else second).write, b"%d" % number)
    it.close(PATIENT)
    assert first.written == [b"%d" % number for number in range(100) if number % 3]
    assert second.written == [b"%d" % number for number in range(100) if not number % 3]


def test_without_anything_to_write_there_is_no_thread():
    before = set(threading.enumerate())
    it = Backlog("test")
    assert set(threading.enumerate()) <= before
    it.close()


def test_where_no_thread_can_be_started_the_next_one_tries_again(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
):
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    it = Backlog("test")
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        assert not it.put("a", gate.write, b"lost")
        it.close()
    gate.opened.set()
    assert it.put("a", gate.write, b"written")
    it.close(PATIENT)
    assert gate.written == [b"written"]


def test_one_that_floods_leaves_room_for_the_others(gate: Gate):
    it = Backlog("test", room=100)
    assert it.put("loud", gate.write, b"x")
    assert gate.entered.wait(PATIENT)
    taken = sum(it.put("loud", gate.write, b"x" * 10) for _ in range(50))
    assert taken == 5  # half of the room, with the one in hand
    assert it.put("quiet", gate.write, b"y" * 20)
    assert it.put("third", gate.write, b"z" * 10)
    assert not it.put("loud", gate.write, b"x")
    gate.opened.set()
    it.close(PATIENT)
    assert gate.written == [b"x"] + [b"x" * 10] * 5 + [b"y" * 20, b"z" * 10]


def test_room_comes_back_with_what_is_written():
    it = Backlog("test", room=1000)
    done = threading.Semaphore(0)

    def write(pieces: list[bytes]) -> None:
        for _ in pieces:
            done.release()

    for _ in range(100):
        until(lambda: it.put("a", write, b"x" * 400))
        assert done.acquire(timeout=PATIENT)
    it.close(PATIENT)


def until(holds) -> None:
    """Threads have no fake time: ask until it is so."""
    deadline = time.monotonic() + PATIENT
    while not holds():
        assert time.monotonic() < deadline


async def test_whoever_has_much_waiting_waits_for_a_writer_that_works(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(backlog, "PATIENCE", PATIENT)
    it = Backlog("test", room=100)
    await it.relief("a", 60)  # never possible, but nothing waits
    assert it.put("a", gate.write, b"x" * 40)
    await it.relief("b", 10)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(it.relief, "a", 50)
        await trio.testing.wait_all_tasks_blocked()
        assert nursery.child_tasks
        gate.opened.set()
    assert it.put("a", gate.write, b"x" * 50)
    it.close(PATIENT)


async def test_nobody_waits_for_a_writer_that_stands_still(gate: Gate):
    it = Backlog("test", room=100)
    assert it.put("a", gate.write, b"x" * 40)
    assert gate.entered.wait(PATIENT)
    with trio.fail_after(PATIENT):
        await it.relief("a", 50)
        await it.relief("a", 50)
    assert not it.put("a", gate.write, b"x" * 50)


def test_a_waiter_of_a_run_that_is_over_is_nobody(gate: Gate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backlog, "PATIENCE", 0.01)
    it = Backlog("test", room=100)

    async def wait() -> None:
        it.put("a", gate.write, b"x" * 40)
        await it.relief("a", 50)

    trio.run(wait)
    gate.opened.set()
    it.close(PATIENT)
    assert gate.written == [b"x" * 40]


def test_a_writer_that_never_returns_is_given_up_at_the_end(gate: Gate):
    it = Backlog("test")
    it.put("a", gate.write, b"x")
    it.close(patience=0.01)
    assert gate.written == []
