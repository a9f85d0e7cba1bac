"""What a program reports on its stdout becomes messages on a stream."""

from __future__ import annotations

import trio
from structlog.testing import capture_logs

from supervisor.kept import Chunk
from supervisor.model import Report
from supervisor.output import Output
from supervisor.redact import HIDDEN, Redactor
from supervisor.reports import Reports
from tests.supervisor.fakes import piped


class World:
    def __init__(self, room: int = 100) -> None:
        self.redactor = Redactor()
        send, self.receive = trio.open_memory_channel[object](room)
        self.reports = Reports("s", "reports", send, self.redactor)
        self.output = Output(lambda chunk: None, redactor=self.redactor)

    async def write(self, *chunks: bytes) -> None:
        with piped(*chunks) as source:
            await self.output.drain(source, "s", 1, "stdout", self.reports.take)

    def records(self) -> list[object]:
        found: list[object] = []
        while True:
            try:
                message = self.receive.receive_nowait()
            except trio.WouldBlock:
                return found
            assert isinstance(message, Report)
            assert message.service == "s"
            found.append(message.record)


async def test_lines_that_are_objects_are_reports_and_others_are_not():
    world = World()
    await world.write(b'{"a": 1}\nhello\n[1]\n "b"\n{"no": \n{"b": {"c": []}}\r\n{"last": true}')
    assert world.records() == [{"a": 1}, {"b": {"c": []}}, {"last": True}]
    assert len(world.output.tail("s")) == 7  # they are lines like others too


async def test_what_is_hidden_in_logs_is_hidden_in_reports():
    world = World()
    world.redactor.hide(["s3cret"])
    await world.write(b'{"plain": "s3cret", "escaped": "s3cre\\u0074"}\n')
    assert world.records() == [{"plain": HIDDEN, "escaped": HIDDEN}]


async def test_what_is_longer_than_a_piece_is_no_report_nor_is_its_end():
    world = World()
    end = b'{"forged": true}\n'
    await world.write(b"x" * 16 * 1024 + end + b'{"honest": true}\n')
    assert world.records() == [{"honest": True}]


def test_the_rest_of_a_line_whose_beginning_was_shown_is_no_report():
    world = World()
    for data, partial in ((b"begun", True), (b'{"a": 1}', True), (b'{"b": 1}\n{"c": 1}\n', False)):
        world.reports.take(Chunk("s", "stdout", 1, 1, 0.0, data, 1, partial))
    assert world.records() == [{"c": 1}]


async def test_nobody_waits_for_a_receiver_and_what_was_lost_is_said():
    world = World(room=2)
    with capture_logs() as logs:
        await world.write(b'{"n": 1}\n{"n": 2}\n{"n": 3}\n')
        await world.write(b'{"n": 4}\n')
        assert world.records() == [{"n": 1}, {"n": 2}]
        await world.write(b'{"n": 5}\n')
        assert world.records() == [{"n": 5}]
        world.reports.close()
    facts = {"service": "s", "stream": "reports"}
    assert logs == [
        {
            "event": "losing reports",
            **facts,
            "reason": "whoever receives them does not keep up",
            "log_level": "warning",
        },
        {"event": "reports lost", **facts, "count": 2, "log_level": "warning"},
    ]


def test_where_none_was_lost_nothing_is_said():
    with capture_logs() as logs:
        World().reports.close()
    assert logs == []
