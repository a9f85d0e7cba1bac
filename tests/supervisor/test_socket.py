from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path

import h11
import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from supervisor.control import Control
from supervisor.desk import Desk, Refused
from supervisor.socket.client import Client, Missing, Rejected, Unreachable
from supervisor.socket.endpoint import SocketBusy, open_socket
from supervisor.socket.http import BODY_LIMIT
from tests.supervisor.inside import request, say, supervised
from tests.supervisor.real import PATIENCE, ROOT

TWO = """
[service.a]
kind = "task"
run = "tests.supervisor.bodies:steady"

[service.b]
kind = "task"
run = "tests.supervisor.bodies:steady"
autostart = false
"""


# It does not say all that it announces: nobody should wait for the rest.
TOO_LONG = b"POST /v1/shutdown HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n"
TOO_LONG += b" " * (BODY_LIMIT + 1)


def parsed(response: bytes) -> tuple[int, object]:
    head, _, body = response.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


@pytest.fixture
async def path(tmp_path: Path):
    with trio.fail_after(PATIENCE):
        async with supervised(tmp_path, TWO) as path:
            yield path


async def lives(path: str) -> bool:
    """Whether the server still answers as it should."""
    status, answer = parsed(await say(path, request("GET", "/v1/services")))
    return status == 200 and [service["name"] for service in answer["services"]] == ["a", "b"]


async def test_services_can_be_seen_and_told(path: str):
    client = Client(path)
    run = trio.to_thread.run_sync
    assert [one["state"] for one in await run(client.services)] == ["RUNNING", "STOPPED"]
    assert (await run(client.command, "start", "b"))["state"] == "RUNNING"
    assert (await run(client.command, "restart", "b"))["state"] == "RUNNING"
    assert (await run(client.command, "stop", "a"))["state"] == "STOPPED"
    assert [one["state"] for one in await run(client.services)] == ["STOPPED", "RUNNING"]


async def test_a_shutdown_is_answered_before_it_is_done(path: str):
    status, answer = parsed(await say(path, request("POST", "/v1/shutdown", b'{"reason":"x"}')))
    assert (status, answer) == (202, {})
    with pytest.raises(Rejected, match=r"cannot start anything: x|it has ended"):
        await trio.to_thread.run_sync(Client(path).command, "start", "b")


@pytest.mark.parametrize(
    ("data", "status", "text"),
    [
        (request("GET", "/"), 404, "there is no GET /"),
        (request("GET", "/v1/services/a/start"), 404, "there is no GET /v1/services/a/start"),
        (request("POST", "/v1/services/a/explode"), 404, "there is no POST"),
        (request("POST", "/v1/services/c/start"), 404, "cannot find a service 'c'"),
        (request("POST", "/v1/services/%00%FF/stop"), 404, "cannot find a service"),
        (request("POST", "/v1/services/../stop"), 404, "cannot find a service '..'"),
        (request("POST", "/v1/services/a/start", b"{"), 400, "cannot read the request's body"),
        (request("POST", "/v1/services/a/start", b'{"x":1}'), 400, "unknown field `x`"),
        (request("POST", "/v1/services/a/start", b'{"parameters":{"x":"y"}}'), 409, "cannot give"),
        (request("POST", "/v1/shutdown", b"[" * 10_000), 400, "cannot read the request's body"),
        (request("POST", "/v1/shutdown", b"\xff"), 400, "cannot read the request's body"),
        (request("POST", "/v1/shutdown", b'{"reason":"\xff"}'), 400, "cannot read the request's"),
        (request("POST", "/v1/shutdown", b'{"reason":"\\ud800"}'), 400, "cannot read the req"),
        (request("POST", "/v1/shutdown", b'{"reason":3}'), 400, "cannot read the request's body"),
        (TOO_LONG, 413, "a body has at most"),
    ],
    ids=range(15),
)
async def test_what_cannot_be_done_is_refused_in_words(
    path: str, data: bytes, status: int, text: str
):
    answered, answer = parsed(await say(path, data))
    assert answered == status
    assert text in answer["error"]
    assert await lives(path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n\n",
        b"GET",
        b"GET /v1/services HTTP/1.1\r\n",
        b"GET /v1/services\r\n\r\n",
        b"GET /v1/services HTTP/1.1\r\n\r\n",
        b"GET /v1/services HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /v1/shutdown HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/shutdown HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
        b"POST /v1/shutdown HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"x" * 200_000,
        b"HEAD /v1/services HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/services HTTP/1.0\r\n\r\n",
        b"GET /v1/services HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"POST /v1/shutdown HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n"
        b"Expect: 100-continue\r\n\r\nnot json!",
        request("GET", "/v1/services") * 3,
    ],
    ids=range(18),
)
async def test_the_server_survives_it(path: str, data: bytes):
    await say(path, data, end=True)
    assert await lives(path)


