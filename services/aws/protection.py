"""Protection of this container's task from a scale-in and from deployments, by ECS's agent.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from services.aws.ecs_agent import ask
from services.nonsense import NONSENSE
from supervisor.desk import NotFound, Refused

VARIABLE = "ECS_AGENT_URI"


class _Failure(msgspec.Struct):
    reason: str = msgspec.field(name="Reason", default="")
    detail: str | None = msgspec.field(name="Detail", default=None)


class _Error(msgspec.Struct):
    code: str = msgspec.field(name="Code", default="")
    message: str = msgspec.field(name="Message", default="")


class _Protection(msgspec.Struct):
    enabled: bool = msgspec.field(name="ProtectionEnabled")


class _Answer(msgspec.Struct):
    protection: _Protection | None = None
    failure: _Failure | None = None
    error: _Error | None = None


def protect(environ: Mapping[str, str], minutes: int) -> None:
    """Have the task left alone for so many minutes, 1 to 2880, from this moment; 0 for no longer.

    The agent asks by the task's role, which needs ecs:UpdateTaskProtection. For a worker thread:
    it waits up to five seconds for each sign of life. Raises `Refused`, and `NotFound` where
    there is nothing to protect: this is not ECS, or the task belongs to no service.
    """
    what = "protect the task" if minutes else "end the task's protection"
    url = environ.get(VARIABLE)
    if not url:
        raise NotFound(f"cannot {what}: this container has no agent of ECS")
    wanted: dict[str, object] = {"ProtectionEnabled": minutes > 0}
    if minutes:
        wanted["ExpiresInMinutes"] = minutes
    answer = ask(
        what, url, "/task-protection/v1/state", method="PUT", body=msgspec.json.encode(wanted)
    )
    try:
        found = msgspec.json.decode(answer.body, type=_Answer)
    except NONSENSE as error:
        raise Refused(f"cannot {what}: ECS's agent answered {answer.status}: {error}") from error
    if found.failure is not None:
        why = f"{found.failure.reason} {found.failure.detail or ''}".strip()
        kind = NotFound if found.failure.reason == "TASK_NOT_VALID" else Refused
        raise kind(f"cannot {what}: {why}")
    if found.error is not None:
        raise Refused(f"cannot {what}: {found.error.code}: {found.error.message}")
    if found.protection is None or found.protection.enabled != (minutes > 0):
        raise Refused(f"cannot {what}: ECS's agent answered {answer.status} and did not do it")
