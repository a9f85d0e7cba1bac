from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest
import trio
import trio.testing

from supervisor.output import Line
from supervisor.readiness import Newline, unreadable, until_ready
from supervisor.spec import Ready
from tests.supervisor.test_probe import reply, server


def line(text: str) -> Line:
    return Line("s", "stdout", 1, 1, 0.0, text)


def nothing() -> trio.MemoryReceiveChannel[Line]:
    """Lines of a process that says nothing."""
    return trio.open_memory_channel[Line](0)[1]


async def test_a_delay_passes(autojump_clock: trio.testing.MockClock):
    await until_ready(Ready(delay=3.0), nothing())
    assert trio.current_time() == 3.0


async def test_a_line_matches_anywhere():
    send, lines = trio.open_memory_channel[Line](10)
    for text in ("starting", "ready: no", "it is ready: yes, it is", "one more"):
        send.send_nowait(line(text))
    await until_ready(Ready(log="ready: (yes|soon)"), lines)
    assert lines.receive_nowait().text == "one more"


async def test_without_such_a_line_it_is_never_ready(autojump_clock: trio.testing.MockClock):
    with trio.move_on_after(1000) as scope:
        await until_ready(Ready(log="ready"), nothing())
    assert scope.cancelled_caught


@pytest.mark.parametrize("how", ["tcp", "http"])
async def test_a_target_is_looked_at_until_it_answers(how: str):
    async with server(reply(200)) as port:
        pass  # now there is a port where nobody listens
    ready = {
        "tcp": Ready(tcp=f"127.0.0.1:{port}", every=0.001),
        "http": Ready(http=f"http://127.0.0.1:{port}/", every=0.001),
    }[how]
    done = trio.Event()

    async def wait() -> None:
        await until_ready(ready, nothing())
        done.set()

    async def answer(stream: trio.SocketStream) -> None:
        async with stream:
            if await stream.receive_some():
                await stream.send_all(reply(200))

    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked()
            assert not done.is_set()
            await nursery.start(partial(trio.serve_tcp, answer, port, host="127.0.0.1"))
            await done.wait()
            nursery.cancel_scope.cancel()


async def test_a_page_that_answers_500_is_not_ready_unless_any_status_will_do():
    async with server(reply(500)) as port:
        address = f"http://127.0.0.1:{port}/"
        with trio.move_on_after(0.05) as scope:
            await until_ready(Ready(http=address, every=0.001), nothing())
        assert scope.cancelled_caught
        await until_ready(Ready(http=address, any_status=True), nothing())


async def test_a_server_that_never_answers_is_not_ready():
    async with server(None) as port:
        with trio.move_on_after(0.05) as scope:
            await until_ready(Ready(http=f"http://127.0.0.1:{port}/", any_status=True), nothing())
        assert scope.cancelled_caught


@pytest.mark.parametrize(
    "ready",
    [
        Ready(),
        Ready(delay=1, log="x"),
        Ready(tcp="h:1", http="http://h/"),
        Ready(log="("),
        Ready(tcp="h"),
        Ready(http="h"),
        Ready(exec=()),
        Ready(exec=("true",), notify=True),
        Ready(fd=3, notify=True),
    ],
    ids=str,
)
def test_what_could_never_be_ready_is_said_beforehand(ready: Ready):
    assert unreadable(ready)


@pytest.mark.parametrize(
    "ready",
    [
        Ready(delay=0),
        Ready(log=""),
        Ready(tcp="h:1"),
        Ready(http="http://h/", any_status=True),
        Ready(exec=("true",)),
        Ready(notify=True),
        Ready(fd=3),
    ],
    ids=str,
)
def test_what_can_be_is_fine(ready: Ready):
    assert unreadable(ready) is None


async def test_a_program_is_run_until_it_exits_with_0(tmp_path: Path):
    script = f"echo >> {tmp_path}/looks; [ $(wc -l < {tmp_path}/looks) = 3 ]"
    with trio.fail_after(10):
        await until_ready(Ready(exec=("sh", "-c", script), every=0.001), nothing())
    assert len((tmp_path / "looks").read_text()) == 3


@pytest.mark.parametrize("ready", [Ready(notify=True), Ready(fd=3)])
async def test_it_may_say_so_itself(autojump_clock: trio.testing.MockClock, ready: Ready):
    async def says_so() -> None:
        await trio.sleep(5)

    await until_ready(ready, nothing(), says_so)
    assert trio.current_time() == 5


def test_whether_a_newline_came_is_known_without_waiting_for_one():
    newline = Newline()
    assert not newline.catch_up()
    os.write(newline.writer, b"soon")
    assert not newline.catch_up()
    os.write(newline.writer, b"\nand more")
    assert newline.catch_up()
    newline.close_writer()
    assert newline.catch_up()
    newline.close()


@pytest.mark.parametrize("said", [b"", b"soon"])
async def test_who_closes_it_without_a_newline_is_never_ready(
    autojump_clock: trio.testing.MockClock, said: bytes
):
    newline = Newline()
    os.write(newline.writer, said)
    newline.close_writer()
    with trio.move_on_after(1000) as scope:
        await newline.until_written()
    assert scope.cancelled_caught
    newline.close()


@pytest.mark.parametrize("handed", [True, False])
def test_the_pipe_for_a_newline_leaves_no_descriptor_behind(handed: bool):
    before = sorted(os.listdir("/proc/self/fd"))
    newline = Newline()
    if handed:
        newline.close_writer()
    newline.close()
    assert sorted(os.listdir("/proc/self/fd")) == before
