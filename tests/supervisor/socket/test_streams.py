"""Lines and events for clients that are slow, without sockets."""

from __future__ import annotations

import json

import pytest
import trio
import trio.testing

from supervisor.events import Events
from supervisor.meter import Taken
from supervisor.model import ServiceStatus, State
from supervisor.output import OURS, Output
from supervisor.socket.streams import Lines, follow, samples, watch
from supervisor.usage import Usage
from tests.supervisor.inside import written

MANY = 10_000  # more lines of our own than wait for anybody


class Reader:
    """A client that takes what is sent only when it is told to go on."""

    def __init__(self) -> None:
        self.records: list[dict[str, object]] = []
        self.go_on = trio.Event()

    async def send(self, data: bytes) -> None:
        await self.go_on.wait()
        self.records += [json.loads(one) for one in data.splitlines()]


@pytest.fixture
def output() -> Output:
    return Output(lambda line: None)


async def write(output: Output, texts: list[str], service: str = "a") -> None:
    await written(output, "".join(f"{text}\n" for text in texts).encode(), service)


async def test_a_slow_reader_is_told_how_many_lines_it_missed_and_holds_nobody_up(
    output: Output,
):
    reader = Reader()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(follow, output, ["a", "b"], Lines(), reader.send)
        await trio.testing.wait_all_tasks_blocked()
        for number in range(MANY):
            output.note(str(number))
        await write(output, ["only"], "b")
        reader.go_on.set()
        await trio.testing.wait_all_tasks_blocked()
        await write(output, ["last"], "b")
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    first, *rest = reader.records
    assert first["service"] == OURS
    missed = first["missed"]
    assert isinstance(missed, int)
    assert 0 < missed < MANY
    assert [record["text"] for record in rest] == [*map(str, range(missed, MANY)), "only", "last"]


async def test_all_services_are_followed_at_once(output: Output):
    reader = Reader()
    reader.go_on.set()
    await write(output, ["before"], "b")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(follow, output, ["a", "b"], Lines(), reader.send)
        await trio.testing.wait_all_tasks_blocked()
        await write(output, ["one"], "a")
        await write(output, ["two"], "b")
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert [(one["service"], one["text"]) for one in reader.records] == [
        ("b", "before"),
        ("a", "one"),
        ("b", "two"),
    ]


async def test_lines_of_another_stream_are_no_gap(output: Output):
    reader = Reader()
    reader.go_on.set()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(follow, output, ["a"], Lines("a", "stderr"), reader.send)
        await trio.testing.wait_all_tasks_blocked()
        await write(output, ["one", "two"])
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert reader.records == []


async def test_a_watcher_that_falls_behind_begins_anew_with_a_snapshot():
    events, reader = Events(), Reader()
    status = ServiceStatus(name="a", kind="task")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch, events, reader.send)
        await trio.testing.wait_all_tasks_blocked()
        for number in range(3000):
            events.publish(ServiceStatus(name="a", kind="task", since=float(number)))
        events.publish(status)
        reader.go_on.set()
        await trio.testing.wait_all_tasks_blocked()
        events.publish(ServiceStatus(name="a", kind="task", state=State.STARTING))
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    snapshots = [record for record in reader.records if "snapshot" in record]
    assert len(snapshots) == 2
    assert snapshots[1]["snapshot"][0]["since"] == 0.0
    assert reader.records[-1]["now"]["state"] == "STARTING"


async def test_what_services_take_is_told_at_once_and_as_it_is_measured():
    usage, reader = Usage(), Reader()
    usage.add(10.0, 0.0, 0, {"a": Taken(1.0, 100, 1)})
    reader.go_on.set()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(samples, usage, reader.send)
        await trio.testing.wait_all_tasks_blocked()
        usage.add(20.0, 10.0, 2, {"a": Taken(6.0, 200, 1)})
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert [record["at"] for record in reader.records] == [10.0, 20.0]
    assert reader.records[1] == {
        "at": 20.0,
        "restarts": 2,
        "taken": {"a": {"cpu": 6.0, "memory": 200, "processes": 1}},
        "cores": {"a": 0.5},
    }
