"""Kinds of resources that moto's CloudFormation lacks, made by moto's own services over HTTP."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel
from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinition, ecs_backends
from moto.efs.models import AccessPoint, FileSystem
from moto.elbv2.models import FakeLoadBalancer


def _client(service: str, region: str) -> Any:
    return boto3.client(service, region_name=region, endpoint_url=os.environ["AWS_ENDPOINT_URL"])


# What CloudFormation calls otherwise than ECS.
_NAMES = {
    "EFSVolumeConfiguration": "efsVolumeConfiguration",
    "FilesystemId": "fileSystemId",
    "IAM": "iam",
}


def _lower(properties: Any) -> Any:
    """CloudFormation's properties as the arguments of ECS and of CloudWatch Logs."""
    if isinstance(properties, Mapping):
        return {
            _NAMES.get(key, key[:1].lower() + key[1:]): _lower(value)
            for key, value in properties.items()
        }
    if isinstance(properties, list):
        return [_lower(value) for value in properties]
    return properties


class Kind:
    """A resource that is known by `physical_resource_id`; an update makes it anew."""

    kind = ""

    def __init__(self, name: str, properties: dict[str, Any], region: str) -> None:
        self.physical_resource_id = self.make(name, properties, region)

    def make(self, name: str, properties: dict[str, Any], region: str) -> str:
        raise NotImplementedError

    @classmethod
    def unmake(cls, identity: str, region: str) -> None:
        raise NotImplementedError

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.kind

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return False

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Kind:
        return cls(resource_name, cloudformation_json.get("Properties", {}), region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Kind:
        cls.unmake(original_resource.physical_resource_id, region_name)
        return cls(new_resource_name, cloudformation_json["Properties"], region_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        cls.unmake(resource_name, region_name)


class Secret(Kind, CloudFormationModel):
    kind = "AWS::SecretsManager::Secret"

    def make(self, name: str, properties: dict[str, Any], region: str) -> str:
        secrets = _client("secretsmanager", region)
        wanted = properties["GenerateSecretString"]
        password = secrets.get_random_password(
            PasswordLength=int(wanted["PasswordLength"]),
            ExcludePunctuation=wanted["ExcludePunctuation"],
        )["RandomPassword"]
        value = json.loads(wanted["SecretStringTemplate"]) | {wanted["GenerateStringKey"]: password}
        return secrets.create_secret(
            Name=name, Description=properties["Description"], SecretString=json.dumps(value)
        )["ARN"]

    @classmethod
    def unmake(cls, identity: str, region: str) -> None:
        _client("secretsmanager", region).delete_secret(SecretId=identity)


class Alarm(Kind, CloudFormationModel):
    kind = "AWS::CloudWatch::Alarm"

    def make(self, name: str, properties: dict[str, Any], region: str) -> str:
        numbers = {"Threshold": float(properties["Threshold"])}
        _client("cloudwatch", region).put_metric_alarm(AlarmName=name, **properties | numbers)
        return name

    @classmethod
    def unmake(cls, identity: str, region: str) -> None:
        _client("cloudwatch", region).delete_alarms(AlarmNames=[identity])


class MetricFilter(Kind, CloudFormationModel):
    kind = "AWS::Logs::MetricFilter"

    def make(self, name: str, properties: dict[str, Any], region: str) -> str:
        _client("logs", region).put_metric_filter(filterName=name, **_lower(properties))
        return f"{properties['LogGroupName']}|{name}"

    @classmethod
    def unmake(cls, identity: str, region: str) -> None:
        group, name = identity.split("|")
        _client("logs", region).delete_metric_filter(logGroupName=group, filterName=name)


class Subscription(Kind, CloudFormationModel):
    kind = "AWS::SNS::Subscription"

    def make(self, name: str, properties: dict[str, Any], region: str) -> str:
        return _client("sns", region).subscribe(**properties, ReturnSubscriptionArn=True)[
            "SubscriptionArn"
        ]

    @classmethod
    def unmake(cls, identity: str, region: str) -> None:
        _client("sns", region).unsubscribe(SubscriptionArn=identity)


def _full_name(balancer: FakeLoadBalancer, name: str) -> str:
    if name == "LoadBalancerFullName":
        return balancer.arn.partition("loadbalancer/")[2]
    return _as_it_was(balancer, name)


def _without_no_values(value: Any, resources: Any) -> Any:
    """Take AWS::NoValue out of lists too, as CloudFormation does."""
    cleaned = _cleaned(value, resources)
    return [one for one in cleaned if one is not None] if isinstance(cleaned, list) else cleaned


_as_it_was = FakeLoadBalancer.get_cfn_attribute
_cleaned = parsing.clean_json


def _registered(
    cls: Any, _: str, cloudformation_json: Any, account_id: str, region_name: str, **__: Any
) -> TaskDefinition:
    """With all that it says, where moto's own leaves out half."""
    request = _lower(cloudformation_json["Properties"])
    for container in request["containerDefinitions"]:
        for variable in container["environment"]:
            variable["value"] = str(variable["value"])  # CloudFormation has no numbers
    ecs = _client("ecs", region_name)
    made = ecs.register_task_definition(**request)["taskDefinition"]["taskDefinitionArn"]
    return ecs_backends[account_id][region_name].describe_task_definition(made)


def _of_the_task(*_: object) -> dict[str, Any]:
    """On Fargate a container need not say how much it takes: the task does."""
    return {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}


def _another_revision(
    cls: Any, original_resource: Any, new_resource_name: str, **described: Any
) -> TaskDefinition:
    return cls.create_from_cloudformation_json(new_resource_name, **described)


def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make moto know them, and what else it lacks of CloudFormation."""
    # It remembers which kinds there were when it was first asked.
    for cache in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cache.cache_clear()
    monkeypatch.setattr(parsing, "clean_json", _without_no_values)
    monkeypatch.setattr(TaskDefinition, "create_from_cloudformation_json", classmethod(_registered))
    monkeypatch.setattr(
        TaskDefinition, "update_from_cloudformation_json", classmethod(_another_revision)
    )
    monkeypatch.setattr(
        EC2ContainerServiceBackend, "_calculate_task_resource_requirements", _of_the_task
    )
    point = property(lambda point: point.access_point_id)
    monkeypatch.setattr(AccessPoint, "physical_resource_id", point, raising=False)
    monkeypatch.setattr(FakeLoadBalancer, "get_cfn_attribute", _full_name)
    monkeypatch.setattr(
        FileSystem, "get_cfn_attribute", lambda volume, _: volume.file_system_arn, raising=False
    )
