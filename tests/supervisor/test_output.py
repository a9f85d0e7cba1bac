from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import trio
import trio.testing

from supervisor import output
from supervisor.follower import Follower
from supervisor.kept import KEPT_BYTES
from supervisor.output import OURS, Chunk, Line, Output
from supervisor.pipe import LINES
from supervisor.redact import Redactor
from supervisor.sink import Sink
from supervisor.spec import Log
from tests.supervisor.fakes import piped


async def drain(it: Output, data: bytes, service="s", pid=1, stream="stdout") -> None:
    with piped(data) as source:
        await it.drain(source, service, pid, stream)


def texts(it: Output, service: str = "s") -> list[str]:
    return [line.text for line in it.tail(service)]


async def heard(follower: Follower) -> list[str]:
    return [line.text for chunk in (await follower.receive()).chunks for line in chunk]


@pytest.fixture
def told() -> list[Line]:
    return []


@pytest.fixture
def it(told: list[Line]) -> Output:
    return Output(told.extend)


async def test_every_line_is_numbered_and_told(it: Output, told: list[Line]):
    await drain(it, b"a\nb", pid=7)
    await drain(it, b"c\n", pid=8, stream="stderr")
    await drain(it, b"d\n", service="other", pid=9)
    seen = [(line.service, line.stream, line.pid, line.sequence, line.text) for line in told]
    assert seen == [
        ("s", "stdout", 7, 1, "a"),
        ("s", "stdout", 7, 2, "b"),
        ("s", "stderr", 8, 3, "c"),
        ("other", "stdout", 9, 1, "d"),
    ]
    assert all(abs(line.at - time.time()) < 60 for line in told)


async def test_what_is_no_utf_8_is_shown_as_what_it_is(it: Output):
    await drain(it, b"caf\xe9\r\n\xe2\x80\nx\ry\r\n")
    assert texts(it) == ["caf\\xe9", "\\xe2\\x80", "x\ry"]


async def test_a_long_line_is_told_in_parts(it: Output, told: list[Line]):
    long = "x" * 16 * 1024
    await drain(it, f"{long}{long}y\nz\n".encode())
    assert [(line.text, line.partial) for line in told] == [
        (long, True),
        (long, True),
        ("y", False),
        ("z", False),
    ]


async def test_the_last_lines_are_kept():
    it = Output(lambda chunk: None, keep=3)
    await drain(it, b"1\n2\n3\n4\n5\n")
    assert texts(it) == ["3", "4", "5"]
    assert [line.sequence for line in it.tail("s")] == [3, 4, 5]
    await drain(it, b"6\n")
    assert texts(it) == ["4", "5", "6"]
    assert [line.text for line in it.tail("s", 2)] == ["5", "6"]
    await drain(it, b"7\n8\n")
    assert [line.text for line in it.tail("s", 2)] == ["7", "8"]
    assert texts(it) == ["6", "7", "8"]
    assert it.tail("s", 0) == ()
    assert it.tail("nobody") == ()
    it.forget("s")
    assert it.tail("s") == ()


async def test_of_long_lines_fewer_are_kept(it: Output):
    for number in range(100):
        await drain(it, b"%04d" % number + b"x" * 16_000 + b"\n")
    kept = it.tail("s")
    assert 10 < len(kept) < 20
    assert sum(len(line.text) + 1 for line in kept) <= KEPT_BYTES
    assert kept[-1].text.startswith("0099")


async def test_the_window_says_what_came_before_it():
    it = Output(lambda chunk: None, keep=2)
    assert it.window("s", "stdout") == (0, b"")
    await drain(it, b"one\ntwo\nthree\n")
    assert it.window("s", "stdout") == (4, b"two\nthree\n")
    await drain(it, b"no end", stream="stderr")
    assert it.window("s", "stdout") == (4, b"two\nthree\n")
    assert it.window("s", "stderr") == (0, b"no end\n")


