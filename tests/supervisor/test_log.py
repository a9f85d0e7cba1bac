from __future__ import annotations

import fcntl
import json
import os
import threading
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervisor.log import setup, write_line
from supervisor.output import Line
from supervisor.sink import Sink


@pytest.fixture
def logging(tmp_path: Path):
    """`logging(style)` begins; what it returns ends it and gives the lines."""
    before = structlog.get_config()
    descriptor = os.open(tmp_path / "log", os.O_RDWR | os.O_CREAT)

    def begin(style="json", level="info"):
        os.truncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        sink = setup(style, level, descriptor)

        def end() -> list[str]:
            sink.close()
            return (tmp_path / "log").read_bytes().decode().split("\n")[:-1]

        return end

    yield begin
    os.close(descriptor)
    structlog.configure(**before)


def line(text: str, *, partial: bool = False) -> Line:
    return Line("web", "stdout", 7, 3, 0.0, text, partial)


def test_a_child_s_line_is_an_event(logging):
    end = logging()
    write_line(line("hello"))
    write_line(line("half", partial=True))
    first, second = map(json.loads, end())
    facts = {"service": "web", "stream": "stdout", "pid": 7, "sequence": 3, "level": "info"}
    assert first | facts | {"event": "hello"} == first
    assert "partial" not in first
    assert second["partial"] is True


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ('{"message": "m", "n": 1}', "m"),
        ('{"event": "e", "level": "warn"}', "e"),
        ('{"n": 1}', ""),
        ('{"message": ["m"]}', "['m']"),
    ],
)
def test_an_object_that_a_child_wrote_is_data(logging, text: str, event: str):
    end = logging()
    write_line(line(text))
    (it,) = map(json.loads, end())
    assert it["event"] == event
    assert it["data"] == json.loads(text)
    assert it["level"] == "info"
    assert it["service"] == "web"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{not json}",
        '{"a": 1} and more',
        '{"a": 1e999}',
        '{"a": "\\ud800"}',
        '{"a": ' + "[" * 5000 + "]" * 5000 + "}",
    ],
    ids=["half", "no json", "more", "too large", "half a pair", "deep"],
)
def test_what_is_no_object_stays_a_text(logging, text: str):
    end = logging()
    write_line(line(text))
    (it,) = map(json.loads, end())
    assert it["event"] == text
    assert "data" not in it


HOSTILE = [
    "\x00\x1b[2J\r\b\x7f\u2028\u202e",
    '"}],{"',
    "\\ud800\\",
    "%s %d {} {0} {event}",
    "💐" * 10,
    '{"event": {"event": null}, "level": [], "timestamp": 0, "service": {}}',
    '{"message": %s}' % ("9" * 400),
]


@pytest.mark.parametrize("style", ["json", "console"])
@given(text=st.text() | st.sampled_from(HOSTILE) | st.text().map(lambda text: "{" + text))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_child_writes_is_one_record(logging, style: str, text: str):
    text = text.encode("utf-8", "backslashreplace").decode().replace("\n", "")
    end = logging(style)
    write_line(line(text))
    write_line(line("and on"))
    records = end()
    assert "and on" in records[-1]
    if style == "json":
        assert len(records) == 2
        assert all(isinstance(json.loads(record), dict) for record in records)


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_an_object_of_any_depth_is_written(logging, style: str, opening: str):
    """Somewhere there is a depth that can just be read and no longer be written."""
    closing = {"[": "]", '{"a":': "}"}[opening]
    end = logging(style)
    depths = range(100, 1100, 3)
    for depth in depths:
        write_line(line('{"a":' + opening * depth + "1" + closing * depth + "}"))
    assert len(end()) == len(depths)


class Rude:
    def __str__(self) -> str:
        raise RuntimeError("I have no words")

    __repr__ = __str__


@pytest.mark.parametrize("value", ["\udcff", {(1, "\udcff"): b"\xff"}, Rude(), float("nan")])
def test_any_fact_can_be_logged(logging, value: object):
    end = logging()
    structlog.get_logger().info("it", fact=value, other="café")
    (it,) = (json.loads(record, parse_constant=pytest.fail) for record in end())
    assert it["event"] == "it"
    assert it["other"] == "café"
    assert "fact" in it