async def test_a_head_has_no_body(path: str):
    response = await say(path, request("HEAD", "/v1/services"))
    assert response.startswith(b"HTTP/1.1 404 ")
    assert response.endswith(b"\r\n\r\n")


async def test_a_client_that_is_gone_before_its_answer_harms_nobody(path: str):
    for _ in range(20):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(request("POST", "/v1/services/a/restart"))
    assert await lives(path)


async def test_many_clients_at_once_are_all_answered(path: str):
    async with trio.open_nursery() as nursery:
        for _ in range(50):
            nursery.start_soon(lives, path)
    assert await lives(path)


async def test_one_that_hesitates_for_too_long_is_dropped_and_holds_nobody_up(
    path: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(server, "PATIENCE", 0.05)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(say, path, b"GET /v1/serv")
        assert await lives(path)


async def test_a_reason_that_is_no_utf_8_can_be_told(tmp_path: Path):
    toml = """
        [service.a]
        kind = "task"
        run = "tests.supervisor.bodies:garbled"
        restart = "never"
        """
    async with supervised(tmp_path, toml) as path:
        status, answer = parsed(await say(path, request("POST", "/v1/services/a/start")))
    assert status == 200
    assert "a name such as" in answer["service"]["reason"]


# Fuzzing: without a socket, so that every example is fast.

METHODS = st.sampled_from(["GET", "POST", "HEAD", "PUT", "OPTIONS", "CONNECT", "BREW", ""])
PATHS = st.sampled_from(
    ["/v1/services", "/v1/services/a/start", "/v1/shutdown", "*", "http://x/v1/services", "//"]
)
HEADERS = st.lists(
    st.sampled_from(
        [
            "Host: a",
            "Content-Length: 0",
            "Content-Length: 5",
            "Transfer-Encoding: chunked",
            "Connection: keep-alive",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Expect: 100-continue",
            "X: " + "y" * 100,
            " : ",
        ]
    ),
    max_size=5,
)
BODIES = st.binary(max_size=20) | st.sampled_from([b"{}", b"5\r\nhello\r\n0\r\n\r\n", b"hello"])


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    version = draw(st.sampled_from([" HTTP/1.1", " HTTP/1.0", " HTTP/9", ""]))
    head = "\r\n".join([f"{draw(METHODS)} {draw(PATHS)}{version}", *draw(HEADERS)])
    return head.encode() + b"\r\n\r\n" + draw(BODIES)


@given(data=requests() | st.binary())
async def test_no_bytes_break_an_exchange(data: bytes):
    async def refuse(_request: object) -> object:
        raise Refused("cannot do anything: this is a test")

    desk = Desk("the supervisor")
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.answer, refuse)
        await ours.send_all(data)
        await ours.send_eof()
        with suppress(h11.RemoteProtocolError):  # met in _connection
            await _exchange(Control(desk), theirs)
        nursery.cancel_scope.cancel()


# Who may, and where.