async def test_what_is_kept_can_be_dropped(it: Output, tmp_path: Path):
    it.configure("s", Log(file=str(tmp_path / "log")))
    await drain(it, b"one\n")
    it.clear("s")
    it.clear("nobody")
    assert it.tail("s") == ()
    assert it.window("s", "stdout") == (0, b"")
    await drain(it, b"two\n")
    assert [(line.sequence, line.text) for line in it.tail("s")] == [(2, "two")]
    assert it.window("s", "stdout") == (0, b"two\n")
    it.close(10)
    assert (tmp_path / "log").read_bytes() == b"two\n"


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a line is not told, however long a busy machine takes."""
    monkeypatch.setattr(output, "PAUSE", 1000.0)


@pytest.mark.usefixtures("patient")
async def test_a_reader_that_is_cancelled_loses_nothing_that_it_read(it: Output, told: list[Line]):
    ours, theirs = os.pipe()
    os.write(theirs, b"whole\nhalf")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(it.drain, ours, "s", 1, "stdout")
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert [line.text for line in told] == ["whole", "half"]
    os.close(ours)
    os.close(theirs)


async def test_a_reader_that_is_cancelled_takes_what_was_written_by_then(
    it: Output, told: list[Line]
):
    """A child's last words, of which a busy daemon has not read any within the time it has."""
    it.configure("s", Log(strip_ansi=True))
    ours, theirs = os.pipe()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(it.drain, ours, "s", 1, "stdout")
        await trio.testing.wait_all_tasks_blocked()
        os.write(theirs, b"the \x1b[1mlast\x1b[0m\nwords")
        nursery.cancel_scope.cancel()
    assert [line.text for line in told] == ["the last", "words"]
    os.close(ours)
    os.close(theirs)


async def test_a_prompt_is_shown_after_a_while(autojump_clock, it: Output, told: list[Line]):
    ours, theirs = os.pipe()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(it.drain, ours, "s", 1, "stdout")
        os.write(theirs, b"login: ")
        with it.follow("s") as follower:
            assert await heard(follower) == ["login: "]
            assert trio.current_time() == pytest.approx(output.PAUSE, abs=0.1)
            os.write(theirs, b"ada\n")
            assert await heard(follower) == ["ada"]
        await trio.sleep(3600)  # with nothing pending, nothing happens
        os.close(theirs)
    assert [(line.text, line.partial) for line in told] == [("login: ", True), ("ada", False)]
    os.close(ours)


async def test_a_pipe_that_says_nothing_after_all_is_waited_for(it: Output, told: list[Line]):
    ours, theirs = os.pipe()
    wait_readable = trio.lowlevel.wait_readable
    ready = iter([True])

    async def wait(source: int) -> None:
        if next(ready, False):
            return await trio.lowlevel.checkpoint()
        return await wait_readable(source)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trio.lowlevel, "wait_readable", wait)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(it.drain, ours, "s", 1, "stdout")
            await trio.testing.wait_all_tasks_blocked()
            os.write(theirs, b"x\n")
            os.close(theirs)
    assert [line.text for line in told] == ["x"]
    os.close(ours)


# Followers.


async def test_a_follower_sees_lines_from_now_on(it: Output):
    await drain(it, b"before\n")
    with it.follow("s") as follower, it.follow("s") as other:
        await drain(it, b"after\n")
        assert await heard(follower) == ["after"]
        assert await heard(other) == ["after"]
    await drain(it, b"nobody follows\n")


async def test_who_reads_every_line_misses_none_and_holds_the_service_up(
    it: Output, nursery: trio.Nursery
):
    ours, theirs = os.pipe()
    with it.every_line("s") as lines:
        nursery.start_soon(it.drain, ours, "s", 1, "stdout")
        for number in range(200):
            os.write(theirs, b"%d\n" % number * 20)
            await trio.testing.wait_all_tasks_blocked()
        assert lines.statistics().current_buffer_used == output.HELD_UP
        os.write(theirs, b"last")
        os.close(theirs)
        seen = [(await lines.receive()).text for _ in range(200 * 20 + 1)]
        assert seen == [str(number) for number in range(200) for _ in range(20)] + ["last"]
    os.close(ours)


