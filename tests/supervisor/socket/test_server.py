from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from supervisor.control import Write
from supervisor.desk import Desk, Refused
from supervisor.socket.client import Client, Missing, Rejected, Unreachable
from supervisor.socket.endpoint import open_socket
from supervisor.socket.http import (
    BODY_LIMIT,
    Answer,
    Request,
    Send,
    Stream,
    complaint,
    converse,
)
from supervisor.socket.routes import respond
from tests.supervisor.inside import request, say, served_by, supervised
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


async def test_a_head_is_a_get_without_its_body(path: str):
    for target in ("/v1/services", "/v1/events"):
        response = await say(path, request("HEAD", target))
        assert response.startswith(b"HTTP/1.1 200 OK\r\n")
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


async def test_one_that_hesitates_for_too_long_is_dropped_and_holds_nobody_up(path: str):
    async with pair() as (client, stream), trio.open_nursery() as nursery:
        nursery.start_soon(partial(converse, stream, refuse, patience=0.05))
        await client.send_all(b"GET /v1/serv")
        assert await lives(path)
        assert await client.receive_some() == b""


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


async def refuse(_request: Request) -> Answer:
    await trio.lowlevel.checkpoint()
    return complaint(409, "cannot do anything: this is a test")


@asynccontextmanager
async def pair():
    """The two ends of a connection, without a server that listens."""
    ours, theirs = trio.socket.socketpair()
    async with trio.SocketStream(ours) as client, trio.SocketStream(theirs) as stream:
        yield client, stream


@given(data=st.lists(requests() | st.binary(), max_size=3), reuse=st.booleans())
async def test_any_bytes_get_answers_or_nothing_and_the_connection_ends(
    data: list[bytes], reuse: bool
):
    with trio.fail_after(PATIENCE):
        async with pair() as (client, stream), trio.open_nursery() as nursery:
            nursery.start_soon(partial(converse, stream, refuse, reuse=reuse))
            await client.send_all(b"".join(data))
            await client.send_eof()
            answers = b"".join([chunk async for chunk in client])
    assert answers == b"" or answers.startswith(b"HTTP/1.1 ")


@given(body=st.binary() | st.text(max_size=50).map(str.encode))
async def test_any_body_to_any_route_gets_an_answer_in_json(body: bytes):
    desk = Desk("the supervisor")

    async def no(_request: object) -> object:
        raise Refused("cannot do anything: this is a test")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.answer, no)
        for path in ("services/a/start", "services/a/signal", "reload", "shutdown"):
            found = await respond(served_by(desk), Request("POST", f"/v1/{path}", body))
            assert found.status in (400, 409)
            assert json.loads(found.body)["error"].startswith("cannot ")
        nursery.cancel_scope.cancel()


async def test_what_is_written_to_a_service_arrives_as_it_is():
    seen: list[object] = []

    async def take(command: object) -> None:
        await trio.lowlevel.checkpoint()
        seen.append(command)

    desk = Desk("the supervisor")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.answer, take)
        it = Request("POST", "/v1/services/a%20b/stdin", b"\x00\xff")
        assert (await respond(served_by(desk), it)).status == 200
        nursery.cancel_scope.cancel()
    assert seen == [Write("a b", b"\x00\xff")]


async def test_metrics_can_be_read_when_nobody_knows_of_checks():
    desk = Desk("the supervisor")
    desk.close("it has ended")
    found = await respond(served_by(desk), Request("GET", "/metrics"))
    assert found.status == 200
    assert b'nurseryd_control_requests_total{command="Health"} 1.0' in found.body


async def test_a_mistake_of_ours_costs_one_client_its_answer(quiet):
    async def broken(_request: Request) -> Answer:
        await trio.lowlevel.checkpoint()
        raise ZeroDivisionError

    async with pair() as (client, stream), trio.open_nursery() as nursery:
        nursery.start_soon(converse, stream, broken)
        await client.send_all(request("GET", "/"))
        status, answer = parsed(b"".join([chunk async for chunk in client]))
    assert status == 500
    assert "see its log" in answer["error"]


async def test_one_that_has_gone_cancels_what_was_done_for_it():
    ended = trio.Event()

    async def slow(_request: Request) -> Answer:
        try:
            await trio.sleep_forever()
        finally:
            ended.set()

    with trio.fail_after(PATIENCE):
        async with pair() as (client, stream), trio.open_nursery() as nursery:
            nursery.start_soon(converse, stream, slow)
            await client.send_all(request("GET", "/"))
            await trio.testing.wait_all_tasks_blocked()
            assert not ended.is_set()
            await client.aclose()
            await ended.wait()


