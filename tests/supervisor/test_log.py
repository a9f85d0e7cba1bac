from __future__ import annotations

import fcntl
import json
import logging as stdlib_logging
import os
import select
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
import structlog
import trio
import trio.testing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervisor.kept import Chunk
from supervisor.limiter import MOST
from supervisor.log import Logbook, _Accepting, setup
from supervisor.redact import Redactor
from supervisor.sink import Sink


@pytest.fixture
def logging(tmp_path: Path):
    """`logging(style)` begins: where to write, and what ends it and gives the lines."""
    before = structlog.get_config()
    descriptor = os.open(tmp_path / "log", os.O_RDWR | os.O_CREAT)

    def begin(style="json", level="info", redactor=None):
        os.truncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        logbook = setup(style, level, descriptor, redactor)

        def end() -> list[str]:
            logbook.close(10)
            return (tmp_path / "log").read_bytes().decode().split("\n")[:-1]

        return logbook, end

    yield begin
    os.close(descriptor)
    structlog.configure(**before)


def child(logbook: Logbook, *texts: str, partial: bool = False) -> None:
    """Lines of a child, or a part of one."""
    data = "".join(texts if partial else [f"{text}\n" for text in texts])
    logbook.record(
        Chunk("web", "stdout", 7, 3, 0.0, data.encode("utf-8"), len(texts), partial=partial)
    )


def test_a_child_s_line_is_an_event(logging):
    logbook, end = logging()
    child(logbook, "hello")
    child(logbook, "half", partial=True)
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
    logbook, end = logging()
    child(logbook, text)
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
    logbook, end = logging()
    child(logbook, text)
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
    logbook, end = logging(style)
    child(logbook, text)
    child(logbook, "and on")
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
    logbook, end = logging(style)
    depths = range(100, 1100, 3)
    for depth in depths:
        child(logbook, '{"a":' + opening * depth + "1" + closing * depth + "}")
    assert len(end()) == len(depths)


class Rude:
    def __str__(self) -> str:
        raise RuntimeError("I have no words")

    __repr__ = __str__


@pytest.mark.parametrize("value", ["\udcff", {(1, "\udcff"): b"\xff"}, Rude(), float("nan")])
def test_any_fact_can_be_logged(logging, value: object):
    _, end = logging()
    structlog.get_logger().info("it", fact=value, other="café")
    (it,) = (json.loads(record, parse_constant=pytest.fail) for record in end())
    assert it["event"] == "it"
    assert it["other"] == "café"
    assert "fact" in it


@pytest.mark.parametrize("style", ["json", "console"])
def test_any_event_can_be_logged(logging, style: str):
    _, end = logging(style)
    structlog.get_logger().info("half a pair: \udcff")
    (it,) = end()
    assert "half a pair: \\udcff" in it


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_traceback_tells_no_values(logging, style: str):
    def broken():
        password = "hunter" + "2"
        raise ValueError(len(password))

    _, end = logging(style)
    try:
        broken()
    except ValueError as error:
        structlog.get_logger().warning("it broke", exc_info=error)
    text = "\n".join(end())
    assert "broken" in text
    assert "hunter2" not in text


def test_on_a_terminal_the_service_stands_first_and_the_bookkeeping_is_left_out(logging):
    logbook, end = logging("console")
    child(logbook, "hello")
    (it,) = end()
    assert "[web] hello" in it
    assert "sequence" not in it


def test_on_a_terminal_a_child_forges_no_line_and_no_title(logging):
    logbook, end = logging("console")
    child(logbook, "\x1b[31mred\x1b[0m\r12:00:00 [info] [api] forged \x1b[1A\x1b]0;title\x07")
    (it,) = end()
    assert "\x1b[31mred\x1b[0m" in it
    assert "\r" not in it
    assert "\x1b[1A" not in it
    assert "\x1b]" not in it


def test_auto_is_json_where_there_is_no_terminal(logging):
    _, end = logging("auto")
    structlog.get_logger().info("it")
    assert json.loads(end()[0])["event"] == "it"


def test_auto_is_for_people_on_a_terminal():
    before = structlog.get_config()
    ours, theirs = os.openpty()
    sink = setup("auto", "info", theirs)
    structlog.get_logger().info("it")
    sink.close(10)
    assert b"\x1b[" in os.read(ours, 1000)
    structlog.configure(**before)
    os.close(ours)
    os.close(theirs)


def test_a_level_keeps_the_lower_ones_out(logging):
    _, end = logging(level="warning")
    structlog.get_logger().info("low")
    structlog.get_logger().error("high")
    assert [json.loads(record)["event"] for record in end()] == ["high"]


# What must be hidden, what must not take all the room, and who else is told.


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_event_of_ours_tells_a_secret(logging, style: str):
    _, end = logging(style, redactor=Redactor(["hunter22", "12345678"], [r"sk-\w+"]))
    log = structlog.get_logger()
    log.info("hunter22", a="x hunter22", b={"hunter22": ["hunter22", Path("/hunter22")]})
    log.info("a number", fact=12345678)
    error = ValueError("hunter22 sk-abc")
    log.warning("it broke", exc_info=error, key="sk-abc", more=1, less=None, yes=True)
    shown = "\n".join(end())
    assert "hunter22" not in shown
    assert "12345678" not in shown
    assert "sk-abc" not in shown
    assert shown.count("[redacted]") >= 8
    if style == "json":
        last = json.loads(shown.split("\n")[2])
        assert (last["more"], last["less"], last["yes"]) == (1, None, True)