async def test_who_has_enough_holds_nobody_up_any_more(it: Output, nursery: trio.Nursery):
    with it.every_line("s"):
        nursery.start_soon(drain, it, b"x\n" * 1000)
        await trio.testing.wait_all_tasks_blocked()
        assert nursery.child_tasks
    await trio.testing.wait_all_tasks_blocked()
    assert len(texts(it)) == 200


async def test_all_can_be_followed_at_once_and_the_daemon_too(it: Output):
    with it.follow(None) as follower:
        await drain(it, b"1\n", service="a")
        await drain(it, b"2\n", service="b")
        it.note('{"event":"it"}')
        seen = [line for chunk in (await follower.receive()).chunks for line in chunk]
    assert [(line.service, line.stream, line.text) for line in seen] == [
        ("a", "stdout", "1"),
        ("b", "stdout", "2"),
        (OURS, "log", '{"event":"it"}'),
    ]
    assert texts(it, OURS) == ['{"event":"it"}']


async def test_who_has_closed_its_end_is_nobody(it: Output):
    with it.every_line("s") as lines:
        lines.close()
        await drain(it, b"1\n")
    assert texts(it) == ["1"]


async def test_a_service_that_vanished_and_came_back_counts_anew(it: Output):
    await drain(it, b"1\n2\n")
    (before,) = it.kept("s")
    await drain(it, b"3\n")
    assert [chunk.begun for chunk in it.kept("s")] == [before.begun, before.begun]
    it.forget("s")
    await drain(it, b"again\n")
    (after,) = it.kept("s")
    assert after.first == 1
    assert after.begun > before.begun


# Files.


async def test_a_file_takes_the_bytes_as_they_are(it: Output, told: list[Line], tmp_path: Path):
    it.configure("s", Log(file=str(tmp_path / "log")))
    await drain(it, b"caf\xe9\r\n\x1b[31mred\n\nno end")
    await drain(it, b"\nstderr too\n", stream="stderr")
    it.close(10)
    assert (tmp_path / "log").read_bytes() == b"caf\xe9\r\n\x1b[31mred\n\nno end\nstderr too\n"
    assert len(told) == 6


async def test_errors_may_have_a_file_of_their_own(it: Output, told: list[Line], tmp_path: Path):
    log = Log(daemon=False, file=str(tmp_path / "log"), error_file=str(tmp_path / "errors"))
    it.configure("s", log)
    await drain(it, b"one\n")
    await drain(it, b"two\n", stream="stderr")
    it.close(10)
    assert (tmp_path / "log").read_bytes() == b"one\n"
    assert (tmp_path / "errors").read_bytes() == b"two\n"
    assert told == []
    assert texts(it) == ["one", "two"]


async def test_without_a_file_for_it_stdout_has_none(it: Output, tmp_path: Path):
    it.configure("s", Log(error_file=str(tmp_path / "errors")))
    await drain(it, b"one\n")
    it.close(10)
    assert list(tmp_path.iterdir()) == []


async def test_a_file_may_come_and_go_while_it_is_read(it: Output, tmp_path: Path):
    ours, theirs = os.pipe()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(it.drain, ours, "s", 1, "stdout")
        for log in (Log(), Log(file=str(tmp_path / "log")), Log(file=str(tmp_path / "other"))):
            it.configure("s", log)
            os.write(theirs, f"{Path(str(log.file)).name}\n".encode())
            await trio.testing.wait_all_tasks_blocked()
        it.forget("s")
        os.write(theirs, b"nowhere\n")
        os.close(theirs)
    it.close(10)
    assert (tmp_path / "log").read_bytes() == b"log\n"
    assert (tmp_path / "other").read_bytes() == b"other\n"
    os.close(ours)


