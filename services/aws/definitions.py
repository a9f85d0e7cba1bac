"""Task definitions of Amazon ECS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.aws.client import CALLS, Lazy, code_of, refusing
from supervisor.desk import Refused

_HINTS = {
    "AccessDeniedException": "it takes ecs:RegisterTaskDefinition and ecs:DescribeTaskDefinition,"
    " and iam:PassRole for the task's two roles: the stack's OperatorPolicy has them",
}


@dataclass(frozen=True)
class Definition:
    """The latest active revision of a family: `body` as `DescribeTaskDefinition` answers."""

    body: Mapping[str, Any]
    tags: Mapping[str, str]

    @property
    def arn(self) -> str:
        return str(self.body["taskDefinitionArn"])


class Definitions:
    """Those of a region. Synchronous, and for any worker thread; all raise `Refused`."""

    def __init__(self) -> None:
        self._ecs = Lazy("ecs", **CALLS)

    def latest(self, family: str) -> Definition | None:
        """None where the family has no active revision."""
        try:
            with refusing(f"read the task definition {family}", _HINTS):
                answer = self._ecs.get().describe_task_definition(
                    taskDefinition=family, include=["TAGS"]
                )
        except Refused as refusal:
            # What ECS says of a family that it does not know, or that has no active revision.
            if code_of(refusal) == "ClientException":
                return None
            raise
        body = answer["taskDefinition"]
        if body.get("status", "ACTIVE") != "ACTIVE":
            return None
        tags = {one["key"]: one.get("value", "") for one in answer.get("tags") or ()}
        return Definition(body, tags)

    def register(self, request: Mapping[str, Any]) -> Definition:
        """Make another revision, by a request of `RegisterTaskDefinition`."""
        with refusing(f"register the task definition {request['family']}", _HINTS):
            answer = self._ecs.get().register_task_definition(**request)
        tags = {one["key"]: one["value"] for one in request.get("tags") or ()}
        return Definition(answer["taskDefinition"], tags)

    def retire(self, family: str, *, keep: int = 0) -> int:
        """Deregister a family's active revisions but for the newest `keep` of them; how many.

        Tasks that run by them go on.
        """
        with refusing(f"deregister task definitions of {family}", _HINTS):
            ecs = self._ecs.get()
            pages = ecs.get_paginator("list_task_definitions")
            arns = [
                arn
                for page in pages.paginate(familyPrefix=family, status="ACTIVE")
                for arn in page["taskDefinitionArns"]
            ]
            newest_first = sorted(arns, key=_revision, reverse=True)
            for arn in newest_first[keep:]:
                ecs.deregister_task_definition(taskDefinition=arn)
        return len(arns[keep:])


def _revision(arn: str) -> int:
    return int(arn.rpartition(":")[2])
