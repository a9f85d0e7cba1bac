"""The template, and stacks of it in a cloud on loopback."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from cfnlint.decode import cfn_yaml

from tests.ecs import kinds
from tests.services.cloud import empty

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "config" / "ecs" / "nurseryd.yaml"
NAME = "nurseryd"
MINE = "203.0.113.7/32"
# Of a whole production: TLS, a fleet, Claude Code.
PRODUCTION = {
    "EditDomain": "edit.example.com",
    "PreviewDomain": "preview.example.net",
    "Client": "acme",
    "User": "ada",
}


def template() -> dict[str, Any]:
    """As it is written, with the long forms of CloudFormation's functions."""
    return cfn_yaml.load(str(TEMPLATE))


@dataclass
class Stack:
    """What CloudFormation made of the template."""

    parameters: dict[str, str]
    home: Mapping[str, Any]  # the VPC and its subnets

    def update(self, **parameters: str) -> None:
        self.parameters |= parameters
        _cloudformation().update_stack(**self._request())

    def create(self) -> None:
        _cloudformation().create_stack(**self._request())

    def delete(self) -> None:
        _cloudformation().delete_stack(StackName=NAME)

    @property
    def outputs(self) -> dict[str, str]:
        described = _cloudformation().describe_stacks(StackName=NAME)["Stacks"][0]
        assert described["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        return {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}

    @property
    def resources(self) -> dict[str, str]:
        """The real names of resources, by their names in the template."""
        listed = _cloudformation().describe_stack_resources(StackName=NAME)["StackResources"]
        return {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for one in listed
            if "PhysicalResourceId" in one  # moto lists those that a condition took away
        }

    def container(self, family: str = "") -> dict[str, Any]:
        """The one container of a task definition."""
        described = boto3.client("ecs").describe_task_definition(
            taskDefinition=family or self.outputs["TaskFamily"]
        )
        (one,) = described["taskDefinition"]["containerDefinitions"]
        return one

    def environment(self, family: str = "") -> dict[str, str]:
        return {one["name"]: one["value"] for one in self.container(family)["environment"]}

    def statements(self, role: str) -> list[dict[str, Any]]:
        """What the policies of a role allow, or what the managed policy of that name does."""
        iam, name = boto3.client("iam"), self.resources[role]
        if name.startswith("arn:"):
            version = iam.get_policy(PolicyArn=name)["Policy"]["DefaultVersionId"]
            policy = iam.get_policy_version(PolicyArn=name, VersionId=version)
            return policy["PolicyVersion"]["Document"]["Statement"]
        names = iam.list_role_policies(RoleName=name)["PolicyNames"]
        # What CloudFormation put there moto shows as Python would print it.
        documents = [
            ast.literal_eval(iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"])
            for one in names
        ]
        return [statement for document in documents for statement in document["Statement"]]

    def _request(self) -> dict[str, Any]:
        given = {"Vpc": self.home["vpc"], "Subnets": ",".join(self.home["subnets"])}
        return {
            "StackName": NAME,
            "TemplateBody": TEMPLATE.read_text(encoding="utf-8"),
            "Capabilities": ["CAPABILITY_IAM"],
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in (given | self.parameters).items()
            ],
        }


def _cloudformation() -> Any:
    return boto3.client("cloudformation")


@contextmanager
def deployed(home: Path, **parameters: str) -> Iterator[Stack]:
    """A stack in an account that has nothing but a VPC with three subnets."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        kinds.known(monkeypatch)
        empty(monkeypatch, str(home))
        ec2 = boto3.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnets = [
            ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{zone}"
            )["Subnet"]["SubnetId"]
            for n, zone in enumerate("abc")
        ]
        if "EditDomain" in parameters:
            names = [f"*.{parameters[key]}" for key in ("EditDomain", "PreviewDomain")]
            parameters["Certificate"] = boto3.client("acm").request_certificate(
                DomainName=names[0], SubjectAlternativeNames=names
            )["CertificateArn"]
        stack = Stack({"Visitors": MINE} | parameters, {"vpc": vpc, "subnets": subnets})
        stack.create()
        yield stack
