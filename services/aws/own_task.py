"""What ECS can do with the task that this container is, and with its service."""

from __future__ import annotations

from typing import Any

from services.aws.client import Lazy, refusing
from services.aws.metadata import Task
from supervisor.desk import Refused

CONNECT = 3.0  # seconds
READ = 5.0
ATTEMPTS = 3

_SERVICE = "service:"  # what the name of the group begins with that the tasks of a service are in


class OwnTask:
    """By the credentials of the environment, which on ECS are the task's role.

    Synchronous, and for any worker thread; each call waits some 30 seconds at the most. Everything
    raises `Refused` with AWS's reason, and with the permission that it takes.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._client = Lazy(
            "ecs",
            region=task.region,
            connect_timeout=CONNECT,
            read_timeout=READ,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        )

    def service(self) -> str | None:
        """The name of the service that the task belongs to, as ECS has it; None for none."""
        with refusing("ask whose the task is, which takes ecs:DescribeTasks"):
            answer: Any = self._client.get().describe_tasks(
                cluster=self._task.cluster, tasks=[self._task.arn]
            )
        for task in answer["tasks"]:
            group = str(task.get("group") or "")
            return group.removeprefix(_SERVICE) if group.startswith(_SERVICE) else None
        raise Refused(f"cannot ask whose the task is: ECS does not know {self._task.arn}")

    def wanted(self, service: str) -> int:
        """How many tasks the service is to have."""
        what = f"look at the service {service}"
        with refusing(f"{what}, which takes ecs:DescribeServices"):
            answer: Any = self._client.get().describe_services(
                cluster=self._task.cluster, services=[service]
            )
        for found in answer["services"]:
            return int(found["desiredCount"])
        raise Refused(f"cannot {what}: ECS does not know it")

    def want(self, service: str, count: int) -> None:
        """Have the service keep so many tasks."""
        with refusing(f"set the service {service} to {count}, which takes ecs:UpdateService"):
            self._client.get().update_service(
                cluster=self._task.cluster, service=service, desiredCount=count
            )

    def stop(self, reason: str) -> None:
        """Have the task stopped: SIGTERM comes, and SIGKILL after the container's stopTimeout."""
        with refusing("have the task stopped, which takes ecs:StopTask"):
            self._client.get().stop_task(
                cluster=self._task.cluster, task=self._task.arn, reason=reason[:255]
            )
