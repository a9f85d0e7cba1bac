"""The server's side of sd_notify, with real sockets and real clients."""

from __future__ import annotations

import os
import pwd
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from supervisor.failure import Failed
from supervisor.kinds import notify
from supervisor.kinds.notify import Notice, NotifySocket, parse
from supervisor.model import State
from supervisor.spec import ProcessSpec, Ready, Restart
from tests.supervisor.real import PATIENCE, until
from tests.supervisor.test_process import One, kept, sh, stopped

# What any program can do with no library: a few lines of its own.
CLIENT = """
import os, socket, sys, time, signal
def say(text, descriptors=()):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.connect(os.environ["NOTIFY_SOCKET"])
        data = text.encode() if isinstance(text, str) else text
        socket.send_fds(s, [data], descriptors) if descriptors else s.send(data)
"""


def client(code: str, **fields: object) -> ProcessSpec:
    fields = {"ready": Ready(notify=True), "restart": Restart.NEVER} | fields
    return ProcessSpec(name="s", command=(sys.executable, "-S", "-c", CLIENT + code), **fields)


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch):
    """The runtime folders that are there."""
    folder = tempfile.mkdtemp(prefix="t-")
    monkeypatch.setattr(notify, "_runtime_folder", lambda: folder)
    yield Path(folder)
    os.rmdir(folder)  # nothing is left in it


# What a datagram says.


@pytest.mark.parametrize(
    ("datagram", "notice"),
    [
        (b"READY=1", Notice(ready=True)),
        (b"READY=1\nSTATUS=up and away\n", Notice(ready=True, status="up and away")),
        (b"STATUS=", Notice(status="")),
        (b"STATUS=a=b\n", Notice(status="a=b")),
        (b"RELOADING=1\nMONOTONIC_USEC=1", Notice(reloading=True)),
        (b"STOPPING=1", Notice(stopping=True)),
        (b"ERRNO=2", Notice(errno=2)),
        (b"MAINPID=4711", Notice(main=4711)),
        (b"WATCHDOG=1", Notice(watchdog=True)),
        (b"WATCHDOG=trigger", Notice(broken=True)),
        (b"WATCHDOG_USEC=20000000", Notice(silence=20)),
        (b"EXTEND_TIMEOUT_USEC=1500000", Notice(extend=1.5)),
        (b"FDSTORE=1\nFDNAME=x", Notice(store=True)),
        (b"STATUS=one\nSTATUS=two", Notice(status="two")),
        (b"STATUS=\x1b[31mred\xff", Notice(status="\N{REPLACEMENT CHARACTER}[31mred\\xff")),
        (b"STATUS=" + b"x" * 5000, Notice(status="x" * 1000)),
        (b"", Notice()),
        (b"\n\n=\nREADY\nREADY=yes\nWATCHDOG=2\nX=1\0", Notice()),
        (b"MAINPID=-1\nERRNO=99999\nWATCHDOG_USEC=1.5\nEXTEND_TIMEOUT_USEC=", Notice()),
        (b"MAINPID=" + b"9" * 5000, Notice()),
        ("MAINPID=²".encode(), Notice()),
    ],
)
def test_a_datagram_says_what_it_says_and_nonsense_nothing(datagram: bytes, notice: Notice):
    assert parse(datagram) == notice


# The socket.


def test_it_is_open_to_its_user_alone(sockets: Path):
    nobody = pwd.getpwnam("nobody")
    with closing(NotifySocket(lambda _: None, (nobody.pw_uid, nobody.pw_gid))) as it:
        found = os.stat(it.path)
        assert (found.st_uid, stat.S_IMODE(found.st_mode)) == (nobody.pw_uid, 0o600)
        folder = os.stat(os.path.dirname(it.path))
        assert (folder.st_uid, stat.S_IMODE(folder.st_mode)) == (os.geteuid(), 0o711)
        os.chmod(sockets, 0o755)
        for user, well in (("nobody", True), ("daemon", False)):
            uid = pwd.getpwnam(user).pw_uid
            run = subprocess.run(
                ["python3", "-c", f"import socket as s; s.socket(1, 2).connect('{it.path}')"],
                user=uid,
                stderr=subprocess.DEVNULL,
                check=False,
            )
            assert (run.returncode == 0) is well, user


def test_where_there_is_no_room_for_its_path_another_place_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != "/run" and real(path, mode))
    with closing(NotifySocket(lambda _: None)) as it:
        assert it.path.startswith("/tmp/nurseryd-")
    assert not os.path.exists(os.path.dirname(it.path))
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OSError, match="make /run writable"):
        NotifySocket(lambda _: None)


def test_what_fails_half_way_leaves_nothing(sockets: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "chown", refuse)
    with pytest.raises(PermissionError):
        NotifySocket(lambda _: None, (1, 1))
    assert os.listdir(sockets) == []


