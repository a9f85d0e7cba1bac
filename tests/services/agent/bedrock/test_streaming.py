"""The worker thread of an answer ends, whoever loses interest first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import trio

from services.agent.bedrock.streaming import AHEAD, answer
from services.aws import Failed, Failure

Event = Mapping[str, Any]


class FakeReply:
    """Says its events, and then nothing until somebody hangs up."""

    def __init__(self, events: list[Event], *, ends: bool = True) -> None:
        self._events = events
        self._ends = ends
        self._hung_up = threading.Event()
        self.closed = False
        self.said = 0

    def __iter__(self) -> Iterator[Event]:
        for event in self._events:
            if self._hung_up.is_set():
                break
            self.said += 1
            yield event
        if not self._ends:
            self._hung_up.wait(30)
            raise Failed(Failure.BROKEN, "hung up")

    def hang_up(self) -> None:
        self._hung_up.set()

    def close(self) -> None:
        self.closed = True


class FakeModels:
    def __init__(self, reply: FakeReply | Exception) -> None:
        self.reply = reply
        self.answers = threading.Event()
        self.answers.set()

    def ask(self, request: Mapping[str, Any]) -> Any:
        self.answers.wait(30)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


EVENTS: list[Event] = [{"n": n} for n in range(3 * AHEAD)]


async def gone(limiter: trio.CapacityLimiter) -> None:
    """Returns when the worker thread has ended: there is a place for one only."""
    with trio.fail_after(10):
        async with limiter:
            pass


async def take(
    models: FakeModels,
    limiter: trio.CapacityLimiter,
    each: Callable[[Event], object] = lambda _: None,
) -> None:
    async with answer(models, {}, limiter) as events:
        async for event in events:
            each(event)


@pytest.fixture
def limiter() -> trio.CapacityLimiter:
    return trio.CapacityLimiter(1)


async def test_events_come_in_order_and_end(limiter: trio.CapacityLimiter):
    reply = FakeReply(EVENTS)
    async with answer(FakeModels(reply), {}, limiter) as events:
        assert [event async for event in events] == EVENTS
    await gone(limiter)
    assert reply.closed


async def test_the_stream_waits_for_whoever_takes_its_events(limiter: trio.CapacityLimiter):
    reply, taken = FakeReply(EVENTS), 0
    async with answer(FakeModels(reply), {}, limiter) as events:
        async for _ in events:
            taken += 1
            await trio.lowlevel.checkpoint()
            assert reply.said <= taken + AHEAD + 1
    assert taken == len(EVENTS)


@pytest.mark.parametrize("error", [Failed(Failure.DENIED, "no"), ZeroDivisionError("ours")])
async def test_what_fails_comes_out_where_the_events_are_taken(
    limiter: trio.CapacityLimiter, error: Exception
):
    with pytest.raises(type(error), match=str(error)):
        await take(FakeModels(error), limiter)
    await gone(limiter)


async def test_an_answer_that_breaks_says_first_what_it_had(limiter: trio.CapacityLimiter):
    reply = FakeReply(EVENTS[:3], ends=False)
    taken: list[Event] = []

    def one(event: Event) -> None:
        taken.append(event)
        if len(taken) == 3:
            reply.hang_up()

    with pytest.raises(Failed, match="hung up"):
        await take(FakeModels(reply), limiter, one)
    assert taken == EVENTS[:3]


async def test_leaving_in_the_middle_ends_the_thread(limiter: trio.CapacityLimiter):
    """It waits for somebody to take an event, and nobody will."""
    reply = FakeReply(EVENTS)
    async with answer(FakeModels(reply), {}, limiter) as events:
        await anext(events)
    await gone(limiter)
    assert reply.closed


async def test_leaving_a_stalled_answer_ends_the_thread(limiter: trio.CapacityLimiter):
    reply = FakeReply(EVENTS[:1], ends=False)
    with trio.move_on_after(0.05) as scope:
        async with answer(FakeModels(reply), {}, limiter) as events:
            async for _ in events:
                pass
    assert scope.cancelled_caught
    await gone(limiter)
    assert reply.closed


async def test_an_answer_that_comes_when_nobody_wants_it_is_closed(limiter: trio.CapacityLimiter):
    reply = FakeReply(EVENTS, ends=False)
    models = FakeModels(reply)
    models.answers.clear()
    with trio.move_on_after(0.05) as scope:
        async with answer(models, {}, limiter) as events:
            await anext(events)
    assert scope.cancelled_caught
    assert limiter.borrowed_tokens == 1
    models.answers.set()
    await gone(limiter)
    assert reply.closed


async def test_what_the_listener_raises_comes_out_as_it_is(limiter: trio.CapacityLimiter):
    with pytest.raises(ZeroDivisionError):
        await take(FakeModels(FakeReply(EVENTS)), limiter, lambda _: 1 // 0)
    await gone(limiter)