@pytest.mark.parametrize("style", ["json", "console"])
def test_any_event_can_be_logged(logging, style: str):
    end = logging(style)
    structlog.get_logger().info("half a pair: \udcff")
    (it,) = end()
    assert "half a pair: \\udcff" in it


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_traceback_tells_no_values(logging, style: str):
    def broken():
        password = "hunter" + "2"
        raise ValueError(len(password))

    end = logging(style)
    try:
        broken()
    except ValueError as error:
        structlog.get_logger().warning("it broke", exc_info=error)
    text = "\n".join(end())
    assert "broken" in text
    assert "hunter2" not in text


def test_on_a_terminal_the_service_stands_first_and_the_bookkeeping_is_left_out(logging):
    end = logging("console")
    write_line(line("hello"))
    (it,) = end()
    assert "[web] hello" in it
    assert "sequence" not in it


def test_auto_is_json_where_there_is_no_terminal(logging):
    end = logging("auto")
    structlog.get_logger().info("it")
    assert json.loads(end()[0])["event"] == "it"


def test_auto_is_for_people_on_a_terminal():
    before = structlog.get_config()
    ours, theirs = os.openpty()
    sink = setup("auto", "info", theirs)
    structlog.get_logger().info("it")
    sink.close()
    assert b"\x1b[" in os.read(ours, 1000)
    structlog.configure(**before)
    os.close(ours)
    os.close(theirs)


def test_a_level_keeps_the_lower_ones_out(logging):
    end = logging(level="warning")
    structlog.get_logger().info("low")
    structlog.get_logger().error("high")
    assert [json.loads(record)["event"] for record in end()] == ["high"]


# The sink.


def test_a_reader_that_is_gone_costs_the_lines_and_nothing_else():
    ours, theirs = os.pipe()
    os.close(ours)
    sink = Sink(theirs)
    sink.write("lost\n")
    sink.close()
    os.close(theirs)


def test_a_closed_descriptor_costs_the_lines_and_nothing_else():
    ours, theirs = os.pipe()
    os.close(ours)
    os.close(theirs)
    sink = Sink(theirs)
    sink.write("lost\n")
    sink.close()


def clog(descriptor: int) -> int:
    """Fill a pipe; how many bytes it holds."""
    size = fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ)
    return os.write(descriptor, b"\n" * size)


def read_all(descriptor: int) -> bytes:
    return b"".join(iter(lambda: os.read(descriptor, 65536), b""))


def test_nobody_waits_for_a_slow_reader_and_what_is_lost_is_counted():
    ours, theirs = os.pipe()
    sink = Sink(theirs, room=100)
    clog(theirs)
    for number in range(1000):
        sink.write(f'{{"number":{number}}}\n')
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(read_all(ours)))
    reader.start()
    sink.close(patience=10)
    os.close(theirs)
    reader.join(10)
    records = [json.loads(record) for record in found[0].split() if record.startswith(b'{"number')]
    lost = [json.loads(r) for r in found[0].splitlines() if r.startswith(b'{"event"')]
    assert all(record["event"] == "log lines lost" for record in lost)
    assert len(records) < 1000
    assert len(records) + sum(record["lost"] for record in lost) == 1000
    os.close(ours)


def test_a_reader_that_never_reads_is_given_up_at_the_end():
    ours, theirs = os.pipe()
    sink = Sink(theirs)
    clog(theirs)
    sink.write("stuck\n")
    sink.close(patience=0.01)
    os.close(ours)  # the worker thread's write fails, and it ends
    sink.close(patience=10)
    os.close(theirs)


def test_lines_are_whole_though_the_descriptor_does_not_block():
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    size = fcntl.fcntl(theirs, fcntl.F_GETPIPE_SZ)
    sink = Sink(theirs)
    long = "x" * (2 * size) + "\n"
    sink.write(long)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(read_all(ours)))
    reader.start()
    sink.close(patience=10)
    os.close(theirs)
    reader.join(10)
    assert found == [long.encode()]
    os.close(ours)
