"""Which task this is, asked of a stand-in for ECS's agent over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from services.aws import Task, ecs_agent, read_task
from supervisor.desk import Refused
from tests.aws import shapes
from tests.aws.agent import Agent

ARN = shapes.task_arn("edits", "f00")


@pytest.fixture
def agent() -> Iterator[Agent]:
    with Agent(shapes.on_fargate("edits", "f00")) as agent:
        yield agent


def test_without_an_endpoint_this_is_no_task() -> None:
    assert read_task({}) is None
    assert read_task({"ECS_CONTAINER_METADATA_URI_V4": ""}) is None


def test_on_fargate_nobody_says_whose_the_task_is(agent: Agent) -> None:
    cluster = "arn:aws:ecs:eu-central-1:123456789012:cluster/edits"
    task = read_task(agent.environment)
    assert task == Task(cluster, ARN, "editor", "5", None)
    assert task.region == "eu-central-1"


def test_on_ec2_the_service_is_named(agent: Agent) -> None:
    agent.metadata = shapes.on_ec2("edits", "f00", "acme-ada")
    assert read_task(agent.environment) == Task("edits", ARN, "editor", "5", "acme-ada")


def test_no_proxy_is_asked(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert read_task(agent.environment) is not None


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (500, b"{}", "answered 500"),
        (404, b'"unable to find"', "answered 404"),
        (200, b"<html>", "not as AWS documents it"),
        (200, b"\xff\xfe", "not as AWS documents it"),
        (200, b"", "not as AWS documents it"),
        (200, b"[]", "not as AWS documents it"),
        (200, b'{"a": ' + b"[" * 100_000, "not as AWS documents it"),
        (200, json.dumps({"Cluster": "edits"}).encode(), "missing required field `TaskARN`"),
        (200, json.dumps(shapes.on_fargate("a", "b", TaskARN="b")).encode(), "TaskARN is 'b'"),
        (200, b" " * (ecs_agent.MOST_BYTES + 1), "more than 1048576 bytes"),
    ],
)
def test_what_is_no_metadata_is_refused(agent: Agent, status: int, body: bytes, text: str) -> None:
    agent.instead = (status, body)
    with pytest.raises(Refused, match=r"^cannot read the task's metadata: ") as refused:
        read_task(agent.environment)
    assert text in str(refused.value)


def test_an_agent_that_says_nothing_is_not_waited_for_for_ever(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ecs_agent, "SILENCE", 0.1)
    agent.silence = 60
    with pytest.raises(Refused, match=r"did not answer in 0\.1 s"):
        read_task(agent.environment)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://127.0.0.1:9/v4/f00", "refused"),
        ("https://127.0.0.1/v4/f00", "no http:// address"),
        ("v4/f00", "no http:// address"),
        ("http://127.0.0.1:none/v4", "Port could not be cast"),
    ],
)
def test_an_address_where_nobody_is_is_refused(url: str, text: str) -> None:
    with pytest.raises(Refused, match=text):
        read_task({"ECS_CONTAINER_METADATA_URI_V4": url})
