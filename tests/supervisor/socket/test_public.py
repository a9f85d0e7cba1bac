"""What anybody may see over the network."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from supervisor.address import address_of
from supervisor.config import ConfigError, load
from supervisor.control import Looked, ReportHealth
from supervisor.model import State
from supervisor.plan import plan
from supervisor.socket import public
from supervisor.socket.endpoint import SocketBusy
from supervisor.socket.public import open_public, serve_public
from tests.supervisor.inside import inside
from tests.supervisor.real import PATIENCE

TOML = """
[service.a]
kind = "task"
run = "tests.supervisor.bodies:steady"
"""


class Network:
    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> trio.SocketStream:
        return await trio.open_tcp_stream("127.0.0.1", self._port)

    async def say(self, data: bytes) -> bytes:
        async with await self.open() as stream:
            await stream.send_all(data)
            return b"".join([chunk async for chunk in stream])

    async def get(self, path: str, method: str = "GET") -> tuple[int, bytes]:
        data = f"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
        head, _, body = (await self.say(data)).partition(b"\r\n\r\n")
        return int(head.split()[1]), body


@pytest.fixture
async def network(tmp_path: Path):
    with trio.fail_after(PATIENCE):
        async with inside(tmp_path, TOML) as it, trio.open_nursery() as nursery:
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
            nursery.start_soon(serve_public, listeners, it.served)
            await it.until("a", State.RUNNING)
            yield Network(listeners[0].socket.getsockname()[1])
            nursery.cancel_scope.cancel()


@pytest.mark.parametrize(
    "path",
    [
        "/health",
        "/health?level=alive",
        "/health/live",
        "/health/ready",
        "/health/ready?level=alive",
    ],
)
async def test_a_probe_learns_whether_all_is_well(network: Network, path: str):
    status, body = await network.get(path)
    assert status == 200
    assert json.loads(body)["healthy"] is True
    assert await network.get(path, "HEAD") == (200, b"")


async def test_what_services_and_checks_say_of_themselves_is_not_for_everybody(tmp_path: Path):
    look = '[health.look]\nservice = "a"\nlevel = "alive"\ntcp = "127.0.0.1:1"\nperiod = 1000\n'
    with trio.fail_after(PATIENCE):
        async with inside(tmp_path, TOML + look) as it, trio.open_nursery() as nursery:
            for name in ("a", "prober"):
                await it.until(name, State.RUNNING)
            for found in (
                Looked("look", "a", False, "a private word"),
                ReportHealth("look", "a", False, "a private word"),
            ):
                await it.served.control.ask(found)
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
            nursery.start_soon(serve_public, listeners, it.served)
            network = Network(listeners[0].socket.getsockname()[1])
            for path in ("/health", "/health/ready", "/health/live"):
                status, body = await network.get(path)
                told = json.loads(body)
                assert (status, told["reasons"]) == (503, ["check look of a"])
                (check,) = told["checks"]
                assert (check["healthy"], check["reason"], check["found"]) == (False, "", "")
                assert b"private" not in body
            nursery.cancel_scope.cancel()


async def test_metrics_can_be_scraped_again_and_again_over_one_connection(network: Network):
    async with await network.open() as stream:
        for _ in range(3):
            await stream.send_all(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            said = b""
            while not said.endswith(b'nurseryd_control_requests_total{command="Health"} 1.0\n'):
                said += await stream.receive_some()
                if b'command="Health"' in said and said.endswith(b".0\n"):
                    break
            assert said.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1/services"),
        ("POST", "/health"),
        ("POST", "/v1/shutdown"),
        ("POST", "/RPC2"),
        ("GET", "/logtail/a/stdout"),
        ("DELETE", "/v1/services/a"),
        ("GET", "/health/live/too"),
    ],
)
async def test_there_is_nothing_else(network: Network, method: str, path: str):
    status, body = await network.get(path, method)
    assert status == 404
    assert "there are /health" in json.loads(body)["error"]
    assert (await network.get("/health"))[0] == 200


async def test_requests_that_come_at_once_are_answered_in_turn(network: Network):
    one = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    said = await network.say(one * 2 + last)
    assert [part.split()[0] for part in said.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"404"]


async def test_one_that_is_silent_is_dropped(network: Network, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(public, "PATIENCE", 0.05)
    assert await network.say(b"") == b""
    assert await network.say(b"GET /heal") == b""


async def test_those_who_say_nothing_keep_no_probe_out(
    network: Network, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(public, "CONNECTIONS", 2)
    silent = [await network.open() for _ in range(5)]
    assert (await network.get("/health"))[0] == 200
    assert await silent[0].receive_some() == b""
    for stream in silent:
        await stream.aclose()


async def test_an_address_that_is_taken_is_refused():
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listener.socket.getsockname()[1]
    with pytest.raises(SocketBusy, match=r"Address already in use; set supervisor\.http"):
        await open_public(f"127.0.0.1:{port}")
    await listener.aclose()
    for listener in await open_public(f"127.0.0.1:{port}"):
        await listener.aclose()


async def test_a_host_that_is_none_is_refused():
    with pytest.raises(SocketBusy, match=r"cannot listen on no\.such\.host\.invalid:1234: "):
        await open_public("no.such.host.invalid:1234")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9190", ("127.0.0.1", 9190)),
        (":9190", (None, 9190)),
        ("[::1]:9190", ("::1", 9190)),
        ("localhost:1", ("localhost", 1)),
        ("9190", None),
        ("::1:9190", None),
        ("a:0", None),
        ("a:65536", None),
        ("a:", None),
        ("a:-1", None),
        ("[::1:9190", None),
        ("http://a:80", None),
        ("a b:80", None),
        ("a:٣", None),
        ("", None),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, address: tuple[str | None, int] | None):
    assert address_of(text) == address


@given(st.text())
def test_any_text_is_an_address_or_none(text: str):
    address_of(text)


def test_a_bad_address_is_a_problem_of_the_plan(tmp_path: Path):
    (tmp_path / "n.toml").write_text('[supervisor]\nhttp = "everywhere"\n')
    with pytest.raises(ConfigError) as error:
        plan(load(tmp_path / "n.toml", {}))
    (problem,) = error.value.problems
    assert str(problem).endswith(
        "supervisor.http: 'everywhere' is not of the form host:port or :port"
    )


async def test_a_daemon_that_ends_is_not_healthy(tmp_path: Path):
    async with inside(tmp_path, TOML) as it:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        network = Network(listeners[0].socket.getsockname()[1])
        async with trio.open_nursery() as nursery:
            nursery.start_soon(partial(serve_public, listeners, it.served))
            it.supervisor.end("enough")
            await trio.testing.wait_all_tasks_blocked()
            assert (await network.get("/health/ready"))[0] == 503
            nursery.cancel_scope.cancel()