@pytest.fixture
def open_directory():
    """One that other users may enter, as they may not enter `tmp_path`."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield Path(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
async def test_another_user_is_not_answered_though_the_file_lets_it(open_directory: Path):
    async with supervised(open_directory, TWO) as path:
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600

        async def answer_to(uid: int) -> bytes:
            code = "from tests.supervisor.inside import *\nimport sys; sys.stdout.buffer.write("
            code += f"say_as({uid}, {path!r}, request('GET', '/v1/services')))"
            done = await trio.run_process(
                [sys.executable, "-c", code],
                cwd=ROOT,
                capture_stdout=True,
                capture_stderr=True,
                check=False,
            )
            return done.stdout + done.stderr

        assert b"PermissionError" in await answer_to(65534)
        os.chmod(path, 0o666)
        assert b"HTTP" not in await answer_to(65534)
        assert (await answer_to(0)).startswith(b"HTTP/1.1 200 ")


async def serving(path: str, nursery: trio.Nursery) -> None:
    nursery.start_soon(partial(serve, await open_socket(path), Control(Desk("nobody"))))


async def test_the_socket_is_gone_when_the_server_is(tmp_path: Path):
    path = str(tmp_path / "s")
    async with trio.open_nursery() as nursery:
        await serving(path, nursery)
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        nursery.cancel_scope.cancel()
    assert not (tmp_path / "s").exists()


async def test_a_directory_that_vanished_is_no_trouble_at_the_end(tmp_path: Path):
    directory = tmp_path / "new" / "one"
    async with trio.open_nursery() as nursery:
        await serving(str(directory / "s"), nursery)
        (directory / "s").unlink()
        directory.rmdir()
        nursery.cancel_scope.cancel()
    assert not directory.exists()


async def test_a_dead_daemon_s_socket_is_replaced(tmp_path: Path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    async with trio.open_nursery() as nursery:
        await serving(path, nursery)
        async with await trio.open_unix_socket(path):
            nursery.cancel_scope.cancel()


async def test_a_living_daemon_s_socket_is_not(tmp_path: Path):
    path = str(tmp_path / "s")
    async with trio.open_nursery() as nursery:
        await serving(path, nursery)
        with pytest.raises(SocketBusy, match="another daemon does; stop it, or set"):
            await open_socket(path)
        async with await trio.open_unix_socket(path):
            nursery.cancel_scope.cancel()


async def test_a_path_that_can_be_no_socket_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("precious")
    with pytest.raises(SocketBusy, match="Address already in use"):
        await open_socket(str(tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "precious"
    with pytest.raises(SocketBusy, match="cannot listen on"):
        await open_socket(str(tmp_path / "file" / "s"))
    with pytest.raises(SocketBusy, match="at most 107 bytes"):
        await open_socket(str(tmp_path / ("x" * 107)))


async def test_the_mask_of_new_files_is_as_before(tmp_path: Path):
    before = os.umask(0o022)
    os.umask(before)
    async with trio.open_nursery() as nursery:
        await serving(str(tmp_path / "s"), nursery)
        assert os.umask(before) == before
        nursery.cancel_scope.cancel()


# The client.


def test_a_daemon_that_is_not_there_is_unreachable(tmp_path: Path):
    with pytest.raises(Unreachable, match=r"No such file or directory; is nurseryd running\?"):
        Client(str(tmp_path / "s")).services()


async def test_one_that_does_not_speak_http_is_unreachable(tmp_path: Path):
    path = str(tmp_path / "s")

    async def answer(stream: trio.SocketStream) -> None:
        async with stream:
            await stream.receive_some()
            await stream.send_all(b"no\r\n")

    listener = await open_socket(path)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, answer, [listener])
        with pytest.raises(Unreachable, match="cannot reach a daemon"):
            await trio.to_thread.run_sync(Client(path).services)
        nursery.cancel_scope.cancel()


async def test_a_service_that_is_not_there_is_missing(path: str):
    with pytest.raises(Missing, match="cannot find a service 'c'; services are a, b"):
        await trio.to_thread.run_sync(Client(path).command, "start", "c")


async def test_any_name_can_be_asked_for(path: str):
    for name in ("a/b", "ä?#", "..", "a b"):
        with pytest.raises(Missing, match="cannot find a service"):
            await trio.to_thread.run_sync(Client(path).command, "stop", name)


def test_the_client_needs_no_trio():
    code = "import supervisor.cli.nurseryctl, sys; print('trio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b"False\n"
