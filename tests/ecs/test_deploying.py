"""The template makes a stack that works with others, can be changed, and leaves the data behind."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.ecs.stack import MINE, PRODUCTION, ROOT, Stack, deployed, template

FLEET_READS = {
    "Cluster",
    "TaskFamily",
    "Subnets",
    "SecurityGroup",
    "FileSystem",
    "Repository",
    "Vpc",
    "AssignPublicIp",
}
ONLY_WITH_TLS = {"Listener", "EditDomain", "PreviewDomain"}

pytestmark = pytest.mark.system


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Stack]:
    with deployed(tmp_path) as stack:
        yield stack


@pytest.fixture
def production(tmp_path: Path) -> Iterator[Stack]:
    with deployed(tmp_path, **PRODUCTION, Visitors="0.0.0.0/0", Backend="claude") as stack:
        yield stack


def test_a_trial_takes_three_parameters(trial: Stack) -> None:
    assert set(trial.parameters) | {"Vpc", "Subnets"} == {"Vpc", "Subnets", "Visitors"}
    outputs = trial.outputs
    assert outputs.keys() >= FLEET_READS
    assert not outputs.keys() & ONLY_WITH_TLS
    assert outputs["TaskFamily"] == "nurseryd-slim"
    assert outputs["Subnets"] == ",".join(trial.home["subnets"][:2])
    assert outputs["Editor"].startswith("http://")


def test_a_trial_has_two_plain_doors_for_one_address(trial: Stack) -> None:
    listeners = boto3.client("elbv2").describe_listeners(
        LoadBalancerArn=trial.resources["LoadBalancer"]
    )["Listeners"]
    assert {(one["Port"], one["Protocol"]) for one in listeners} == {(80, "HTTP"), (4322, "HTTP")}
    groups = boto3.client("ec2").describe_security_groups(GroupIds=[trial.resources["DoorGroup"]])
    assert {
        network["CidrIp"]
        for rule in groups["SecurityGroups"][0]["IpPermissions"]
        for network in rule["IpRanges"]
    } == {MINE}


def test_in_production_each_name_goes_to_its_port(production: Stack) -> None:
    assert production.outputs.keys() >= FLEET_READS | ONLY_WITH_TLS
    assert production.outputs["TaskFamily"] == "nurseryd"
    assert production.outputs["Editor"] == "https://ada--acme.edit.example.com/"
    balancer = boto3.client("elbv2")
    ports = {
        one["TargetGroupArn"]: one["Port"]
        for one in balancer.describe_target_groups()["TargetGroups"]
    }
    rules = balancer.describe_rules(ListenerArn=production.outputs["Listener"])["Rules"]
    assert {
        rule["Conditions"][0]["HostHeaderConfig"]["Values"][0]: ports[
            rule["Actions"][0]["TargetGroupArn"]
        ]
        for rule in rules
        if not rule["IsDefault"]
    } == {"ada--acme.edit.example.com": 8080, "ada--acme.preview.example.net": 4322}
    (default,) = (rule for rule in rules if rule["IsDefault"])
    assert default["Actions"][0]["FixedResponseConfig"]["StatusCode"] == "404"
    (plain,) = (
        one
        for one in balancer.describe_listeners(
            LoadBalancerArn=production.resources["LoadBalancer"]
        )["Listeners"]
        if one["Port"] == 80
    )
    assert plain["DefaultActions"][0]["RedirectConfig"]["Protocol"] == "HTTPS"


def test_nobody_but_the_load_balancer_reaches_an_editor_and_nobody_else_the_volume(
    production: Stack,
) -> None:
    names = production.resources
    groups = {
        one["GroupId"]: {
            (rule["FromPort"], pair["GroupId"])
            for rule in one["IpPermissions"]
            for pair in rule["UserIdGroupPairs"]
        }
        for one in boto3.client("ec2").describe_security_groups()["SecurityGroups"]
        if not any(rule["IpRanges"] for rule in one["IpPermissions"])
    }
    door, editors, volume = (names[one] for one in ("DoorGroup", "EditorGroup", "VolumeGroup"))
    assert groups[editors] == {(8080, door), (4322, door)}
    assert groups[volume] == {(2049, editors)}


def test_the_secret_has_a_token_that_the_api_takes_and_room_for_the_keys(trial: Stack) -> None:
    text = boto3.client("secretsmanager").get_secret_value(SecretId=trial.outputs["SecretName"])
    secret = json.loads(text["SecretString"])
    assert len(secret["NURSERYD_TOKEN"]) >= 16
    wanted = {one["name"]: one["valueFrom"] for one in trial.container()["secrets"]}
    assert wanted == {name: f"{trial.outputs['SecretName']}:{name}::" for name in secret}


def test_a_workspace_is_a_folder_of_the_volume_with_the_owner_of_the_image(
    production: Stack,
) -> None:
    (point,) = boto3.client("efs").describe_access_points(
        FileSystemId=production.outputs["FileSystem"]
    )["AccessPoints"]
    assert point["RootDirectory"]["Path"] == "/acme/ada"
    assert point["PosixUser"] == {"Uid": 1000, "Gid": 1000}
    assert point["RootDirectory"]["CreationInfo"]["Permissions"] == "0750"


def test_an_editor_runs_when_it_is_asked_for_and_keep_says_nothing_of_it(tmp_path: Path) -> None:
    with deployed(tmp_path, DesiredCount="1") as stack:
        cluster = stack.outputs["Cluster"]
        found = boto3.client("ecs").describe_services(cluster=cluster, services=["nurseryd"])
        assert found["services"][0]["desiredCount"] == 1
    # moto knows of an update what a resource says itself, not what its conditions say.
    wanted = template()["Resources"]["Service"]["Properties"]["DesiredCount"]
    assert wanted == {"Fn::If": ["KeepCount", {"Ref": "AWS::NoValue"}, {"Fn::If": ["Awake", 1, 0]}]}


def test_an_update_makes_another_revision_with_the_image_of_another_version(trial: Stack) -> None:
    def image() -> str:
        return trial.container()["image"].removeprefix(trial.outputs["Repository"])

    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert image() == f":{version}-slim"
    before = trial.outputs
    trial.update(Version="1.2.3", IdleMinutes="30")
    assert image() == ":1.2.3-slim"
    assert trial.environment()["AUTO_SHUTDOWN_MINUTES"] == "30"
    assert trial.outputs == before


def test_the_sites_stay_when_the_stack_goes(trial: Stack) -> None:
    volume = trial.outputs["FileSystem"]
    resources = template()["Resources"]
    kept = {name for name, one in resources.items() if one.get("DeletionPolicy") == "Retain"}
    assert kept == {"FileSystem"}
    assert resources["FileSystem"]["UpdateReplacePolicy"] == "Retain"
    trial.delete()
    (left,) = boto3.client("efs").describe_file_systems()["FileSystems"]
    assert left["FileSystemId"] == volume
    assert boto3.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert boto3.client("iam").list_roles()["Roles"] == []
    assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []
    assert boto3.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
