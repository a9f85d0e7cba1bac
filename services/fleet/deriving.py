"""An editor's own task definition, made from the fleet's. Pure.

RunTask can override variables, CPU and memory, and those of one start are. It cannot override
volumes: so the one thing for which an editor has a definition of its own is its access point.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from services.aws import CONTAINER, Definition
from services.fleet.names import CLIENT_TAG, USER_TAG, Names
from services.fleet.place import Addresses
from supervisor.desk import Refused

WORKSPACE = "/workspace"
VOLUME = "workspace"
OWNER = (1000, 1000)  # uid and gid of the image's appuser
MADE_OF = "nurseryd:made-of"  # the tag with a hash of all that a definition says

# What DescribeTaskDefinition says and RegisterTaskDefinition does not take.
_READ_ONLY = (
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
)


def derive(
    base: Definition,
    names: Names,
    *,
    file_system: str,
    access_point: str,
    addresses: Addresses | None,
) -> dict[str, Any]:
    """The request of `RegisterTaskDefinition` for one editor.

    Raises `Refused` where the base has no container that could be an editor.
    """
    body = copy.deepcopy({key: value for key, value in base.body.items() if key not in _READ_ONLY})
    editor = _editor(body)
    variables = _variables(editor)
    variables |= {"CLIENT_ID": names.client, "USER_ID": names.user}
    # The base's own are another editor's.
    for name in ("PREVIEW_URL", "PREVIEW_DOMAIN"):
        variables.pop(name, None)
    if addresses is not None:
        host = addresses.preview.removeprefix("https://").rstrip("/")
        variables |= {"PREVIEW_URL": addresses.preview, "PREVIEW_DOMAIN": host}
    editor["environment"] = [
        {"name": name, "value": value} for name, value in sorted(variables.items())
    ]
    _mount(body, editor, file_system, access_point)
    body["family"] = names.family
    tags = {
        key: value
        for key, value in base.tags.items()
        # AWS's own, such as those of CloudFormation, nobody else may set.
        if key not in (CLIENT_TAG, USER_TAG, MADE_OF) and not key.lower().startswith("aws:")
    }
    tags |= names.tags | {MADE_OF: _hash(body, tags)}
    body["tags"] = [{"key": key, "value": value} for key, value in tags.items()]
    return body


def check_another(base: Definition, names: Names) -> None:
    """Raises `Refused` where the base is this editor's own: both would write to one workspace."""
    if is_of(base, names):
        raise Refused(
            f"cannot start {names.client}/{names.user}: the task definition {names.base} is that"
            " editor's already. Where it runs as a service, set the service's desired count to 1"
        )


def is_of(base: Definition, names: Names) -> bool:
    """Whether the base is itself the definition of just this editor, who is none of the fleet."""
    variables = _variables(_editor(base.body))
    return (variables.get("CLIENT_ID"), variables.get("USER_ID")) == (names.client, names.user)


def is_made_by(there: Definition | None, request: Mapping[str, Any]) -> bool:
    """Whether a definition that is there was made by this request.

    Told by the tag, since ECS adds defaults to a definition and may put it in another order.
    """
    wanted = next(one["value"] for one in request["tags"] if one["key"] == MADE_OF)
    return there is not None and there.tags.get(MADE_OF) == wanted


def container_of(definition: Mapping[str, Any]) -> str:
    """The name of the container that is the editor. Raises `Refused`."""
    return str(_editor(definition)["name"])


def is_checked(definition: Mapping[str, Any]) -> bool:
    """Whether ECS checks the health of any container: else it tells of none."""
    return any(one.get("healthCheck") for one in definition["containerDefinitions"])


def owner_of(definition: Definition) -> tuple[int, int]:
    """Whom the workspace has to belong to: uid and gid of the editor's container."""
    found = re.fullmatch(r"(\d+):(\d+)", _editor(definition.body).get("user") or "")
    return (int(found[1]), int(found[2])) if found else OWNER


def access_point_of(definition: Definition | None) -> str:
    """The access point of the workspace's volume; empty where there is none."""
    for volume in definition.body.get("volumes") or () if definition is not None else ():
        if volume.get("name") == VOLUME:
            efs: Mapping[str, Any] = volume.get("efsVolumeConfiguration") or {}
            by: Mapping[str, Any] = efs.get("authorizationConfig") or {}
            return str(by.get("accessPointId", ""))
    return ""


def _variables(editor: Mapping[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in editor.get("environment") or ()}


def _editor(body: Mapping[str, Any]) -> dict[str, Any]:
    containers: list[dict[str, Any]] = body["containerDefinitions"]
    named = [one for one in containers if one.get("name") == CONTAINER]
    if not named and len(containers) != 1:
        raise Refused(
            f"cannot tell which container of {body['family']} is the editor: call it {CONTAINER}"
        )
    return named[0] if named else containers[0]


def _mount(body: dict[str, Any], editor: dict[str, Any], file_system: str, point: str) -> None:
    """Put the access point in the place of whatever the base has as its workspace."""
    mounts: list[dict[str, Any]] = editor.get("mountPoints") or []
    old = {one["sourceVolume"] for one in mounts if one.get("containerPath") == WORKSPACE}
    editor["mountPoints"] = [
        *(one for one in mounts if one.get("containerPath") != WORKSPACE),
        {"sourceVolume": VOLUME, "containerPath": WORKSPACE, "readOnly": False},
    ]
    body["volumes"] = [
        *(one for one in body.get("volumes") or () if one["name"] not in {*old, VOLUME}),
        {
            "name": VOLUME,
            "efsVolumeConfiguration": {
                "fileSystemId": file_system,
                "transitEncryption": "ENABLED",
                "authorizationConfig": {"accessPointId": point, "iam": "ENABLED"},
            },
        },
    ]


def _hash(body: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    whole = json.dumps([body, tags], sort_keys=True, default=str)
    return hashlib.sha256(whole.encode()).hexdigest()[:32]
