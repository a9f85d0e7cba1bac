"""Sockets that outlive the services they are for."""

from __future__ import annotations

import os
import signal
import socket
import stat
import sys
from pathlib import Path

import pytest
import trio

from supervisor.failure import Failed
from supervisor.listening import Listening, problem
from supervisor.spec import ProcessSpec, Ready, Restart
from tests.supervisor.real import PATIENCE, until
from tests.supervisor.test_process import One, kept, sh, stopped


@pytest.fixture
def listening():
    it = Listening()
    yield it
    it.close_all()


@pytest.fixture
def port() -> int:
    """One where nobody listens, in both families."""
    with socket.socket(socket.AF_INET6) as it:
        it.bind(("::", 0))
        return it.getsockname()[1]


def answers(address: str | tuple[str, int]) -> bool:
    """Whether somebody listens there."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as it:
        try:
            it.connect(address)
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        return True


def test_it_listens_until_it_is_closed(listening: Listening, port: int):
    (it,) = listening.open("web", [f"127.0.0.1:{port}"])
    assert it.getblocking()
    assert not it.get_inheritable()
    assert answers(("127.0.0.1", port))
    listening.close("web")
    assert not answers(("127.0.0.1", port))


def test_it_is_the_same_socket_each_time_and_blocking_again(listening: Listening, port: int):
    (first,) = listening.open("web", [f"localhost:{port}"])
    first.setblocking(False)
    (again,) = listening.open("web", [f"localhost:{port}"])
    assert again is first
    assert again.getblocking()


def test_what_is_no_longer_named_is_closed_and_the_order_is_as_named(
    listening: Listening, tmp_path: Path
):
    a, b, c = (str(tmp_path / name) for name in "abc")
    first, _ = listening.open("web", [a, b])
    listening.open("other", [c])
    _, kept = listening.open("web", [c + "2", a])
    assert kept is first
    assert (answers(a), answers(b), answers(c)) == (True, False, True)
    assert sorted(os.listdir(tmp_path)) == ["a", "c", "c2"]
    listening.close_all()
    assert os.listdir(tmp_path) == []


def test_both_families_may_have_the_same_port(listening: Listening, port: int):
    four, six = listening.open("web", [f"0.0.0.0:{port}", f"[::]:{port}"])
    assert (four.family, six.family) == (socket.AF_INET, socket.AF_INET6)


def test_a_port_is_free_again_at_once(listening: Listening, port: int):
    address = f"127.0.0.1:{port}"
    (it,) = listening.open("web", [address])
    with socket.create_connection(("127.0.0.1", port)):
        it.accept()[0].close()  # the one who closes first has to wait, but for SO_REUSEADDR
    listening.close("web")
    listening.open("web", [address])


def test_a_path_has_the_mode_and_the_owner_that_are_asked_for(listening: Listening, tmp_path: Path):
    listening.open("a", [str(tmp_path / "a")])
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o666
    listening.open("b", [str(tmp_path / "b")], mode=0o660, owner=(54321, 54322))
    found = (tmp_path / "b").stat()
    assert (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) == (0o660, 54321, 54322)


def test_a_stale_file_is_replaced_and_a_living_one_is_not(listening: Listening, tmp_path: Path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(path)
        old.listen(0)
        for _ in range(3):  # its queue is full from the second time on
            with pytest.raises(Failed, match=f"^cannot listen on {path}: Address already in use$"):
                listening.open("web", [path])
    listening.open("web", [path])
    assert answers(path)


def test_a_file_that_is_no_socket_is_left_alone(listening: Listening, tmp_path: Path):
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(Failed, match="there is a file in the way; remove it"):
        listening.open("web", [str(path)])
    assert path.read_text() == "data"


def test_a_file_that_somebody_else_put_there_meanwhile_is_left_alone(
    listening: Listening, tmp_path: Path
):
    path = tmp_path / "s"
    listening.open("web", [str(path)])
    path.rename(tmp_path / "ours")
    path.write_text("theirs")
    listening.close("web")
    assert path.read_text() == "theirs"
    (tmp_path / "ours").unlink()
    listening.open("web", [str(tmp_path / "t")])
    (tmp_path / "t").unlink()
    listening.close("web")


def test_what_cannot_be_opened_is_said_and_nothing_is_half_done(
    listening: Listening, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
):
    a = str(tmp_path / "a")
    listening.open("web", [a])
    for bad, text in (
        ("192.0.2.1:1", "cannot listen on 192.0.2.1:1: Cannot assign requested address"),
        ("/nowhere/s", "cannot listen on /nowhere/s: No such file or directory"),
    ):
        with pytest.raises(Failed, match=text):
            listening.open("web", [a, f"127.0.0.1:{port}", bad])
        assert not answers(("127.0.0.1", port))
        assert answers(a)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    with pytest.raises(Failed, match="Operation not permitted"):
        listening.open("web", [a, str(tmp_path / "b")])
    assert os.listdir(tmp_path) == ["a"]


def test_a_link_that_somebody_puts_in_its_place_leads_to_nothing(
    listening: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def bind(it: socket.socket, path: str) -> None:
        really_bind(it, path)
        os.rename(path, tmp_path / "aside")
        os.symlink(precious, path)

    precious = tmp_path / "precious"
    precious.touch(0o600)
    really_bind = socket.socket.bind
    monkeypatch.setattr(socket.socket, "bind", bind)
    with pytest.raises(Failed, match="somebody has put another file there; remove it"):
        listening.open("web", [str(tmp_path / "s")], owner=(54321, 54322))
    found = precious.stat()
    assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o600, os.geteuid())


@pytest.mark.parametrize(
    "address", ["127.0.0.1:80", "[::1]:80", "0.0.0.0:65535", "localhost:1", "/run/web.sock"]
)
def test_these_are_addresses(address: str):
    assert problem(address) is None


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("", "no path"),
        ("80", "such as"),
        (":80", "such as"),
        ("::1:80", "such as"),
        ("[127.0.0.1]:80", "such as"),
        ("127.0.0.1:0", "such as"),
        ("127.0.0.1:65536", "such as"),
        ("127.0.0.1:²", "such as"),
        ("example.com:80", "such as"),
        ("web.sock", "such as"),
        ("/" + "x" * 107, "is longer than 107 bytes"),
    ],
)
def test_these_are_none(address: str, text: str):
    trouble = problem(address)
    assert trouble is not None
    assert text in trouble


# A life with them.


class Listener(One):
    """One whose sockets outlive its lives."""

    def __init__(self, spec: ProcessSpec, listening: Listening) -> None:
        super().__init__(spec)
        self.listening = listening


async def test_they_are_handed_over_by_the_protocol_of_systemd(
    listening: Listening, tmp_path: Path, port: int
):
    code = (
        "import os, socket; print(os.environ['LISTEN_PID'] == str(os.getpid()), "
        "os.environ['LISTEN_FDS'], os.environ['LISTEN_FDNAMES'], os.listdir('/proc/self/fd'))\n"
        "for n in (3, 4): print(socket.socket(fileno=n).getsockname())\n"
        "os.write(5, b'\\n')"
    )
    path = str(tmp_path / "s")
    spec = ProcessSpec(
        name="web@a:b",
        command=(sys.executable, "-S", "-c", code),
        listen=(path, f"127.0.0.1:{port}"),
        ready=Ready(fd=5),
        umask="077",
    )
    one = Listener(spec, listening)
    await one.live()
    assert one.texts == [
        "True 2 web@a_b:web@a_b ['0', '1', '2', '3', '4', '5', '6']",
        path,
        f"('127.0.0.1', {port})",
    ]
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o700


async def test_the_user_of_the_program_owns_its_paths(listening: Listening, tmp_path: Path):
    path = tmp_path / "s"
    one = Listener(sh("exit", user="54321", group="54322", listen=(str(path),)), listening)
    await one.live()
    assert (path.stat().st_uid, path.stat().st_gid) == (54321, 54322)


async def test_an_address_that_is_taken_is_a_failed_start(listening: Listening, port: int):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        one = Listener(sh("exit", listen=(f"127.0.0.1:{port}",)), listening)
        with pytest.raises(Failed, match=f"cannot listen on 127.0.0.1:{port}: Address already"):
            await one.live()


# Answers one connection after the other, each with its pid; asked to end it finishes the one.
SERVER = """
import os, signal, socket
ending = []
signal.signal(signal.SIGTERM, lambda *_: ending.append(1))
listener = socket.socket(fileno=3)
listener.settimeout(0.01)
print("up", flush=True)
while not ending:
    try:
        connection = listener.accept()[0]
    except TimeoutError:
        continue
    connection.settimeout(None)
    with connection:
        connection.sendall(connection.recv(100) + b" %d" % os.getpid())