async def test_files_are_begun_anew_when_somebody_has_moved_them(it: Output, tmp_path: Path):
    it.configure("s", Log(file=str(tmp_path / "log")))
    await drain(it, b"one\n")
    it.reopen()
    it.close(10)
    assert (tmp_path / "log").read_bytes() == b"one\n"


@pytest.mark.usefixtures("patient")
async def test_colours_are_left_out_though_they_come_in_parts(
    it: Output, told: list[Line], tmp_path: Path
):
    it.configure("s", Log(file=str(tmp_path / "log"), strip_ansi=True))
    ours, theirs = os.pipe()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(it.drain, ours, "s", 1, "stdout")
        for part in (b"\x1b[3", b"1mred\x1b[0", b"m\nend\x1b["):
            os.write(theirs, part)
            await trio.testing.wait_all_tasks_blocked()
        os.close(theirs)
    it.close(10)
    assert (tmp_path / "log").read_bytes() == b"red\nend\x1b["
    assert [line.text for line in told] == ["red", "end\x1b["]
    os.close(ours)


@pytest.mark.usefixtures("patient")
async def test_a_secret_is_hidden_everywhere(told: list[Line], tmp_path: Path):
    it = Output(told.extend, redactor=Redactor(["hunter22"]))
    it.configure("s", Log(file=str(tmp_path / "log")))
    ours, theirs = os.pipe()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(it.drain, ours, "s", 1, "stdout")
        for part in (b"a hun", b"ter22 b\n", b"hunter22"):
            os.write(theirs, part)
            await trio.testing.wait_all_tasks_blocked()
        os.close(theirs)
    it.close(10)
    assert (tmp_path / "log").read_bytes() == b"a [redacted] b\n[redacted]"
    assert [line.text for line in told] == texts(it) == ["a [redacted] b", "[redacted]"]
    assert it.window("s", "stdout") == (0, b"a [redacted] b\n[redacted]\n")
    os.close(ours)


# Floods.


async def test_a_flood_costs_no_line_and_leaves_everybody_his_turn(
    told: list[Line], nursery: trio.Nursery
):
    ours, theirs = os.pipe()
    chunks: list[Chunk] = []
    it = Output(chunks.append)
    lines = 50_000

    def flood() -> None:
        with open(theirs, "wb") as pipe:
            pipe.write(b"".join(b"%d\n" % number for number in range(lines)))

    nursery.start_soon(trio.to_thread.run_sync, flood)
    await it.drain(ours, "s", 1, "stdout")
    # A line that is a while in coming is told in parts, of which the last one counts.
    assert sum(chunk.count for chunk in chunks if not chunk.partial) == lines
    assert b"".join(chunk.data for chunk in chunks).split() == [b"%d" % n for n in range(lines)]
    assert max(chunk.count for chunk in chunks) < 2 * LINES
    os.close(ours)


async def test_a_sink_that_stands_still_costs_lines_and_they_are_counted(nursery: trio.Nursery):
    """The child is never held up for ever, and nothing grows."""
    reader, writer = os.pipe()
    ours, theirs = os.pipe()
    sink = Sink(writer, room=300_000)
    it = Output(lambda chunk: sink.put(chunk.service, chunk.data * 2, chunk.count), sink=sink)
    lines = 20_000

    def flood() -> None:
        with open(theirs, "wb") as pipe:
            pipe.write((b"x" * 99 + b"\n") * lines)

    nursery.start_soon(trio.to_thread.run_sync, flood)
    with trio.fail_after(20):
        await it.drain(ours, "loud", 1, "stdout")
    lost = it.lost["loud"]
    assert 0 < lost < lines
    os.close(reader)  # what waits is lost with its reader
    sink.close(10)
    os.close(writer)
    os.close(ours)
