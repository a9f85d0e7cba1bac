"""What a stack makes, made in moto's cloud: a cluster, a volume, a base task definition, a door."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import click
from click.testing import CliRunner, Result

from services.fleet.command import fleet

FAMILY = "nurseryd"
EDIT, PREVIEW = "edit.example.com", "preview.example.com"
BASE: dict[str, Any] = {
    "family": FAMILY,
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "1024",
    "memory": "2048",
    "containerDefinitions": [
        {
            "name": "nurseryd",
            "image": "example.com/nurseryd:1",
            "user": "1000:1000",
            "memory": 2048,  # moto counts with it; Fargate does without
            "environment": [
                {"name": "AGENT_BACKEND", "value": "simulation"},
                {"name": "CLIENT_ID", "value": "demo"},
                {"name": "USER_ID", "value": "editor"},
                {"name": "PREVIEW_URL", "value": "https://editor--demo.preview.example.com/"},
            ],
            "mountPoints": [{"sourceVolume": "old", "containerPath": "/workspace"}],
        }
    ],
    "volumes": [{"name": "old"}, {"name": "tmp"}],
    "tags": [{"key": "cost", "value": "editing"}, {"key": "nurseryd:client", "value": "demo"}],
}


@click.group(commands={"fleet": fleet}, result_callback=sys.exit)
def main() -> None:
    """As `nurseryctl` makes its exit status of what a command returns."""


class World:
    """The cloud's parts, and `nurseryctl fleet` in it."""

    def __init__(self) -> None:
        session = boto3.session.Session()
        self.ecs, self.efs, self.elb, self.ec2 = (
            session.client(name) for name in ("ecs", "efs", "elbv2", "ec2")
        )
        self.ecs.create_cluster(clusterName="sites")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        # moto cannot give a task an address otherwise.
        self.ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.subnets = [
            self.ec2.create_subnet(
                VpcId=self.vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone
            )["Subnet"]["SubnetId"]
            for number, zone in enumerate(("eu-central-1a", "eu-central-1b"))
        ]
        self.group = self.ec2.create_security_group(
            GroupName="editors", Description="editors", VpcId=self.vpc
        )["GroupId"]
        self.volume = self.efs.create_file_system(CreationToken="sites")["FileSystemId"]
        balancer = self.elb.create_load_balancer(Name="door", Subnets=self.subnets)
        self.listener = self.elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[
                {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
            ],
        )["Listeners"][0]["ListenerArn"]
        self.ecs.register_task_definition(**BASE)

    @property
    def outputs(self) -> dict[str, str]:
        """Those of a stack, but for what it has for people."""
        return {
            "Cluster": "sites",
            "TaskFamily": FAMILY,
            "Subnets": ",".join(self.subnets),
            "SecurityGroup": self.group,
            "FileSystem": self.volume,
            "AssignPublicIp": "DISABLED",
            "Listener": self.listener,
            "Vpc": self.vpc,
            "EditDomain": EDIT,
            "PreviewDomain": PREVIEW,
        }

    def options(self, *, door: bool = False) -> list[str]:
        """The same on the command line; without a `door` there is no load balancer."""
        words = ["--cluster", "sites", "--family", FAMILY, "--subnets", ",".join(self.subnets)]
        words += ["--security-group", self.group, "--file-system", self.volume]
        return words + (self._door() if door else [])

    def _door(self) -> list[str]:
        domains = ["--edit-domain", EDIT, "--preview-domain", PREVIEW]
        return ["--listener", self.listener, "--vpc", self.vpc, *domains]

    def start(self, client: str, user: str, *words: str, door: bool = False) -> dict[str, Any]:
        """Start an editor, which must go well."""
        done = self.run("start", client, user, *self.options(door=door), "--json", *words)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def stop(self, client: str, user: str, *words: str, door: bool = False) -> Result:
        given = ["--cluster", "sites", "--family", FAMILY, "--file-system", self.volume]
        return self.run("stop", client, user, *given, *(self._door() if door else []), *words)

    def listed(self, *words: str) -> list[dict[str, Any]]:
        done = self.run("list", "--cluster", "sites", "--family", FAMILY, "--json", *words)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(main, ["fleet", *words])

    def rules(self) -> dict[str, str]:
        """The target group of each host."""
        rules = self.elb.describe_rules(ListenerArn=self.listener)["Rules"]
        return {
            rule["Conditions"][0]["HostHeaderConfig"]["Values"][0]: rule["Actions"][0][
                "TargetGroupArn"
            ]
            for rule in rules
            if rule["Conditions"]
        }

    def targets(self, group: str) -> list[tuple[str, int]]:
        health = self.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return [(one["Target"]["Id"], one["Target"]["Port"]) for one in health]

    def definitions(self, family: str) -> list[str]:
        """The active revisions."""
        arns = self.ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"]
        return [arn.rpartition("/")[2] for arn in arns]

    def tasks(self) -> Iterator[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster="sites", desiredStatus="RUNNING")["taskArns"]
        if arns:
            yield from self.ecs.describe_tasks(cluster="sites", tasks=arns, include=["TAGS"])[
                "tasks"
            ]
