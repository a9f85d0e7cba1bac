"""All that an operator watches, in one stream."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest
import trio
from msgspec.structs import replace

from services.api.streams.lately import HOUR, Lately
from services.api.streams.sse import HEARTBEAT, NOTHING_NEW
from services.api.streams.together import together
from services.api.v1.ops_sources import ROOM, Checks, Samples, Services, Working
from services.messages import Turns
from supervisor.cell import Cell
from supervisor.control import CheckStatus, Health, HealthReport
from supervisor.meter import Taken
from supervisor.model import ServiceStatus, State
from supervisor.spec import Level
from tests.harness import Harness
from tests.services.api.fakes import SPEC
from tests.services.api.v1.shown import PREVIEW, show

HMR = ServiceStatus(name="hmr", kind="task", state=State.RUNNING, ready=True)
CHECK = CheckStatus("live", "api", Level.ALIVE, True, "", 1_700_000_000.25, "")


def read(data: bytes) -> list[tuple[str, dict]]:
    """The events, by name and data."""
    found = []
    for block in data.decode().split("\n\n"):
        if block.startswith("event: "):
            name, text = block.split("\n")
            found.append((name.removeprefix("event: "), json.loads(text.removeprefix("data: "))))
    return found


class Listener:
    """One who listens to some sources, and what came last."""

    def __init__(self, harness: Harness, *sources) -> None:
        self._told = together(sources, harness.stopping)

    async def __aenter__(self):
        assert await anext(self._told) == b"retry: 1000\n\n"
        return self

    async def __aexit__(self, *_):
        await self._told.aclose()

    async def come(self) -> list[tuple[str, dict]]:
        return read(await anext(self._told))


@pytest.fixture
def harness():
    return Harness(SPEC)


@pytest.fixture
def held():
    with ExitStack() as held:
        yield held


async def test_all_there_is_comes_first(client, headers, fakes):
    harness = fakes.harness
    harness.events.publish(HMR)
    harness.vitals.usage.add(1_700_000_000.04, 0.0, 1, {"nurseryd": Taken(2.0, 4096, 1)})
    show(fakes, PREVIEW)
    fakes.lately.note(2)

    async def health(request):
        assert request == Health()
        harness.stopping.set()  # so that the stream ends
        return HealthReport(True, (), (CHECK,))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(harness.desk.answer, health)
        reply = await client.get("/v1/ops/live", headers=headers)
        told = read(await reply.get_data())
        nursery.cancel_scope.cancel()
    assert reply.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    names = ["about", "snapshot", "past", "previews", "turns", "history", "sample"]
    assert [name for name, _ in told] == [*names, "checks"]
    data = dict(told)
    assert data["about"]["own"] == "api"
    assert [it["name"] for it in data["snapshot"]["services"]] == ["hmr"]
    assert data["past"]["events"][0].items() >= {"service": "hmr", "state": "RUNNING"}.items()
    assert data["previews"]["previews"][0]["id"] == PREVIEW.id
    assert data["checks"]["checks"][0]["looked"] == "2023-11-14T22:13:20.250000Z"
    assert data["turns"]["turns"] == [0, 2]
    assert data["history"] == {
        "at": [1_700_000_000.0],
        "restarts": [1],
        "services": {"nurseryd": {"first": 0, "cores": [0.0], "memory": [4096]}},
    }
    assert data["sample"]["services"] == {
        "nurseryd": {"cores": 0.0, "cpu": 2.0, "memory": 4096, "processes": 1}
    }
    assert fakes.activities() == []  # looking keeps nobody awake


@pytest.mark.parametrize("scope", ["client:acme", "user:acme/ann", "thread:acme/ann/t1"])
async def test_it_is_the_operators(client, headers, scoped, scope):
    scoped(scope)
    reply = await client.get("/v1/ops/live", headers=headers)
    assert reply.status_code == 403


async def test_a_change_comes_with_what_happened_by_it(harness, held):
    events, vitals = harness.events, harness.vitals
    events.publish(HMR)
    async with Listener(harness, Services(events, vitals, held)) as listener:
        await listener.come()
        events.publish(replace(HMR, pid=7))
        events.publish(replace(HMR, state=State.FATAL, reason="gave up", exit_code=3))
        told = await listener.come()
        assert [name for name, _ in told] == ["changed", "changed", "happened"]
        assert told[2][1].items() >= {"before": "RUNNING", "state": "FATAL", "exitCode": 3}.items()
        events.remove("hmr")
        vanished, happened = await listener.come()
        assert vanished == ("vanished", {"name": "hmr"})
        assert happened[1].items() >= {"service": "hmr", "state": None}.items()


async def test_who_falls_behind_gets_all_again(harness, held):
    events = harness.events
    async with Listener(harness, Services(events, harness.vitals, held)) as listener:
        await listener.come()
        for n in range(ROOM + 1):
            events.publish(replace(HMR, pid=n))
        told = await listener.come()
        assert [name for name, _ in told] == ["snapshot", "past"]
        assert told[0][1]["services"][0]["pid"] == ROOM
        events.publish(replace(HMR, pid=1))
        assert [name for name, _ in await listener.come()] == ["changed"]


async def test_checks_are_told_when_a_look_found_something_else(harness, nursery, autojump_clock):
    checks, asked = [CHECK], []

    async def health(request):
        asked.append(request)
        return HealthReport(True, (), tuple(checks))

    nursery.start_soon(harness.desk.answer, health)
    async with Listener(harness, Checks(harness.context(None).control, harness.vitals)) as it:
        assert (await it.come())[0][1]["checks"][0]["healthy"] is True
        harness.vitals.looked()
        with trio.move_on_after(HEARTBEAT - 1):
            assert await it.come() is None  # what it found is the same
        assert len(asked) == 2


async def test_many_looks_at_once_are_told_together(harness, nursery, autojump_clock):
    found = iter([0.0, 1.0, 2.0])

    async def health(_):
        return HealthReport(True, (), (replace(CHECK, looked=next(found)),))

    nursery.start_soon(harness.desk.answer, health)
    async with Listener(harness, Checks(harness.context(None).control, harness.vitals)) as it:
        await it.come()
        for _ in range(100):
            harness.vitals.looked()
        await it.come()
    assert next(found) == 2.0


async def test_samples_come_one_by_one_and_silence_is_filled(harness, autojump_clock):
    usage = harness.vitals.usage
    usage.add(10.0, 0.0, 0, {"a": Taken(1.0, 100, 1)})
    usage.add(20.0, 10.0, 0, {"a": Taken(6.0, 100, 1)})
    async with Listener(harness, Samples(harness.vitals)) as listener:
        history, _ = await listener.come()
        assert history[1]["services"]["a"]["cores"] == [0.0, 0.5]
        usage.add(30.0, 10.0, 3, {"a": Taken(7.0, 200, 2)})
        assert await listener.come() == [
            (
                "sample",
                {
                    "at": 30.0,
                    "restarts": 3,
                    "services": {"a": {"cores": 0.1, "cpu": 7.0, "memory": 200, "processes": 2}},
                },
            )
        ]
        assert await anext(listener._told) == NOTHING_NEW


async def test_turns_are_told_as_they_begin_and_end(harness, nursery, monkeypatch):
    now = 10 * HOUR
    monkeypatch.setattr("services.api.streams.lately.time.time", lambda: now)
    lately, board = Lately(), Cell[Turns | None](None)
    nursery.start_soon(lately.follow, board)
    async with Listener(harness, Working(lately)) as listener:
        assert await listener.come() == [("turns", {"at": [now], "turns": [0]})]
        board.set(Turns(frozenset({"a/b/c:1", "a/b/d:1"})))
        assert await listener.come() == [("working", {"at": now, "turns": 2})]
        begun = now
        now += HOUR / 2
        board.set(Turns(frozenset({"a/b/c:1"})))
        assert await listener.come() == [("working", {"at": now, "turns": 1})]
        now = begun + HOUR + 1
        assert lately.steps == [(begun, 2), (begun + HOUR / 2, 1)]  # with what it began with