async def test_one_that_goes_without_having_read_ends_its_stream():
    ended = trio.Event()

    async def feed(send: Send) -> None:
        try:
            await send(b"x" * 1000)
            await trio.sleep_forever()
        finally:
            ended.set()

    async def endless(_request: Request) -> Stream:
        await trio.lowlevel.checkpoint()
        return Stream(feed)

    with trio.fail_after(PATIENCE):
        async with pair() as (client, stream), trio.open_nursery() as nursery:
            nursery.start_soon(converse, stream, endless)
            await client.send_all(request("GET", "/"))
            await trio.testing.wait_all_tasks_blocked()
            await client.send_all(b"and more, which nobody asked for")
            await trio.testing.wait_all_tasks_blocked()
            assert not ended.is_set()
            await client.aclose()
            await ended.wait()


async def test_one_that_has_only_said_all_it_has_to_say_still_gets_its_answer():
    go_on = trio.Event()

    async def slow(_request: Request) -> Answer:
        await go_on.wait()
        return Answer(200, b"{}")

    with trio.fail_after(PATIENCE):
        async with pair() as (client, stream), trio.open_nursery() as nursery:
            nursery.start_soon(converse, stream, slow)
            await client.send_all(request("GET", "/"))
            await client.send_eof()
            await trio.testing.wait_all_tasks_blocked()
            go_on.set()
            assert (b"".join([chunk async for chunk in client])).endswith(b"{}")


async def test_a_client_that_never_reads_its_answer_is_dropped():
    async def much(_request: Request) -> Answer:
        await trio.lowlevel.checkpoint()
        return Answer(200, bytes(10_000_000))

    with trio.fail_after(PATIENCE):
        async with pair() as (client, stream):
            await client.send_all(request("GET", "/"))
            await converse(stream, much, patience=0.05)


async def test_one_that_asks_to_go_on_first_is_told_to(path: str):
    head = b"POST /v1/services/a/start HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
    async with await trio.open_unix_socket(path) as stream:
        await stream.send_all(head + b"Expect: 100-continue\r\n\r\n")
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 100 Continue")
        await stream.send_all(b"{}")
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked", 200),  # chunked wins, and we close
        (b"Content-Length: 5\r\nContent-Length: 6", 400),
        (b"Content-Length: +5", 400),
        (b"Transfer-Encoding: chunked, identity", 501),
        (b"Transfer-Encoding : chunked", 400),
        (b"X: y\r\n folded\r\nContent-Length : 5", 400),
        (b"X: " + b"y" * 200_000, 431),
    ],
    ids=range(7),
)
async def test_nothing_can_be_smuggled_behind_a_request(headers: bytes, status: int):
    seen: list[Request] = []

    async def look(request: Request) -> Answer:
        await trio.lowlevel.checkpoint()
        seen.append(request)
        return Answer(200, b"{}")

    head = b"POST / HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n\r\n"
    with trio.fail_after(PATIENCE):
        async with pair() as (client, stream), trio.open_nursery() as nursery:
            nursery.start_soon(partial(converse, stream, look, reuse=True))
            await client.send_all(
                head + b"0\r\n\r\n" + b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            await client.send_eof()
            answers = b"".join([chunk async for chunk in client])
    assert answers.startswith(b"HTTP/1.1 %d " % status)
    if status != 200:
        assert seen == []


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


# The client.


def test_a_daemon_that_is_not_there_is_unreachable(tmp_path: Path):
    with pytest.raises(
        Unreachable, match=r"cannot reach a daemon at .*: No such file or directory"
    ):
        Client(str(tmp_path / "s")).services()


async def test_one_that_does_not_speak_http_is_unreachable(tmp_path: Path):
    path = str(tmp_path / "s")

    async def answer(stream: trio.SocketStream) -> None:
        async with stream:
            await stream.receive_some()
            await stream.send_all(b"no\r\n")

    endpoint = await open_socket(path)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, answer, [endpoint.listener])
        with pytest.raises(Unreachable, match=r"^cannot (reach|understand) "):
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
    code = "import supervisor.cli.nurseryctl.commands, sys; print('trio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b"False\n"
