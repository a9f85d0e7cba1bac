from __future__ import annotations

import os
import signal
import socket
import struct
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from supervisor.probe import ProbeFailed, probe, problem
from supervisor.spawn import Program
from supervisor.spec import Target
from supervisor.survivors import MARKER
from tests.supervisor.real import PATIENCE, alive, until


@asynccontextmanager
async def server(reply: bytes | None, *, requests: list[bytes] | None = None):
    """One that answers anything with `reply`, or never; its port."""

    async def answer(stream: trio.SocketStream) -> None:
        async with stream:
            request = bytes(await stream.receive_some())
            if requests is not None:
                requests.append(request)
            if reply is None:
                await trio.sleep_forever()
            try:
                await stream.send_all(reply)
            except trio.BrokenResourceError:
                return

    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, answer, 0, host="127.0.0.1"))
        yield listener.socket.getsockname()[1]
        nursery.cancel_scope.cancel()


def reply(status: int) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status


@pytest.mark.parametrize("status", [200, 204, 301, 399])
async def test_an_answer_is_enough(status: int):
    requests: list[bytes] = []
    async with server(reply(status), requests=requests) as port:
        await probe(Target(http=f"http://127.0.0.1:{port}/health?deep=1"))
    assert requests[0].startswith(b"GET /health?deep=1 HTTP/1.1\r\n")
    assert b"Host: 127.0.0.1:%d\r\n" % port in requests[0]


@pytest.mark.parametrize("status", [400, 404, 500, 503])
async def test_a_bad_answer_is_none_unless_any_will_do(status: int):
    async with server(reply(status)) as port:
        address = f"http://127.0.0.1:{port}"
        with pytest.raises(ProbeFailed, match=f"answered {status}"):
            await probe(Target(http=address))
        await probe(Target(http=address, any_status=True))


async def test_hints_before_the_answer_are_not_the_answer():
    async with server(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + reply(404)) as port:
        with pytest.raises(ProbeFailed, match="answered 404"):
            await probe(Target(http=f"http://127.0.0.1:{port}"))


async def test_the_body_is_not_waited_for():
    async with server(b"HTTP/1.1 200 X\r\nContent-Length: 1000000\r\n\r\nbut") as port:
        await probe(Target(http=f"http://127.0.0.1:{port}"))


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (b"", "closed the connection"),
        (b"HTTP/1.1 20", "closed the connection"),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", "does not speak HTTP"),
        (b"\x00" * 300_000, "does not speak HTTP"),
        (b"x" * 300_000, "does not speak HTTP"),
        (b"HTTP/1.1 99999 X\r\n\r\n", "does not speak HTTP"),
    ],
    ids=["nothing", "half", "ssh", "zeros", "endless", "number"],
)
@pytest.mark.parametrize("any_status", [False, True])
async def test_garbage_is_no_answer(reply: bytes, text: str, any_status: bool):
    async with server(reply) as port:
        with pytest.raises(ProbeFailed, match=text):
            await probe(Target(http=f"http://127.0.0.1:{port}", any_status=any_status))


async def test_a_server_that_resets_the_connection_gives_no_answer():
    async def reset(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        at_once = struct.pack("ii", 1, 0)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        stream.socket.close()

    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, reset, 0, host="127.0.0.1"))
        port = listener.socket.getsockname()[1]
        with pytest.raises(ProbeFailed, match="closed the connection"):
            await probe(Target(http=f"http://127.0.0.1:{port}"))
        nursery.cancel_scope.cancel()


async def test_a_server_that_hangs_is_waited_for_until_cancelled():
    async with server(None) as port:
        with trio.move_on_after(0.05) as scope:
            await probe(Target(http=f"http://127.0.0.1:{port}"))
        assert scope.cancelled_caught
        await probe(Target(tcp=f"127.0.0.1:{port}"))


async def test_a_port_where_nobody_listens_is_refused():
    async with server(b"") as port:
        pass
    text = f"cannot connect to 127.0.0.1:{port}: Connection refused"
    for target in (Target(tcp=f"127.0.0.1:{port}"), Target(http=f"http://127.0.0.1:{port}/")):
        with pytest.raises(ProbeFailed, match=f"^{text}$"):
            await probe(target)


BAD = [
    Target(http="https://127.0.0.1/"),
    Target(http="http://127.0.0.1:{port}/"),
    Target(http="http://127.0.0.1:0/"),
    Target(http="http://127.0.0.1:1/a b"),
    Target(http="http://127.0.0.1:1/é"),
    Target(http="http://127.0.0.1:1/\r\nX: y"),
    Target(http="http://"),
    Target(http=""),
    Target(tcp=""),
    Target(tcp="127.0.0.1"),
    Target(tcp="127.0.0.1:x"),
    Target(tcp="127.0.0.1:²"),
    Target(tcp="127.0.0.1:65536"),
    Target(exec=()),
    Target(exec=("", "x")),
    Target(),
    Target(http="http://h/", tcp="h:1"),
]


