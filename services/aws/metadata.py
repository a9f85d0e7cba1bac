"""Which task of ECS this container is, as the task metadata endpoint version 4 has it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from services.aws.ecs_agent import ask
from services.nonsense import NONSENSE
from supervisor.desk import Refused

VARIABLE = "ECS_CONTAINER_METADATA_URI_V4"


@dataclass(frozen=True, slots=True)
class Task:
    """A task of ECS; `cluster` is a name or an ARN.

    `service` is None for a task on its own, and also where the agent does not say: that of EC2
    does, that of Fargate need not.
    """

    cluster: str
    arn: str
    family: str
    revision: str
    service: str | None = None

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]


class _Answer(msgspec.Struct):
    """What is wanted of the answer."""

    cluster: str = msgspec.field(name="Cluster")
    arn: str = msgspec.field(name="TaskARN")
    family: str = msgspec.field(name="Family")
    revision: str = msgspec.field(name="Revision")
    service: str = msgspec.field(name="ServiceName", default="")


def read_task(environ: Mapping[str, str]) -> Task | None:
    """This container's task; None where the environment names no endpoint: this is not ECS.

    For a worker thread: it waits up to five seconds for each sign of life. Raises `Refused`.
    """
    url = environ.get(VARIABLE)
    if not url:
        return None
    what = "read the task's metadata"
    answer = ask(what, url, "/task")
    if answer.status != 200:
        raise Refused(f"cannot {what}: ECS's agent answered {answer.status}")
    try:
        found = msgspec.json.decode(answer.body, type=_Answer)
    except NONSENSE as error:
        raise Refused(f"cannot {what}: it is not as AWS documents it: {error}") from error
    if not found.arn.startswith("arn:") or found.arn.count(":") < 5:
        raise Refused(f"cannot {what}: its TaskARN is {found.arn!r}")
    return Task(found.cluster, found.arn, found.family, found.revision, found.service or None)
