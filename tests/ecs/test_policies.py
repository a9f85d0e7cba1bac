"""Everybody may do what they do, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.ecs import calls
from tests.ecs.stack import PRODUCTION, Stack, deployed, template

ROLES = ("ExecutionRole", "TaskRole", "OperatorPolicy")

# Whose permissions a module of services/aws asks by: those of the container, or of the operator.
ASKS_BY = {
    "access_points.py": "OperatorPolicy",
    "balancer.py": "OperatorPolicy",
    "converse.py": "TaskRole",
    "definitions.py": "OperatorPolicy",
    "editors.py": "OperatorPolicy",
    "interfaces.py": "OperatorPolicy",
    "own_task.py": "TaskRole",
    "registry.py": "OperatorPolicy",
    "secrets.py": "TaskRole",
    "stacks.py": "OperatorPolicy",
}

# What is permitted and no call of ours asks for by its own name.
BESIDES = {
    "TaskRole": {
        "elasticfilesystem:ClientMount",  # by ECS, that mounts the workspace as this role
        "elasticfilesystem:ClientWrite",
        "ecs:UpdateTaskProtection",  # by ECS's agent, which services/aws/protection.py asks
        "bedrock:InvokeModel",  # by Claude Code, which does not always stream
        "bedrock:InvokeModelWithResponseStream",
    },
    "OperatorPolicy": {
        "iam:PassRole",  # to the tasks that are started, and to definitions that name the roles
        "ecs:TagResource",  # for what is made with tags
        "elasticfilesystem:TagResource",
        "elasticloadbalancing:AddTags",
        "ecr:BatchCheckLayerAvailability",  # by the program that pushes
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
    },
}
# What our calls ask for and the stack does not permit.
WITHHELD = {
    "ecr:CreateRepository",  # for who has no stack: the stack has a repository
}
# Where AWS knows a resource that is none of ours; a condition says what is meant.
BY_CONDITION = {
    "ecs:ListTasks": "ecs:cluster",  # its resource is an instance, and Fargate has none
}

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One in which every statement is there that has no opposite."""
    secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:forge-a1b2c3"
    more = {"Backend": "bedrock", "Model": "eu.some-model", "ReadableSecrets": secret}
    with deployed(tmp_path_factory.mktemp("home"), **PRODUCTION, **more) as stack:
        yield stack


@pytest.fixture(scope="module")
def statements(stack: Stack) -> dict[str, list[dict[str, Any]]]:
    found = {role: stack.statements(role) for role in ROLES}
    # Instead of what `auto` allows, since no mode wants both.
    found["TaskRole"] += _stopping(template()["Resources"]["TaskRole"])
    return found


def _stopping(role: dict[str, Any]) -> list[dict[str, Any]]:
    written = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    (found,) = (one["Fn::If"][1] for one in written if one.get("Fn::If", [""])[0] == "StopsItself")
    assert found["Resource"]["Fn::Sub"].endswith(":task/${Cluster}/*")
    return [found | {"Resource": "arn:aws:ecs:eu-central-1:123456789012:task/cluster/*"}]


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def actions(statements: list[dict[str, Any]]) -> set[str]:
    return {action for one in statements for action in listed(one["Action"])}


def test_every_module_that_asks_says_by_whose_permissions() -> None:
    there = {one.name for one in calls.asking_modules()}
    assert there <= ASKS_BY.keys()
    assert all(calls.actions_of(one) for one in calls.asking_modules())
    source = "".join(one.read_text("utf-8") for one in calls.asking_modules())
    assert "getattr(self." not in source


@pytest.mark.parametrize("role", ["TaskRole", "OperatorPolicy"])
def test_a_role_permits_what_the_code_asks_for_and_nothing_else(
    role: str, statements: dict[str, list[dict[str, Any]]]
) -> None:
    asked = {
        action
        for module in calls.asking_modules()
        if ASKS_BY[module.name] == role
        for action in calls.actions_of(module)
    }
    assert actions(statements[role]) == asked - WITHHELD | BESIDES[role]


