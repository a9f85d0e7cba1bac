"""A whole container that nobody uses ends as ECS wants it; moto and a stand-in play ECS."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.posting.signing import headers as signed
from tests.aws import shapes
from tests.aws.agent import Agent
from tests.aws.cluster import Cluster
from tests.aws.holding import holding
from tests.services.cloud import empty
from tests.whole.daemon import Daemon, until

pytestmark = pytest.mark.system

IDLE = 20
MINUTES = "0.05"
SECRET = "a secret of this length"


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cluster:
    empty(monkeypatch, str(tmp_path))
    return Cluster()


class Short(Daemon):
    """One that may have ended before anybody has seen its API."""

    def _is_up(self) -> bool:
        assert self.process is not None
        return self.process.poll() is not None or super()._is_up()


def started(
    folder: Path, cache: Path, agent: Agent | None, minutes: str = MINUTES, **variables: str
) -> Daemon:
    """A daemon that ends after so long, three seconds, without anybody."""
    more = {} if agent is None else agent.environment
    return Short(folder, cache, AUTO_SHUTDOWN_MINUTES=minutes, **more, **variables)


def logged(daemon: Daemon, event: str) -> list[dict[str, Any]]:
    lines = daemon.log.read_text().splitlines()
    records = [json.loads(line) for line in lines if line.startswith("{")]
    return [record for record in records if record.get("event") == event]


def code_of(daemon: Daemon, seconds: float = 60.0) -> int:
    assert daemon.process is not None
    return daemon.process.wait(seconds)


def test_a_service_on_fargate_is_lowered_to_nothing_first(
    tmp_path: Path, cache: Path, cluster: Cluster
) -> None:
    cluster.make_service("acme-ada", 1)
    task = shapes.on_fargate("edits", cluster.run(service="acme-ada"))
    with Agent(task) as agent, started(tmp_path, cache, agent) as daemon:
        assert code_of(daemon) == IDLE
        assert cluster.desired("acme-ada") == 0
        assert [record["mode"] for record in logged(daemon, "idle")] == ["service"]


def test_a_service_on_ec2_too(tmp_path: Path, cache: Path, cluster: Cluster) -> None:
    cluster.make_service("acme-ada", 1)
    with (
        Agent(shapes.on_ec2("edits", "f00", "acme-ada")) as agent,
        started(tmp_path, cache, agent, IDLE_MODE="service") as daemon,
    ):
        assert code_of(daemon) == IDLE
    assert cluster.desired("acme-ada") == 0


def test_who_comes_back_while_the_service_is_lowered_gets_it_put_back(
    tmp_path: Path, cache: Path, cluster: Cluster
) -> None:
    cluster.make_service("acme-ada", 1)
    task = shapes.on_ec2("edits", "f00", "acme-ada")
    with (
        Agent(task) as agent,
        holding(os.environ["AWS_ENDPOINT_URL"], "UpdateService") as way,
        # Long enough to be seen at 1 before it is idle once more.
        started(tmp_path, cache, agent, "0.2", AWS_ENDPOINT_URL=way.url) as daemon,
    ):
        assert way.held.wait(60)
        assert cluster.desired("acme-ada") == 0
        daemon.init()
        way.go.set()
        until("the service back at 1", lambda: cluster.desired("acme-ada") == 1)
        assert daemon.get("/health/ready")[0] == 200
        # Nobody else comes, so it ends after all.
        assert code_of(daemon) == IDLE
        assert cluster.desired("acme-ada") == 0


def test_a_task_on_its_own_exits(tmp_path: Path, cache: Path, cluster: Cluster) -> None:
    task = shapes.on_fargate("edits", cluster.run())
    with Agent(task, service=False) as agent, started(tmp_path, cache, agent) as daemon:
        assert code_of(daemon) == IDLE
        assert [record["mode"] for record in logged(daemon, "idle")] == ["exit"]


def test_a_service_that_cannot_be_lowered_keeps_its_container(
    tmp_path: Path, cache: Path, cluster: Cluster
) -> None:
    task = shapes.on_ec2("edits", "f00", "nobody")
    with Agent(task) as agent, started(tmp_path, cache, agent) as daemon:
        [record] = until("a refusal", lambda: logged(daemon, "idle, and cannot end"))
        assert "ECS does not know it" in record["reason"]
        assert daemon.get("/health/ready")[0] == 200
        assert daemon.end() == 0


def test_a_task_has_itself_stopped_and_ends_by_the_signal(
    tmp_path: Path, cache: Path, cluster: Cluster
) -> None:
    id = cluster.run()
    with (
        Agent(shapes.on_fargate("edits", id)) as agent,
        started(tmp_path, cache, agent, IDLE_MODE="stop") as daemon,
    ):
        until("ECS to stop it", lambda: cluster.task(id)["desiredStatus"] == "STOPPED")
        assert cluster.task(id)["stoppedReason"] == "idle for 0.05 minutes"
        # What the agent does then.
        assert daemon.end() == 0
        [record] = logged(daemon, "stopping")
        assert "SIGTERM" in record["reason"]


def test_it_exits_where_it_is_told_to_although_ecs_has_a_service(
    tmp_path: Path, cache: Path, cluster: Cluster
) -> None:
    cluster.make_service("acme-ada", 1)
    with (
        Agent(shapes.on_ec2("edits", "f00", "acme-ada")) as agent,
        started(tmp_path, cache, agent, IDLE_MODE="exit") as daemon,
    ):
        assert code_of(daemon) == IDLE
    assert cluster.desired("acme-ada") == 1


@contextmanager
def server(received: list[tuple[dict[str, str], bytes]]) -> Iterator[str]:
    """Somebody else's server, which takes everything; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((dict(self.headers.items()), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}/idle"
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def test_who_is_to_end_it_is_told_and_nobody_else_sees_the_secret(
    tmp_path: Path, cache: Path
) -> None:
    received: list[tuple[dict[str, str], bytes]] = []
    with (
        server(received) as url,
        started(
            tmp_path,
            cache,
            None,
            IDLE_MODE="notify",
            IDLE_WEBHOOK=url,
            IDLE_WEBHOOK_SECRET=SECRET,
        ) as daemon,
    ):
        [(headers, body)] = until("the webhook", lambda: received)
        ours = signed(headers["webhook-id"], int(headers["webhook-timestamp"]), body, [SECRET])
        assert headers["webhook-signature"] == ours["webhook-signature"]
        told = json.loads(body)
        assert (told["type"], told["data"]["task"]) == ("idle.end", None)
        assert daemon.get("/health/ready")[0] == 200
        assert daemon.end() == 0
        assert SECRET not in daemon.log.read_text()


def test_the_task_is_protected_while_a_turn_runs(
    tmp_path: Path, cache: Path, cluster: Cluster
) -> None:
    task = shapes.on_fargate("edits", cluster.run(service="acme-ada"))
    with Agent(task) as agent, Daemon(tmp_path, cache, **agent.environment) as daemon:
        daemon.init()
        assert agent.asked == []
        daemon.execute("change the heading of the home page to One")
        first, last = agent.until_asked(2)
        assert first == {"ProtectionEnabled": True, "ExpiresInMinutes": 15}
        assert last == {"ProtectionEnabled": False}
        assert agent.expires is None
        agent.service = False  # what follows is asked for once, and in nobody's way
        began = time.monotonic()
        daemon.execute("change the heading of the home page to Two")
        daemon.execute("change the heading of the home page to Three")
        assert time.monotonic() - began < 60
        assert len(agent.until_asked(3)) == 3
        assert daemon.end() == 0
        [record] = logged(daemon, "task needs no protection")
        assert "TASK_NOT_VALID" in record["reason"]
