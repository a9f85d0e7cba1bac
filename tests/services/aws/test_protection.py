"""A task's protection, asked of a stand-in for ECS's agent over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.aws import protect
from supervisor.desk import NotFound, Refused
from tests.aws import shapes
from tests.aws.agent import Agent


@pytest.fixture
def agent() -> Iterator[Agent]:
    with Agent(shapes.on_fargate("edits", "f00")) as agent:
        yield agent


def test_it_is_set_for_some_minutes_and_ended(agent: Agent) -> None:
    protect(agent.environment, 15)
    assert agent.expires == 15
    protect(agent.environment, 0)
    assert agent.expires is None
    assert agent.asked == [
        {"ProtectionEnabled": True, "ExpiresInMinutes": 15},
        {"ProtectionEnabled": False},
    ]


def test_a_task_of_no_service_has_nothing_to_be_protected_from(agent: Agent) -> None:
    agent.service = False
    with pytest.raises(NotFound, match="cannot protect the task: TASK_NOT_VALID"):
        protect(agent.environment, 15)


def test_where_there_is_no_ecs_there_is_no_task() -> None:
    with pytest.raises(NotFound, match="no agent of ECS"):
        protect({}, 15)


def test_minutes_that_ecs_does_not_take_are_refused(agent: Agent) -> None:
    with pytest.raises(Refused, match="InvalidParameterException: expiresInMinutes must be"):
        protect(agent.environment, 2881)


@pytest.mark.parametrize(
    ("status", "answer", "text"),
    [
        (
            400,
            shapes.error("arn", "ThrottlingException", "Rate exceeded", "12345-abc"),
            "ThrottlingException: Rate exceeded",
        ),
        (
            403,
            shapes.error("arn", "AccessDeniedException", "no task IAM role credentials"),
            "AccessDeniedException: no task IAM role",
        ),
        (
            504,
            shapes.error("arn", "RequestCanceled", "Timed out calling ECS Task Protection API"),
            "RequestCanceled: Timed out",
        ),
        (200, shapes.failure("arn", "DEPLOYMENT_BLOCKED"), "DEPLOYMENT_BLOCKED"),
        (200, shapes.protected("arn", False), "did not do it"),
        (200, {}, "did not do it"),
    ],
)
def test_what_else_goes_wrong_is_a_refusal(
    agent: Agent, status: int, answer: dict[str, object], text: str
) -> None:
    agent.error = (status, answer)
    with pytest.raises(Refused, match=r"^cannot protect the task: ") as refused:
        protect(agent.environment, 15)
    assert text in str(refused.value)
    assert not isinstance(refused.value, NotFound)


def test_what_is_no_answer_of_an_agent_is_a_refusal(agent: Agent) -> None:
    agent.instead = (502, b"<html>")
    with pytest.raises(Refused, match=r"cannot end the task's protection: .* answered 502"):
        protect(agent.environment, 0)
