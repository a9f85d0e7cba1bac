"""`nurseryctl fleet` finds in a stack all that it needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner

from supervisor.cli.nurseryctl.commands import cli
from supervisor.config import load
from supervisor.kinds.task import task
from tests.ecs.stack import PRODUCTION, ROOT, Stack, deployed

pytestmark = pytest.mark.system


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with deployed(tmp_path, **PRODUCTION, Backend="bedrock", Model="eu.some-model") as stack:
        yield stack


def fleet(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["fleet", *arguments, "--stack", "nurseryd"])
    assert done.exit_code == 0, done.output
    return done.output


def test_an_editor_beside_the_stacks_own_has_a_workspace_and_names_of_its_own(
    stack: Stack,
) -> None:
    fleet("start", "acme", "bob", "--no-wait")
    (one,) = json.loads(fleet("list", "--json"))
    assert (one["client"], one["user"]) == ("acme", "bob")

    points = boto3.client("efs").describe_access_points(FileSystemId=stack.outputs["FileSystem"])
    roots = {point["RootDirectory"]["Path"] for point in points["AccessPoints"]}
    assert roots == {"/acme/ada", "/acme/bob"}

    rules = boto3.client("elbv2").describe_rules(ListenerArn=stack.outputs["Listener"])["Rules"]
    hosts = {
        host
        for rule in rules
        for condition in rule["Conditions"]
        for host in condition["HostHeaderConfig"]["Values"]
    }
    assert {"bob--acme.edit.example.com", "bob--acme.preview.example.net"} < hosts

    theirs, ours = stack.environment("nurseryd-acme-bob"), stack.environment()
    config = load(ROOT / "config" / "container.toml", theirs | {"NURSERYD_TOKEN": "t" * 48})
    assert config.problems == ()
    (api,) = (task(spec).options for spec in config.services if spec.name == "api")
    assert api.preview == "https://bob--acme.preview.example.net/"
    assert {name for name in ours if theirs.get(name) != ours[name]} == {
        "USER_ID",
        "PREVIEW_DOMAIN",
        "PREVIEW_URL",
    }
    fleet("stop", "acme", "bob")
    left = boto3.client("elbv2").describe_rules(ListenerArn=stack.outputs["Listener"])["Rules"]
    assert len(left) == len(rules) - 2


def test_the_stacks_own_editor_is_not_the_fleets_to_stop(stack: Stack) -> None:
    done = CliRunner().invoke(
        cli, ["fleet", "stop", "acme", "ada", "--forget", "--stack", "nurseryd"]
    )
    assert done.exit_code == 1
    assert "desired count" in done.output
    rules = boto3.client("elbv2").describe_rules(ListenerArn=stack.outputs["Listener"])["Rules"]
    assert len(rules) == 3