@pytest.mark.parametrize("target", BAD, ids=str)
async def test_a_target_that_is_none_fails_and_does_not_break_who_looks(target: Target):
    """A placeholder may have been filled in with anything."""
    assert problem(target)
    with pytest.raises(ProbeFailed):
        await probe(target)


@pytest.mark.parametrize("host", ["a..b", "a" * 70, "nowhere.invalid"])
async def test_a_host_that_is_none_fails_the_probe(host: str):
    with pytest.raises(ProbeFailed, match="cannot connect to"):
        await probe(Target(tcp=f"{host}:1"))


@pytest.mark.parametrize(
    "target",
    [Target(http="http://[::1]:80/x?y=%20"), Target(tcp="[::1]:80"), Target(exec=("true",))],
    ids=str,
)
def test_nothing_is_wrong_with_a_good_target(target: Target):
    assert problem(target) is None


# Programs.


def sh(script: str) -> Target:
    return Target(exec=("sh", "-c", script))


async def test_a_program_that_exits_with_0_is_an_answer():
    await probe(sh("echo fine"))


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("exit 3", "'sh' exited with 3"),
        ("echo one; echo two >&2; exit 1", "'sh' exited with 1: (one|two)"),
        ("echo '  the reason  '; echo; echo; exit 1", "'sh' exited with 1: the reason"),
        ("kill -9 $$", "'sh' killed by SIGKILL"),
        ("yes | head -c 1000000; printf %0500d 7; exit 1", f"'sh' exited with 1: {'0' * 200}"),
        ("printf '\\377'; exit 1", "'sh' exited with 1: \N{REPLACEMENT CHARACTER}"),
    ],
    ids=["silent", "both streams", "last line", "killed", "much", "no UTF-8"],
)
async def test_any_other_end_is_none_and_its_last_line_says_why(script: str, text: str):
    with pytest.raises(ProbeFailed, match=f"^{text}$"):
        await probe(sh(script))


async def test_a_program_that_cannot_be_run_is_no_answer():
    with pytest.raises(ProbeFailed, match=r"^cannot run 'no-such-program': No such file"):
        await probe(Target(exec=("no-such-program",)))
    with pytest.raises(ProbeFailed, match=r"^cannot run 'true': embedded null byte"):
        await probe(Target(exec=("true", "\0")))
    launched = Program(command=(), environment=os.environ, nice=1)
    with pytest.raises(ProbeFailed, match=r"^cannot run 'no-such-program': No such file"):
        await probe(Target(exec=("no-such-program",)), launched)


async def test_it_has_no_input():
    await probe(sh("! read line"))


async def test_a_program_takes_all_that_it_started_along_when_its_time_is_up(tmp_path: Path):
    script = f"setsid sleep 1000 & echo $! $$ > {tmp_path}/pids; trap '' TERM; sleep 1000; true"
    with trio.move_on_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(probe, sh(script))
            await until((tmp_path / "pids").exists)
            pids = await until(lambda: (tmp_path / "pids").read_text().split())
            nursery.cancel_scope.cancel()
    assert not any(alive(int(pid)) for pid in pids)


async def test_what_it_leaves_running_is_ended_with_it(tmp_path: Path):
    await probe(sh(f"setsid sleep 1000 & echo $! > {tmp_path}/pid"))
    assert not alive(int((tmp_path / "pid").read_text()))


async def test_somebody_who_holds_its_pipe_does_not_hold_up_the_answer(tmp_path: Path):
    holder = f"setsid env -u {MARKER} sh -c 'echo $$ > {tmp_path}/pid; exec sleep 1000'"
    began = trio.current_time()
    await probe(sh(f"{holder} & while [ ! -s {tmp_path}/pid ]; do sleep 0.01; done"))
    assert trio.current_time() - began < 5
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


async def test_it_runs_like_the_program_that_it_looks_at(tmp_path: Path):
    like = Program(
        command=("sleep", "1000"),
        environment={"PATH": os.environ["PATH"], "WHO": "web"},
        directory=str(tmp_path),
        umask=0o27,
    )
    with pytest.raises(ProbeFailed, match=f": web {tmp_path} 0027$"):
        await probe(sh("echo $WHO $PWD $(umask); exit 1"), like)


async def test_probes_leave_no_descriptor_behind():
    await probe(sh("exit"))
    before = sorted(os.listdir("/proc/self/fd"))
    for _ in range(10):
        with pytest.raises(ProbeFailed):
            await probe(sh("exit 1"))
        with trio.move_on_after(0):
            await probe(sh("exit"))
    assert sorted(os.listdir("/proc/self/fd")) == before