async def test_descriptors_that_come_along_are_closed(sockets: Path):
    heard: list[Notice] = []
    with closing(NotifySocket(heard.append)) as it, socket.socket(1, 2) as sender:
        sender.connect(it.path)
        reader, writer = os.pipe()
        before = len(os.listdir("/proc/self/fd"))
        socket.send_fds(sender, [b"BARRIER=1"], [writer])
        socket.send_fds(sender, [b"FDSTORE=1"], [writer] * 100)
        sender.send(b"READY=1")
        os.close(writer)
        it.catch_up()
        assert select.select([reader], [], [], 0)[0]  # nobody holds the other end any more
        os.close(reader)
        assert len(os.listdir("/proc/self/fd")) == before - 2
    assert heard == [Notice(), Notice(store=True), Notice(ready=True)]


def test_a_barrage_ends_when_the_burst_does(sockets: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(notify, "BURST", 3)
    heard: list[Notice] = []
    with closing(NotifySocket(heard.append)) as it, socket.socket(1, 2) as sender:
        sender.connect(it.path)
        for _ in range(5):
            sender.send(b"WATCHDOG=1")
        it.catch_up()
        assert len(heard) == 3
        it.catch_up()
        assert len(heard) == 5


# A life with one.


async def test_it_is_ready_when_it_says_so(sockets: Path):
    one = One(
        client(
            "say('STATUS=warming up'); time.sleep(0.05); say('READY=1\\nSTATUS=up')\n"
            "time.sleep(1000)"
        )
    )
    async with trio.open_nursery() as nursery:
        await kept(nursery, one)
        assert one.notes == ["warming up", "up"]
        assert len(os.listdir(sockets)) == 1
        nursery.cancel_scope.cancel()
    one.assert_gone()


async def test_one_that_says_so_and_is_done_was_ready(sockets: Path):
    for _ in range(5):
        await One(client("say('READY=1')")).live()
    with pytest.raises(Failed, match="exited with 0 before it was ready"):
        await One(client("say('STATUS=nearly')")).live()


async def test_its_user_can_reach_it(sockets: Path):
    os.chmod(sockets, 0o755)
    code = (
        "import socket as s, os; x = s.socket(1, 2); "
        "x.connect(os.environ['NOTIFY_SOCKET']); x.send(b'READY=1')"
    )
    await One(sh(f'python3 -c "{code}"', user="nobody", ready=Ready(notify=True))).live()


async def test_nonsense_and_a_flood_are_survived(sockets: Path):
    code = """
for data in (b'', b'\\xff\\0', b'=' * 60000, b'MAINPID=99999999999999999999', b'MAINPID=0',
             b'ERRNO=18446744073709551615', b'WATCHDOG_USEC=x', b'MAINPID=1'):
    say(data)
for _ in range(2000): say('EXTEND_TIMEOUT_USEC=1000000')
say('READY=1'); time.sleep(1000)
"""
    one = One(client(code))
    async with trio.open_nursery() as nursery:
        await kept(nursery, one)
        assert one.extended == [1.0] * 2000
        assert len(one.pids) == 1  # PID 1 is none of its processes
        nursery.cancel_scope.cancel()


async def test_another_of_its_processes_may_be_the_main_one(sockets: Path):
    code = """
import subprocess
script = "trap 'echo heard; exit' HUP; echo up; while :; do sleep 0.01; done"
child = subprocess.Popen(["sh", "-c", script], start_new_session=True)
say(f"MAINPID={child.pid}\\nREADY=1"); child.wait(); say(f"MAINPID={os.getpid()}"); time.sleep(1000)
"""
    one = One(client(code))
    async with trio.open_nursery() as nursery:
        await kept(nursery, one)
        await one.said("up")
        await until(lambda: len(one.pids) == 2)  # it says so after that one was started
        one.process.signal(signal.SIGHUP)
        await one.said("heard")
        await until(lambda: len(one.pids) == 3)
        assert one.pids[2] == one.pids[0]
        nursery.cancel_scope.cancel()
    one.assert_gone()


async def test_its_errno_is_a_part_of_why_it_failed(sockets: Path):
    with pytest.raises(Failed, match=r"^exited with 3; it said: No such file or directory$"):
        await One(client("say('READY=1'); say('ERRNO=2'); sys.exit(3)")).live()


async def test_while_it_reloads_its_note_says_so(sockets: Path):
    code = (
        "for text in ('READY=1', 'RELOADING=1', 'READY=1', 'RELOADING=1\\nSTATUS=x', 'READY=1',"
        " 'STOPPING=1', 'STATUS=bye'): say(text)"
    )
    one = One(client(code))
    await one.live()
    assert one.notes == ["reloading", "", "x", "stopping", "bye"]


@pytest.mark.skipif(shutil.which("systemd-notify") is None, reason="there is no systemd-notify")
async def test_the_tool_of_systemd_is_understood(sockets: Path):
    script = "systemd-notify --ready --status='all is well' && echo returned && exec sleep 1000"
    one = One(sh(script, ready=Ready(notify=True)))
    async with trio.open_nursery() as nursery:
        await kept(nursery, one)
        await one.said("returned")
        assert one.notes == ["all is well"]
        nursery.cancel_scope.cancel()


async def test_there_is_no_socket_unless_it_is_asked_for(sockets: Path):
    one = One(sh("echo $NOTIFY_SOCKET $WATCHDOG_USEC; ls " + str(sockets)))
    await one.live()
    assert one.texts == [""]


async def test_a_socket_that_cannot_be_made_is_a_failed_start(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(notify, "_runtime_folder", lambda: "/nowhere")
    with pytest.raises(Failed, match="cannot make its notify socket or pipe: No such file"):
        await One(client("")).live()


# Its watchdog.


async def test_silence_is_ended_by_abrt_and_is_a_failure(sockets: Path):
    code = """
print(os.environ['WATCHDOG_USEC'], 'WATCHDOG_PID' in os.environ, flush=True)
def abort(*_): print('aborted', flush=True); os._exit(5)
signal.signal(signal.SIGABRT, abort)
say('READY=1')
for _ in range(4): time.sleep(1); say('WATCHDOG=1')
print('silent', flush=True); time.sleep(1000)
"""
    one = One(client(code, watchdog=3.0))
    with pytest.raises(Failed, match=r"^watchdog: nothing heard for 3 s$"):
        await one.live()
    assert one.texts == ["3000000 False", "silent", "aborted"]
    assert one.ends[0][0] == 5
    one.assert_gone()


async def test_one_that_is_deaf_to_that_is_killed_when_its_time_to_stop_is_up(sockets: Path):
    code = "signal.signal(signal.SIGABRT, signal.SIG_IGN); say('READY=1'); time.sleep(1000)"
    one = One(client(code, watchdog=0.05, stop_timeout=0.1))
    with pytest.raises(Failed, match="watchdog: nothing heard"):
        await one.live()
    assert one.ends[0][0] == -signal.SIGKILL
    one.assert_gone()


async def test_it_is_armed_once_it_is_ready_and_not_when_it_stops(sockets: Path):
    code = """
def end(*_): time.sleep(1.0); print('done', flush=True); sys.exit()
signal.signal(signal.SIGTERM, end)
time.sleep(1.0); say('READY=1')
while True: time.sleep(0.01); say('WATCHDOG=1')
"""
    one = One(client(code, watchdog=0.8))
    async with trio.open_nursery() as nursery:
        runner = await kept(nursery, one)
        runner.stop()
        assert (await stopped(runner)).reason == ""
        assert one.texts == ["done"]
        nursery.cancel_scope.cancel()


async def test_one_that_says_that_it_stops_is_left_alone(sockets: Path):
    await One(client("say('READY=1\\nSTOPPING=1'); time.sleep(1.0)", watchdog=0.8)).live()


async def test_it_may_trigger_it_and_set_it(sockets: Path):
    with pytest.raises(Failed, match=r"^watchdog: it triggered it itself$"):
        await One(
            client("say('READY=1\\nWATCHDOG=trigger'); time.sleep(1000)", watchdog=900)
        ).live()
    with pytest.raises(Failed, match=r"nothing heard for 0\.01 s$"):
        await One(
            client("say('READY=1\\nWATCHDOG_USEC=10000'); time.sleep(1000)", watchdog=900)
        ).live()


async def test_without_a_watchdog_nothing_is_expected(sockets: Path):
    await One(client("say('READY=1\\nWATCHDOG_USEC=1\\nWATCHDOG=trigger')")).live()
    await One(sh("true", watchdog=900)).live()


# s6's newline.


async def test_a_newline_to_its_descriptor_makes_it_ready():
    script = "printf wait >&7; sleep 0.05; echo >&7; exec 7>&-; exec sleep 1000"
    one = One(sh(script, ready=Ready(fd=7)))
    async with trio.open_nursery() as nursery:
        await kept(nursery, one)
        nursery.cancel_scope.cancel()
    one.assert_gone()


async def test_closing_it_without_one_does_not():
    spec = sh("printf x >&7; exec 7>&-; exec sleep 1000", ready=Ready(fd=7), start_timeout=0.3)
    one = One(replace(spec, restart=Restart.NEVER))
    async with trio.open_nursery() as nursery:
        runner = one.runner()
        nursery.start_soon(runner.run)
        runner.start()
        with trio.fail_after(PATIENCE):
            status = await runner.status.until(lambda status: status.state is State.EXITED)
        assert status.reason == "not ready within 0.3 s"
        nursery.cancel_scope.cancel()
    one.assert_gone()


async def test_a_newline_just_before_the_end_counts():
    for _ in range(5):
        await One(sh("echo >&7", ready=Ready(fd=7))).live()
    with pytest.raises(Failed, match="exited with 0 before it was ready"):
        await One(sh("exec 7>&-", ready=Ready(fd=7))).live()


async def test_it_is_the_only_descriptor_more():
    one = One(sh("ls /proc/self/fd; echo >&7", ready=Ready(fd=7)))
    await one.live()
    assert one.texts == ["0", "1", "2", "3", "7"]
