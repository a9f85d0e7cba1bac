"""Lines and events for clients that are slow, without sockets."""

from __future__ import annotations

import json

import pytest
import trio
import trio.testing

from supervisor.events import Events
from supervisor.model import ServiceStatus, State
from supervisor.output import OURS, Line, Output
from supervisor.socket.streams import CAPACITY, Gaps, Lines, follow, watch
from tests.supervisor.inside import written


def line(number: int, service: str = "a", stream: str = "stdout") -> Line:
    return Line(service, stream, 1, number, float(number), f"line {number}")


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
        nursery.start_soon(follow, output, ["a"], Lines("a"), reader.send)
        await trio.testing.wait_all_tasks_blocked()
        many = CAPACITY + 100
        await write(output, [str(number) for number in range(many)])
        reader.go_on.set()
        await trio.testing.wait_all_tasks_blocked()
        await write(output, ["last"])
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert [record["text"] for record in reader.records[:2]] == ["0", "1"]
    assert reader.records[-2] == {"missed": 100, "service": "a"}
    assert reader.records[-1]["text"] == "last"


async def test_a_reader_is_told_what_it_missed_though_no_line_follows(output: Output):
    reader = Reader()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(follow, output, ["a", "b"], Lines(), reader.send)
        await trio.testing.wait_all_tasks_blocked()
        await write(output, ["only"], "b")
        await write(output, [str(number) for number in range(CAPACITY - 1 + 100)])
        reader.go_on.set()
        await trio.testing.wait_all_tasks_blocked()
        await write(output, ["next", "after"])
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert reader.records[-3] == {"missed": 100, "service": "a"}
    assert [record["text"] for record in reader.records[-2:]] == ["next", "after"]
    assert [record for record in reader.records if "missed" in record] == [reader.records[-3]]


async def test_a_gap_is_told_where_it_is_though_lines_come_while_a_reader_wakes(output: Output):
    reader = Reader()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(follow, output, [], Lines(OURS), reader.send)
        await trio.testing.wait_all_tasks_blocked()
        for number in range(CAPACITY + 100):
            output.note(str(number))
        reader.go_on.set()
        for number in range(CAPACITY + 100, CAPACITY + 110):
            output.note(str(number))
            await trio.lowlevel.checkpoint()
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    told = 0
    for record in reader.records:
        missed = record.get("missed")
        told += missed if isinstance(missed, int) else 1
        assert missed or record["text"] == str(told - 1)
    assert told == CAPACITY + 110
    places = [place for place, record in enumerate(reader.records) if "missed" in record]
    assert CAPACITY in places
    assert len(reader.records) - 1 not in places


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


def test_a_count_that_begins_anew_is_no_gap():
    gaps = Gaps()
    assert [gaps.before(line(n)) for n in (5, 6, 9, 1, 2)] == [0, 0, 2, 0, 0]
    assert gaps.before(line(7, "b")) == 0


def test_the_newest_line_is_missed_too_unless_it_came():
    gaps = Gaps()
    assert [gaps.up_to(line(n)) for n in (5, 5, 8, 8)] == [0, 0, 3, 0]
    assert gaps.before(line(9)) == 0
    assert gaps.up_to(line(1)) == 0
    assert gaps.services == ("a",)


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
