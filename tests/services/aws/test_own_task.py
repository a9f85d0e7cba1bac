"""What ECS does with this task and its service: moto's server in its place, and the real boto3."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.aws import OwnTask, Task, own_task
from supervisor.desk import Refused
from tests.aws import shapes
from tests.aws.cluster import Cluster
from tests.services.cloud import Cloud

ALONE = Task("edits", shapes.task_arn("edits", "f00"), "editor", "5")


@pytest.fixture
def cluster(cloud: Cloud) -> Cluster:
    return Cluster()


def own(cluster: Cluster, *, service: str | None = None) -> tuple[str, OwnTask]:
    id = cluster.run(service=service)
    return id, OwnTask(Task(cluster.name, shapes.task_arn(cluster.name, id), "editor", "1"))


def test_whose_the_task_is(cluster: Cluster) -> None:
    assert own(cluster, service="acme-ada")[1].service() == "acme-ada"
    assert own(cluster)[1].service() is None


def test_a_service_is_lowered_and_put_back(cluster: Cluster) -> None:
    cluster.make_service("acme-ada", 1)
    _, task = own(cluster, service="acme-ada")
    assert task.wanted("acme-ada") == 1
    task.want("acme-ada", 0)
    assert cluster.desired("acme-ada") == task.wanted("acme-ada") == 0
    task.want("acme-ada", 1)
    assert cluster.desired("acme-ada") == 1


def test_it_has_itself_stopped_and_says_why(cluster: Cluster) -> None:
    id, task = own(cluster)
    task.stop("idle for 5 minutes" + " and so on" * 100)
    stopped = cluster.task(id)
    assert stopped["desiredStatus"] == "STOPPED"
    assert stopped["stoppedReason"].startswith("idle for 5 minutes and so on")
    assert len(stopped["stoppedReason"]) == 255


def test_the_region_is_that_of_the_task(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    _, task = own(cluster, service="acme-ada")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert task.service() == "acme-ada"


def test_what_ecs_does_not_know_is_refused(cluster: Cluster) -> None:
    _, task = own(cluster)
    with pytest.raises(Refused, match="cannot look at the service nobody: ECS does not know it"):
        task.wanted("nobody")
    with pytest.raises(Refused, match=r"set the service nobody to 0, .*ServiceNotFoundException"):
        task.want("nobody", 0)
    with pytest.raises(Refused, match="cannot ask whose the task is: ECS does not know arn:aws"):
        OwnTask(ALONE).service()
    elsewhere = Task("elsewhere", ALONE.arn, "editor", "5")
    with pytest.raises(Refused, match="ClusterNotFoundException"):
        OwnTask(elsewhere).service()


@contextmanager
def answering(status: int, code: str, message: str) -> Iterator[tuple[str, list[str]]]:
    """An ECS that answers everything in one way; its address, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.headers["X-Amz-Target"].rpartition(".")[2])
            body = json.dumps({"__type": code, "message": message}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_each_refusal_says_which_permission_it_takes(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(400, "AccessDeniedException", "not authorized") as (url, asked):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        task = OwnTask(ALONE)
        for call, permission in [
            (task.service, "DescribeTasks"),
            (lambda: task.wanted("a"), "DescribeServices"),
            (lambda: task.want("a", 0), "UpdateService"),
            (lambda: task.stop("idle"), "StopTask"),
        ]:
            with pytest.raises(Refused, match=f"takes ecs:{permission}: .*not authorized"):
                call()
            assert asked[-1] == permission
    assert len(asked) == 4  # nothing that is refused is asked twice


def test_when_there_is_too_much_to_do_it_is_asked_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(400, "ThrottlingException", "Rate exceeded") as (url, asked):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(Refused, match="Rate exceeded"):
            OwnTask(ALONE).want("acme-ada", 0)
    assert asked == ["UpdateService"] * own_task.ATTEMPTS
