"""The JSON of the control socket, with a supervisor behind it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import trio

from supervisor.meter import Taken
from tests.supervisor.inside import Inside, inside, request, say
from tests.supervisor.real import PATIENCE

TOML = """
[service.cat]
kind = "process"
command = ["sh", "-c", '''
    trap 'echo heard' USR1; echo up; echo bad >&2
    while :; do sleep 0.01; done''']

[service.idle]
kind = "task"
run = "tests.supervisor.bodies:steady"
autostart = false

[service."page@"]
kind = "process"
command = ["sh", "-c", "echo {instance}; sleep 1000"]
"""


@pytest.fixture
async def it(tmp_path: Path):
    with trio.fail_after(PATIENCE):
        async with inside(tmp_path, TOML) as it:
            await until_line(it, "up")
            await until_line(it, "bad")
            yield it


async def until_line(it: Inside, text: str) -> None:
    with it.served.output.follow("cat") as follower:
        while text not in [line.text for line in it.served.output.tail("cat")]:
            await follower.receive()


async def ask(it: Inside, method: str, path: str, body: object = b"") -> tuple[int, object]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head, _, answer = (await say(it.path, request(method, path, data))).partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(answer)


async def test_a_service_is_seen_and_told_by_its_name(it: Inside):
    status, answer = await ask(it, "GET", "/v1/services/cat")
    assert (status, answer["service"]["state"]) == (200, "RUNNING")
    assert await ask(it, "POST", "/v1/services/cat/signal", {"signal": "usr1"}) == (200, {})
    await until_line(it, "heard")
    status, answer = await ask(it, "POST", "/v1/services/page@a/start")
    assert answer["service"]["state"] == "RUNNING"
    status, answer = await ask(it, "GET", "/v1/services/page@a/spec")
    assert answer["spec"]["command"][2] == "echo a; sleep 1000"
    status, answer = await ask(it, "GET", "/v1/specs")
    assert [spec["name"] for spec in answer["specs"]] == ["cat", "idle", "page@a", "page@"]
    assert await ask(it, "DELETE", "/v1/services/idle") == (200, {})
    assert (await ask(it, "GET", "/v1/services/idle"))[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "text"),
    [
        ("GET", "/v1/services/nobody", b"", 404, "cannot find a service 'nobody'"),
        ("GET", "/v1/services/nobody/spec", b"", 404, "cannot find a service 'nobody'"),
        ("GET", "/v1/services/nobody/logs", b"", 404, "cannot find a service 'nobody'"),
        ("POST", "/v1/services/nobody/clear", b"", 404, "cannot find a service 'nobody'"),
        ("GET", "/v1/services/cat/logs?lines=x", b"", 400, "say a number, such as lines=100"),
        ("GET", "/v1/logs?lines=-1", b"", 400, "say a number"),
        ("POST", "/v1/services/cat/signal", b'{"signal": "HOP"}', 400, "name one, such as HUP"),
        ("POST", "/v1/services/cat/signal", b'{"signal": 999}', 400, "or say its number"),
        ("POST", "/v1/services/cat/signal", b"{}", 400, "missing required field `signal`"),
        ("POST", "/v1/services/idle/signal", b'{"signal": 15}', 409, "cannot reach a process"),
        ("POST", "/v1/services/cat/stdin", b"hello", 409, "cannot"),
        ("DELETE", "/v1/services/cat", b"", 409, "cannot remove cat: it is RUNNING; stop it"),
        ("GET", "/v1/health?level=best", b"", 400, "it is alive or ready"),
        ("PUT", "/v1/services/cat", b"", 404, "there is no PUT"),
    ],
    ids=range(14),
)
async def test_what_cannot_be_done_is_said(
    it: Inside, method: str, path: str, body: bytes, status: int, text: str
):
    found, answer = await ask(it, method, path, body)
    assert found == status
    assert text in answer["error"]


async def test_health_is_200_or_503(it: Inside):
    status, answer = await ask(it, "GET", "/v1/health")
    assert (status, answer["healthy"]) == (200, True)
    await ask(it, "POST", "/v1/services/cat/stop")
    await ask(it, "POST", "/v1/shutdown", {"reason": "x"})
    assert (await ask(it, "GET", "/v1/health"))[0] == 503


async def test_a_change_of_the_file_is_shown_and_made(it: Inside, tmp_path: Path):
    assert await ask(it, "GET", "/v1/diff") == (200, {"differences": []})
    more = '\n[service.more]\nkind = "process"\ncommand = ["sleep", "1000"]\n'
    (tmp_path / "nurseryd.toml").write_text(TOML + more)
    _, shown = await ask(it, "GET", "/v1/diff")
    assert [(one["service"], one["kind"]) for one in shown["differences"]] == [("more", "added")]
    assert await ask(it, "POST", "/v1/reload", {"only": ["more"]}) == (200, shown)
    (tmp_path / "nurseryd.toml").write_text(TOML + '\n[service.bad]\nkind = "tsk"\n')
    status, answer = await ask(it, "POST", "/v1/reload")
    assert status == 409
    assert answer["error"].startswith("cannot reload: ")
    (problem,) = answer["problems"]
    assert problem["table"] == "service.bad"
    assert problem["key"] == "kind"


async def test_the_daemon_says_what_it_is(it: Inside):
    status, answer = await ask(it, "GET", "/v1/daemon")
    assert status == 200
    assert answer["pid"] == os.getpid()
    assert answer["config"].endswith("nurseryd.toml")
    assert (answer["identifier"], answer["state"], len(answer["run"])) == ("nurseryd", "RUNNING", 8)
    await ask(it, "POST", "/v1/services/cat/stop")


async def test_metrics_are_text(it: Inside):
    said = (await say(it.path, request("GET", "/metrics"))).decode()
    assert "Content-Type: text/plain" in said
    assert 'nurseryd_service_state{service="cat",state="RUNNING"} 1.0' in said
    assert 'nurseryd_log_bytes_total{service="cat",stream="stderr"} 4.0' in said


# Lines.


def lines_of(response: bytes) -> list[dict[str, object]]:
    """The records of a stream that has ended, out of its chunks."""
    body = response.partition(b"\r\n\r\n")[2]
    return [json.loads(one) for one in body.splitlines() if one.startswith(b"{")]


async def test_the_last_lines_can_be_had(it: Inside):
    async def texts(query: str) -> list[object]:
        answer = await say(it.path, request("GET", f"/v1/{query}"), end=True)
        return [line["text"] for line in lines_of(answer)]

    assert sorted(await texts("services/cat/logs")) == ["bad", "up"]
    assert await texts("services/cat/logs?stream=stderr") == ["bad"]
    assert await texts("services/cat/logs?lines=0") == []
    assert len(await texts("logs?lines=1")) == 1
    assert await texts("services/nurseryd/logs") == []
    assert await ask(it, "POST", "/v1/services/cat/clear") == (200, {})
    assert await texts("logs") == []


async def test_lines_are_followed_until_the_client_goes(it: Inside):
    async with await trio.open_unix_socket(it.path) as stream:
        await stream.send_all(request("GET", "/v1/services/cat/logs?follow=1&lines=0"))
        head = await stream.receive_some()
        assert b"Content-Type: application/jsonl" in head
        await ask(it, "POST", "/v1/services/cat/signal", {"signal": "USR1"})
        assert lines_of(b"\r\n\r\n" + await stream.receive_some())[0]["text"] == "heard"


async def test_events_are_a_snapshot_and_then_changes(it: Inside):
    async with await trio.open_unix_socket(it.path) as stream:
        await stream.send_all(request("GET", "/v1/events"))
        said = b""
        while b'"snapshot"' not in said or not said.endswith(b"\r\n"):
            said += await stream.receive_some()
        (snapshot,) = lines_of(said)
        assert [status["name"] for status in snapshot["snapshot"]] == ["cat", "idle"]
        await ask(it, "POST", "/v1/services/idle/start")
        said = b""
        while b'"RUNNING"' not in said or not said.endswith(b"\r\n"):
            said += await stream.receive_some()
        changes = lines_of(b"\r\n\r\n" + said)
        assert changes[-1]["now"]["name"] == "idle"
        assert changes[-1]["now"]["state"] == "RUNNING"


async def test_what_services_take_is_told_as_it_is_measured(it: Inside):
    usage = it.served.usage
    usage.add(1000.0, 0.0, 0, {"cat": Taken(cpu=1.0, memory=4096, processes=1)})
    async with await trio.open_unix_socket(it.path) as stream:
        await stream.send_all(request("GET", "/v1/usage"))
        said = b""
        while not said.endswith(b"}\n\r\n"):
            said += await stream.receive_some()
        (sample,) = lines_of(said)
        assert (sample["at"], sample["taken"]["cat"]["memory"]) == (1000.0, 4096)
        usage.add(1010.0, 10.0, 2, {"cat": Taken(cpu=6.0, memory=8192, processes=1)})
        said = b""
        while not said.endswith(b"}\n\r\n"):
            said += await stream.receive_some()
        (sample,) = lines_of(b"\r\n\r\n" + said)
        assert (sample["restarts"], sample["cores"]) == (2, {"cat": 0.5})
