"""The image as ECS would run it: with what the template's task definition says of the container."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest

from tests.container.container import Container
from tests.container.image import Image
from tests.ecs.stack import PRODUCTION, deployed

pytestmark = pytest.mark.system


def test_a_container_of_the_task_definition_serves_the_load_balancer_and_ends_in_time(
    slim: Image, tmp_path: Path
) -> None:
    with deployed(tmp_path, **PRODUCTION) as stack:
        told, variables = stack.container(), stack.environment()
        kept = boto3.client("secretsmanager").get_secret_value(SecretId=stack.outputs["SecretName"])
        secret = json.loads(kept["SecretString"])
    mounted = {one["containerPath"] for one in told["mountPoints"]}
    assert set(slim.config["Volumes"]) == mounted  # else it would not be able to write there
    with Container(
        slim,
        environment=variables | secret,
        uid=told["user"],
        readonly=told["readonlyRootFilesystem"],
        init=told["linuxParameters"]["initProcessEnabled"],
    ) as container:
        container.ready()
        kind, *words = told["healthCheck"]["command"]
        assert kind == "CMD"
        assert container.exec(*words).returncode == 0
        assert container.get("/health")[1]["client"] == PRODUCTION["Client"]
        name = "ada--acme.preview.example.net"
        assert refused(container, name) == 401  # a door that knows its name, and asks for a link
        assert refused(container, "stranger.example.com") not in (200, 401)
        assert container.end(seconds=told["stopTimeout"]) == 0, container.log[-4000:]
        records = [json.loads(line) for line in container.log.splitlines()]
    assert {one["level"] for one in records} <= {"info", "warning"}


def refused(container: Container, host: str) -> int:
    """What the previews' door answers for a host, as the load balancer passes it on."""
    request = urllib.request.Request(
        f"http://{container.address}:{container.hmr_port}/",
        headers={"Host": host, "X-Forwarded-For": "198.51.100.9", "X-Forwarded-Proto": "https"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
