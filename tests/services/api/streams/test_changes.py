"""The states of services as events, without HTTP."""

from __future__ import annotations

import json
from functools import partial

import pytest
import trio
import trio.testing

from services.api.streams.changes import ROOM, changes
from services.api.streams.holding import Holding
from services.api.streams.sse import HEARTBEAT
from supervisor.events import Events
from supervisor.model import ServiceStatus, State

UP = ServiceStatus(name="hmr", kind="task", state=State.RUNNING)
DOWN = ServiceStatus(name="hmr", kind="task", state=State.STOPPED)


@pytest.fixture
def events():
    events = Events()
    events.publish(UP)
    return events


@pytest.fixture
def stopping():
    return trio.Event()


@pytest.fixture
async def stream(events, stopping):
    stream = Holding(partial(changes, events, 7, lambda status: status, stopping))
    assert await anext(stream) == b"retry: 1000\n\n"
    yield stream
    await stream.aclose()


def read(data):
    """All events in it: number, name and what is told."""
    found = []
    for event in data.decode().split("\n\n")[:-1]:
        number, name, text = event.split("\n")
        told = json.loads(text.removeprefix("data: "))
        found.append((int(number.removeprefix("id: ")), name.removeprefix("event: "), told))
    return found


async def test_first_it_is_all_then_each_change(stream, events):
    [(number, name, told)] = read(await anext(stream))
    assert (number, name) == (8, "snapshot")
    assert [service["name"] for service in told["services"]] == ["hmr"]
    events.publish(DOWN)
    events.remove("hmr")
    [first, second] = read(await anext(stream))
    assert (*first[:2], first[2]["service"]["state"]) == (9, "changed", "STOPPED")
    assert second == (10, "vanished", {"name": "hmr"})
    events.publish(UP)
    assert [event[:2] for event in read(await anext(stream))] == [(11, "changed")]


async def test_a_comment_keeps_the_connection_while_nothing_changes(stream, events, autojump_clock):
    await anext(stream)
    began = trio.current_time()
    assert await anext(stream) == b": nothing new\n\n"
    assert trio.current_time() - began == HEARTBEAT
    events.publish(DOWN)
    assert [event[:2] for event in read(await anext(stream))] == [(9, "changed")]


async def test_who_falls_behind_gets_what_waited_and_then_all_again(stream, events):
    await anext(stream)
    for number in range(10 * ROOM):
        events.publish(ServiceStatus(name="hmr", kind="task", restarts=number))
    waited = read(await anext(stream))
    assert [told["service"]["restarts"] for _, _, told in waited] == list(range(ROOM))
    [(number, name, told)] = read(await anext(stream))
    assert (number, name) == (9 + ROOM, "snapshot")
    assert told["services"][0]["restarts"] == 10 * ROOM - 1


async def test_it_says_goodbye_when_the_api_stops(stream, events, stopping, nursery):
    await anext(stream)

    @nursery.start_soon
    async def stop():
        await trio.testing.wait_all_tasks_blocked()
        stopping.set()

    assert await anext(stream) == b"retry: 3000\n\n"
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    assert not events._watchers


async def test_who_has_gone_is_nobody(stream, events):
    await anext(stream)
    await stream.aclose()
    assert not events._watchers
