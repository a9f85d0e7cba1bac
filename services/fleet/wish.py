"""What somebody wants started, and how ECS is asked for it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.aws import Definition
from services.fleet.deriving import container_of
from services.fleet.names import Names, started_by
from services.fleet.place import Place

ADDRESS_TAG = "nurseryd:address"
PREVIEW_TAG = "nurseryd:preview"


@dataclass(frozen=True)
class Wish:
    """An editor; all but its names is for this start alone."""

    names: Names
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    cpu: str = ""  # units, 1024 of them a vCPU
    memory: str = ""  # MiB
    spot: bool = False
    execute: bool = False  # allow 'aws ecs execute-command'
    wait: bool = True


def request(place: Place, wish: Wish, definition: Definition) -> dict[str, Any]:
    """What `RunTask` is asked, but for the cluster and the client's token."""
    names = wish.names
    tags, addresses = dict(names.tags), place.addresses(names)
    if addresses is not None:
        tags |= {ADDRESS_TAG: addresses.editor, PREVIEW_TAG: addresses.preview}
    overrides: dict[str, Any] = {}
    if wish.environment:
        variables = sorted(wish.environment.items())
        overrides["containerOverrides"] = [
            {
                "name": container_of(definition.body),
                "environment": [{"name": key, "value": value} for key, value in variables],
            }
        ]
    sizes = {"cpu": wish.cpu, "memory": wish.memory}
    overrides |= {key: value for key, value in sizes.items() if value}
    network = {
        "subnets": list(place.subnets),
        "securityGroups": [place.security_group],
        "assignPublicIp": "ENABLED" if place.public_ip else "DISABLED",
    }
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    return {
        "taskDefinition": definition.arn,
        "networkConfiguration": {"awsvpcConfiguration": network},
        "platformVersion": "LATEST",
        "overrides": overrides,
        "startedBy": started_by(place.fleet),
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
        "propagateTags": "TASK_DEFINITION",
        "enableECSManagedTags": True,
        "enableExecuteCommand": wish.execute,
        **({"capacityProviderStrategy": spot} if wish.spot else {"launchType": "FARGATE"}),
    }
