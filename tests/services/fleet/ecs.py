"""An ECS in which tasks take time: they begin, turn healthy, end, and are told of page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

PAGE = 100  # tasks that ListTasks tells of at once, and that DescribeTasks can be asked about
ARN = "arn:aws:ecs:eu-central-1:123456789012"

# What AWS answers to a task that goes well, look by look.
WELL = (
    {"lastStatus": "PROVISIONING"},
    {"lastStatus": "PENDING"},
    {"lastStatus": "PENDING"},
    {"lastStatus": "RUNNING", "healthStatus": "UNKNOWN"},
    {"lastStatus": "RUNNING", "healthStatus": "HEALTHY"},
)
STOPS = (
    {"lastStatus": "DEACTIVATING", "desiredStatus": "STOPPED", "stopCode": "UserInitiated"},
    {"lastStatus": "STOPPING"},
    {"lastStatus": "STOPPING"},
    {"lastStatus": "STOPPING"},
    {"lastStatus": "STOPPED"},
)


class Ecs:
    """`life` is what becomes of the tasks that are run; `failures` are RunTask's instead of one."""

    def __init__(self) -> None:
        self.life: tuple[dict[str, Any], ...] = WELL
        self.failures: list[dict[str, str]] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.tasks: dict[str, dict[str, Any]] = {}
        self._lives: dict[str, list[dict[str, Any]]] = {}
        self._tokens: dict[str, str] = {}
        self._definitions: dict[str, tuple[dict[str, Any], list[Any]]] = {}
        self._lock = Lock()

    def put(self, tags: dict[str, str], **facts: Any) -> str:
        """A task that is there; its ARN."""
        arn = f"{ARN}:task/sites/{len(self.tasks):032x}"
        self.tasks[arn] = {
            "taskArn": arn,
            "taskDefinitionArn": f"{ARN}:task-definition/nurseryd-a-b:1",
            "lastStatus": "RUNNING",
            "desiredStatus": "RUNNING",
            "healthStatus": "HEALTHY",
            "startedBy": "nurseryd",
            "createdAt": 1_800_000_000.0 + len(self.tasks),
            "tags": [{"key": key, "value": value} for key, value in tags.items()],
            "containers": [{"name": "nurseryd"}],
            "attachments": [],
            **facts,
        }
        self._lives[arn] = []
        return arn

    def calls(self, operation: str) -> list[dict[str, Any]]:
        return [body for name, body in self.asked if name == operation]

    def answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self._lock:
            self.asked.append((operation, body))
            return getattr(self, f"_{operation}")(body)

    def _RegisterTaskDefinition(self, body: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802
        tags = body.pop("tags", [])
        revision = self._definitions.get(body["family"], ({"revision": 0}, []))[0]["revision"] + 1
        arn = f"{ARN}:task-definition/{body['family']}:{revision}"
        body |= {"taskDefinitionArn": arn, "revision": revision, "status": "ACTIVE"}
        self._definitions[body["family"]] = (body, tags)
        return 200, {"taskDefinition": body, "tags": tags}

    def _DescribeTaskDefinition(self, body: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802
        known = self._definitions.get(body["taskDefinition"])
        if known is None:
            text = "Unable to describe task definition."
            return 400, {"__type": "ClientException", "message": text}
        return 200, {"taskDefinition": known[0], "tags": known[1]}

    def _ListTaskDefinitions(self, body: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802
        known = self._definitions.get(body["familyPrefix"])
        return 200, {"taskDefinitionArns": [known[0]["taskDefinitionArn"]] if known else []}

    def _RunTask(self, body: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802
        if self.failures:
            return 200, {"tasks": [], "failures": self.failures}
        token = body["clientToken"]
        if token not in self._tokens:
            tags = {tag["key"]: tag["value"] for tag in body["tags"]}
            details = [
                {"name": "networkInterfaceId", "value": "eni-1"},
                {"name": "privateIPv4Address", "value": "10.0.0.7"},
            ]
            arn = self.put(
                tags,
                healthStatus="UNKNOWN",
                taskDefinitionArn=body["taskDefinition"],
                startedBy=body["startedBy"],
                attachments=[{"type": "ElasticNetworkInterface", "details": details}],
            )
            self.tasks[arn] |= self.life[0]
            self._lives[arn] = list(self.life[1:])
            self._tokens[token] = arn
        return 200, {"tasks": [self.tasks[self._tokens[token]]], "failures": []}

    def _StopTask(self, body: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802
        task = self.tasks[body["task"]]
        containers = [{"name": "nurseryd", "exitCode": 0}]
        last = {**STOPS[-1], "stoppedReason": body["reason"], "containers": containers}
        task |= STOPS[0]
        self._lives[body["task"]] = [*STOPS[1:-1], last]
        return 200, {"task": task}

    def _ListTasks(self, body: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802
        wanted = body.get("desiredStatus", "RUNNING")
        family = body.get("family")
        found = [
            arn
            for arn, task in self.tasks.items()
            if task["desiredStatus"] == wanted
            and body.get("startedBy", task["startedBy"]) == task["startedBy"]
            and (not family or f"/{family}:" in task["taskDefinitionArn"])
        ]
        first = int(body.get("nextToken", 0))
        more = {"nextToken": str(first + PAGE)} if len(found) > first + PAGE else {}
        return 200, {"taskArns": found[first : first + PAGE], **more}

    def _DescribeTasks(self, body: dict[str, Any]) -> tuple[int, Any]:  # noqa: N802
        if not 0 < len(body["tasks"]) <= PAGE:
            return 400, {"__type": "InvalidParameterException", "message": "Tasks: 1 to 100"}
        for arn in body["tasks"]:
            if self._lives[arn]:
                self.tasks[arn] |= self._lives[arn].pop(0)
        return 200, {"tasks": [self.tasks[arn] for arn in body["tasks"]], "failures": []}


@contextmanager
def running() -> Iterator[tuple[Ecs, str]]:
    """Such an ECS and its address."""
    ecs = Ecs()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            status, answer = ecs.answer(operation, json.loads(body))
            sent = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield ecs, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