"""


@pytest.mark.parametrize("where", ["port", "path"])
async def test_no_connection_is_refused_or_lost_while_a_server_restarts(
    where: str, listening: Listening, tmp_path: Path, port: int
):
    """By a stop and a start, and by kill -9: whoever connects meanwhile waits for the next one."""
    address = f"127.0.0.1:{port}" if where == "port" else str(tmp_path / "s")
    one = Listener(
        ProcessSpec(
            name="s",
            command=(sys.executable, "-S", "-c", SERVER),
            listen=(address,),
            restart=Restart.ALWAYS,
            stable_after=0,
            stop_timeout=PATIENCE,
        ),
        listening,
    )
    answered: list[bytes] = []
    asking: set[int] = set()
    pause = done = False

    async def connect() -> trio.SocketStream:
        if where == "port":
            return await trio.open_tcp_stream("127.0.0.1", port)
        return await trio.open_unix_socket(address)

    async def ask(stream: trio.SocketStream, number: int) -> None:
        async with stream:
            await stream.send_all(b"%d" % number)
            with trio.fail_after(PATIENCE):
                answer = b"".join([chunk async for chunk in stream])
        assert answer.startswith(b"%d " % number)
        answered.append(answer)

    async def keep_asking(number: int) -> None:
        while not done:
            if pause:
                await trio.sleep(0.001)
                continue
            asking.add(number)
            await ask(await connect(), number)
            asking.discard(number)

    async with trio.open_nursery() as nursery:
        runner = await kept(nursery, one)
        async with trio.open_nursery() as clients:
            for number in range(4):
                clients.start_soon(keep_asking, number)
            for life in range(4):
                before = len(answered)
                await until(lambda before=before: len(answered) > before + 20)
                if life % 2:
                    runner.restart()  # in the middle of it all
                else:
                    pause = True  # what a server has accepted it takes with it when it is killed
                    await until(lambda: not asking)
                    os.kill(one.pids[-1], signal.SIGKILL)
                    for number in range(100, 120):  # nobody is there: these wait in the queue
                        clients.start_soon(ask, await connect(), number)
                    pause = False
                await until(lambda life=life: len(one.pids) == life + 2)
            done = True
        assert len({answer.split()[1] for answer in answered}) == len(one.pids) == 5
        runner.stop()
        await stopped(runner)
        await (await connect()).aclose()  # it is stopped, but not forgotten
        nursery.cancel_scope.cancel()
    one.assert_gone()