def test_a_secret_that_a_child_wrote_with_escapes_is_hidden_too(logging):
    logbook, end = logging(redactor=Redactor(["hunter22"]))
    child(logbook, r'{"message": "\u0068unter22", "n": 1}')
    assert "hunter22" not in end()[0]


def test_a_storm_costs_a_few_records_and_one_that_counts_the_others(logging, monkeypatch):
    monkeypatch.setattr("supervisor.limiter.PERIOD", 1000.0)
    _, end = logging()
    for _ in range(1000):
        structlog.get_logger().info("service exited", service="web")
    structlog.get_logger().info("something else")
    events = [json.loads(record) for record in end()]
    assert [event["event"] for event in events] == (
        ["service exited"] * MOST + ["something else", "log events left out"]
    )
    assert events[-1] | {"of": "service exited", "service": "web", "count": 990} == events[-1]


def test_a_child_that_floods_is_no_storm(logging):
    logbook, end = logging()
    child(logbook, *["the same"] * 1000)
    assert len(end()) == 1000


async def test_our_own_events_are_kept_whatever_thread_they_come_from(logging):
    logbook, end = logging()
    log = structlog.get_logger()
    kept: list[str] = []
    log.info("before")
    logbook.keep(kept.append)
    log.info("one")
    await trio.to_thread.run_sync(log.info, "two")
    await trio.testing.wait_all_tasks_blocked()
    assert [json.loads(text)["event"] for text in kept] == ["one", "two"]
    assert [json.loads(text)["event"] for text in end()] == ["before", "one", "two"]


def test_an_event_of_another_thread_after_the_run_is_only_written(logging):
    logbook, end = logging()

    async def run() -> None:
        logbook.keep(pytest.fail)

    trio.run(run)
    thread = threading.Thread(target=structlog.get_logger().info, args=("late",))
    thread.start()
    thread.join()
    assert [json.loads(text)["event"] for text in end()] == ["late"]


def test_a_level_keeps_the_lines_of_children_out_too(logging):
    logbook, end = logging(level="warning")
    child(logbook, "hello")
    assert end() == []


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_line_of_a_child_says_when_it_goes_on(logging, style: str):
    logbook, end = logging(style)
    child(logbook, "half", partial=True)
    assert "partial" in end()[0]


# The sink.


def test_a_reader_that_is_gone_costs_the_lines_and_nothing_else():
    ours, theirs = os.pipe()
    os.close(ours)
    sink = Sink(theirs)
    sink.write("lost\n")
    sink.close(10)
    os.close(theirs)


def test_a_closed_descriptor_costs_the_lines_and_nothing_else():
    ours, theirs = os.pipe()
    os.close(ours)
    os.close(theirs)
    sink = Sink(theirs)
    sink.write("lost\n")
    sink.close(10)


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
    assert all(record["service"] == "nurseryd" for record in lost)
    assert sink.lost == {"nurseryd": sum(record["lost"] for record in lost)}
    sink.flush()
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


def test_lines_are_whole_though_the_descriptor_does_not_block(monkeypatch: pytest.MonkeyPatch):
    full, wait = threading.Event(), select.select

    def tell(*descriptors: Sequence[int]) -> object:
        full.set()
        return wait(*descriptors)

    monkeypatch.setattr(select, "select", tell)
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    size = fcntl.fcntl(theirs, fcntl.F_GETPIPE_SZ)
    sink = Sink(theirs)
    long = "x" * (2 * size) + "\n"
    sink.write(long)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(read_all(ours)))
    assert full.wait(10)  # or the reader might keep up with it
    reader.start()
    sink.close(patience=10)
    os.close(theirs)
    reader.join(10)
    assert found == [long.encode()]
    os.close(ours)


def test_a_listener_without_a_descriptor_left_is_a_line_and_no_storm(logging):
    _, end = logging()
    trio_says = stdlib_logging.getLogger("trio.serve_listeners")
    for _ in range(3):
        error = OSError(24, "Too many open files")
        trio_says.error("accept returned %s; retrying", "EMFILE", exc_info=error)
    (line,) = end()
    facts = {"event": "cannot take in who connects for now", "level": "warning"}
    facts["reason"] = "accept returned EMFILE; retrying"
    assert json.loads(line) == facts | {"timestamp": json.loads(line)["timestamp"]}


def test_it_is_said_again_when_it_lasts(logging):
    _, end = logging()
    now = [0.0]
    handler = _Accepting(lambda: now[0])
    for now[0] in 0.0, 59.0, 60.0, 119.0, 120.0:
        handler.emit(stdlib_logging.makeLogRecord({"msg": str(now[0])}))
    assert [json.loads(line)["reason"] for line in end()] == ["0.0", "60.0", "120.0"]