def test_ecs_may_start_an_editor_and_nothing_else(
    stack: Stack, statements: dict[str, list[dict[str, Any]]]
) -> None:
    repository = f"arn:aws:ecr:eu-central-1:123456789012:repository/{stack.resources['Repository']}"
    log = "arn:aws:logs:eu-central-1:123456789012:log-group:/nurseryd/nurseryd"
    permitted = {
        (action, resource.removesuffix(":*"))
        for one in statements["ExecutionRole"]
        for action in listed(one["Action"])
        for resource in listed(one["Resource"])
    }
    assert permitted == {
        ("secretsmanager:GetSecretValue", stack.outputs["SecretName"]),
        ("logs:CreateLogStream", log),
        ("logs:PutLogEvents", log),
        ("ecr:BatchCheckLayerAvailability", repository),
        ("ecr:BatchGetImage", repository),
        ("ecr:GetDownloadUrlForLayer", repository),
        ("ecr:GetAuthorizationToken", "*"),
    }


def test_no_permission_is_wider_than_aws_can_say(
    statements: dict[str, list[dict[str, Any]]],
) -> None:
    for one in [one for role in ROLES for one in statements[role]]:
        assert one["Effect"] == "Allow"
        for action in listed(one["Action"]):
            assert "*" not in action
            for resource in listed(one["Resource"]):
                if resource != "*":
                    assert resource.count(":") >= 5, resource
                elif action in BY_CONDITION:
                    assert BY_CONDITION[action] in one["Condition"]["ArnEquals"]
                else:
                    assert not calls.has_resources(action), action


def test_roles_are_for_tasks_of_this_account_alone(stack: Stack) -> None:
    iam = boto3.client("iam")
    for role in ("ExecutionRole", "TaskRole"):
        document = iam.get_role(RoleName=stack.resources[role])["Role"]["AssumeRolePolicyDocument"]
        (statement,) = document["Statement"]
        assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}


def test_an_operator_passes_on_these_two_roles_to_tasks_alone(
    stack: Stack, statements: dict[str, list[dict[str, Any]]]
) -> None:
    (passing,) = (
        one for one in statements["OperatorPolicy"] if "iam:PassRole" in listed(one["Action"])
    )
    names = {one.rpartition("/")[2] for one in listed(passing["Resource"])}
    assert names == {stack.resources["ExecutionRole"], stack.resources["TaskRole"]}
    assert passing["Condition"]["StringEquals"]["iam:PassedToService"] == "ecs-tasks.amazonaws.com"


def test_an_operator_changes_no_rule_of_the_stacks_own(
    statements: dict[str, list[dict[str, Any]]],
) -> None:
    (changing,) = (
        one
        for one in statements["OperatorPolicy"]
        if "elasticloadbalancing:DeleteRule" in listed(one["Action"])
    )
    assert changing["Condition"] == {"Null": {"aws:ResourceTag/nurseryd:client": "false"}}
    for rule in ("ApiRule", "PreviewRule"):  # which have no tag
        assert "Tags" not in template()["Resources"][rule]["Properties"]


def test_the_volume_is_reached_encrypted_and_by_an_access_point_alone() -> None:
    policy = template()["Resources"]["FileSystem"]["Properties"]["FileSystemPolicy"]
    denied = {
        (operator, key, value)
        for one in policy["Statement"]
        for operator, said in one["Condition"].items()
        for key, value in said.items()
        if one["Effect"] == "Deny" and one["Principal"] == {"AWS": "*"}
    }
    assert denied == {
        ("Bool", "aws:SecureTransport", "false"),
        ("Null", "elasticfilesystem:AccessPointArn", "true"),
    }
    mounting = {"ClientMount", "ClientWrite", "ClientRootAccess"}
    for one in policy["Statement"]:
        assert {action.partition(":")[2] for action in one["Action"]} == mounting


@pytest.mark.parametrize(
    ("mode", "permitted"),
    [
        ("exit", set()),
        ("notify", set()),
        ("stop", {"ecs:StopTask"}),
        ("service", {"ecs:DescribeServices", "ecs:UpdateService"}),
    ],
)
def test_a_way_to_end_brings_its_own_permissions(
    mode: str, permitted: set[str], tmp_path: Path
) -> None:
    always = {"ecs:DescribeTasks", "ecs:UpdateTaskProtection"}
    hook = {"IdleWebhook": "https://hooks.example.com/idle"} if mode == "notify" else {}
    with deployed(tmp_path, IdleMode=mode, **hook) as stack:
        ours = {one for one in actions(stack.statements("TaskRole")) if one.startswith("ecs:")}
    assert ours - always == permitted
