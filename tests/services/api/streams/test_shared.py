"""Listeners who wait for the same."""

import pytest
import trio
import trio.testing

from services.api.streams.journals import Batch
from services.api.streams.shared import Shared
from services.api.streams.sse import HEARTBEAT
from supervisor.desk import Gone

NEWS = Batch((b"news",), 8)


class Asked:
    """Answers when a test says so."""

    def __init__(self, answer=NEWS):
        self.asked = []
        self.go_on = trio.Event()
        self.answer = answer
        self.stopping = trio.Event()
        self.shared = Shared(self.ask, self.stopping)
        self.batches = []

    async def ask(self, after, wait):
        self.asked.append((after, wait))
        with trio.move_on_after(wait):
            await self.go_on.wait()
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer
        return Batch((), after)

    async def listen(self, after, scope=None):
        with scope or trio.CancelScope():
            self.batches.append(await self.shared.read(after))


async def test_those_at_the_same_place_ask_once_and_get_the_same():
    asked = Asked()
    async with trio.open_nursery() as nursery:
        for after in (7, 7, 7, 5):
            nursery.start_soon(asked.listen, after)
        await trio.testing.wait_all_tasks_blocked()
        asked.go_on.set()
    assert sorted(asked.asked) == [(5, HEARTBEAT), (7, HEARTBEAT)]
    assert [batch is NEWS for batch in asked.batches] == [True] * 4


async def test_when_the_one_who_asked_leaves_another_one_asks():
    asked = Asked()
    scopes = [trio.CancelScope() for _ in range(3)]
    async with trio.open_nursery() as nursery:
        for scope in scopes:
            nursery.start_soon(asked.listen, 7, scope)
            await trio.testing.wait_all_tasks_blocked()
        scopes[0].cancel()
        await trio.testing.wait_all_tasks_blocked()
        assert asked.asked == [(7, HEARTBEAT)] * 2
        asked.go_on.set()
    assert asked.batches == [NEWS, NEWS]


async def test_whoever_comes_later_asks_anew():
    asked = Asked()
    asked.go_on.set()
    await asked.listen(7)
    await asked.listen(7)
    assert len(asked.asked) == 2


async def test_silence_lasts_for_a_heartbeat(autojump_clock):
    asked = Asked()
    await asked.listen(7)
    assert trio.current_time() == pytest.approx(HEARTBEAT)
    assert asked.batches == [Batch((), 7)]


@pytest.mark.parametrize("answer", [Gone("the agent ended"), Batch((), 7)])
async def test_who_is_asked_and_ends_ends_it_for_all(answer):
    """It says so, or it does not wait any more."""
    asked = Asked(answer)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(asked.listen, 7)
        nursery.start_soon(asked.listen, 7)
        await trio.testing.wait_all_tasks_blocked()
        asked.go_on.set()
    assert asked.batches == [None, None]


async def test_a_stop_ends_it_for_all():
    asked = Asked()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(asked.listen, 7)
        nursery.start_soon(asked.listen, 7)
        await trio.testing.wait_all_tasks_blocked()
        asked.stopping.set()
    assert asked.batches == [None, None]
