"""Tasks of Amazon ECS: one for each editor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.aws.client import CALLS, Lazy, refusing
from supervisor.desk import Refused

CONTAINER = "nurseryd"  # what a task definition calls the container that this is about
DESCRIBED = 100  # tasks in one call of DescribeTasks, the most that it takes

_HINTS = {
    "ClusterNotFoundException": "name the cluster with --cluster, or the stack with --stack",
    "AccessDeniedException": "it takes ecs:RunTask, ecs:TagResource and, for the task's two roles,"
    " iam:PassRole: the stack's OperatorPolicy has them",
    "PlatformTaskDefinitionIncompatibilityException": "a volume on EFS needs platform 1.4.0",
    "BlockedException": "AWS has blocked this account: ask its support",
}


@dataclass(frozen=True)
class Editor:
    """A task as ECS describes it. Times are in seconds since 1970."""

    arn: str
    definition: str
    tags: Mapping[str, str]
    state: str  # PROVISIONING, PENDING, RUNNING, STOPPED and what lies between
    wanted: str  # RUNNING or STOPPED
    health: str  # HEALTHY, UNHEALTHY or UNKNOWN
    started_by: str = ""
    created: float | None = None
    started: float | None = None
    stopped: float | None = None
    interface: str = ""
    ip: str = ""  # in the VPC
    code: str = ""  # why it stopped, as a word: EssentialContainerExited
    reason: str = ""  # the same as a sentence
    exit_code: int | None = None
    exit_reason: str = ""  # what ECS says of the container: OutOfMemoryError

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> Editor:
        """What `DescribeTasks` answers."""
        containers: Sequence[Mapping[str, Any]] = described.get("containers") or [{}]
        ours = next((one for one in containers if one.get("name") == CONTAINER), containers[0])
        network = _details(described)
        return cls(
            arn=described["taskArn"],
            definition=described.get("taskDefinitionArn", ""),
            tags={one["key"]: one.get("value", "") for one in described.get("tags") or ()},
            state=described.get("lastStatus", "UNKNOWN"),
            wanted=described.get("desiredStatus", "UNKNOWN"),
            health=described.get("healthStatus", "UNKNOWN"),
            started_by=described.get("startedBy", ""),
            created=_seconds(described.get("createdAt")),
            started=_seconds(described.get("startedAt")),
            stopped=_seconds(described.get("stoppedAt")),
            interface=network.get("networkInterfaceId", ""),
            ip=network.get("privateIPv4Address", ""),
            code=described.get("stopCode", ""),
            reason=described.get("stoppedReason", ""),
            exit_code=ours.get("exitCode"),
            exit_reason=ours.get("reason", ""),
        )

    @property
    def over(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.state in ("STOPPED", "DELETED")

    @property
    def stays(self) -> bool:
        """Whether ECS means it to run."""
        return self.wanted == "RUNNING" and not self.over


class NoPlace(Refused):
    """ECS took the request and found no place for a task; the text is ECS's word for why."""


class Editors:
    """The tasks of one cluster. Synchronous, and for any worker thread; all raise `Refused`."""

    def __init__(self, cluster: str) -> None:
        self._cluster = cluster
        self._ecs = Lazy("ecs", **CALLS)

    def run(self, request: Mapping[str, Any]) -> Editor:
        """Start one task by a request of `RunTask`. Raises `NoPlace` where there is none for it.

        Two requests with one `clientToken` within a day are one: the task that answers may have
        ended since.
        """
        with refusing("start a task", _HINTS):
            answer = self._ecs.get().run_task(cluster=self._cluster, count=1, **request)
        if answer["tasks"]:
            return Editor.of(answer["tasks"][0])
        reasons = [
            " ".join(filter(None, (one.get("reason"), one.get("detail"))))
            for one in answer.get("failures") or ()
        ]
        raise NoPlace("; ".join(reasons) or "no reason told")

    def of_family(self, family: str, *, wanted: str = "RUNNING") -> list[Editor]:
        """The tasks of a task definition's family; the stopped ones ECS forgets after an hour."""
        return self._found(family=family, desiredStatus=wanted)

    def started_by(self, name: str) -> list[Editor]:
        """The tasks that are to run and were started under this name."""
        return self._found(startedBy=name)

    def stopped(self) -> list[Editor]:
        """All tasks of the cluster that stopped within the last hour."""
        return self._found(desiredStatus="STOPPED")

    def look(self, arns: Iterable[str]) -> list[Editor]:
        """How these tasks are; those that ECS has forgotten are left out."""
        asked, found = list(arns), list[Editor]()
        for start in range(0, len(asked), DESCRIBED):
            with refusing(f"look at tasks of the cluster {self._cluster}", _HINTS):
                answer = self._ecs.get().describe_tasks(
                    cluster=self._cluster, tasks=asked[start : start + DESCRIBED], include=["TAGS"]
                )
            found += [Editor.of(one) for one in answer["tasks"]]
        return found

    def stop(self, arn: str, reason: str) -> None:
        """Have a task end: SIGTERM, and after its `stopTimeout` SIGKILL. Does not wait for it."""
        with refusing(f"stop the task {arn}", _HINTS):
            self._ecs.get().stop_task(cluster=self._cluster, task=arn, reason=reason)

    def _found(self, **criteria: str) -> list[Editor]:
        with refusing(f"list the tasks of the cluster {self._cluster}", _HINTS):
            pages = self._ecs.get().get_paginator("list_tasks")
            arns = [
                arn
                for page in pages.paginate(cluster=self._cluster, **criteria)
                for arn in page["taskArns"]
            ]
        return self.look(arns)


def _details(described: Mapping[str, Any]) -> dict[str, str]:
    return {
        detail["name"]: detail.get("value", "")
        for attachment in described.get("attachments") or ()
        if attachment.get("type") == "ElasticNetworkInterface"
        for detail in attachment.get("details") or ()
    }


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
