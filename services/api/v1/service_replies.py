"""What supervised services are like, as our routes tell it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from services.api.errors import Problem
from services.api.shapes import EventStream, Reply
from services.api.v1.turn_replies import moment
from supervisor.model import ServiceStatus, State


class ServiceDescription(Reply, frozen=True, kw_only=True):
    """A service as it is; the same as `nurseryctl status --json` has it, but for the names.

    Durations are seconds; times are null for what has not been or is not to come. `healthy` is
    null while nobody knows. `failed` says that its last life, now at rest, ended badly.
    `restarts` counts the automatic ones since somebody last asked for a start. `note` is what it
    says of itself. The end of an `essential` one for good ends the container. Of the last life:
    `started` and `ended` say when it began and was gone, `exitCode` how its program ended,
    negative for a signal, `readyAfter` how long it took to get ready, `goneAfter` how long until
    nothing of it was left. `parameters` are those of an instance of a template.
    """

    name: str
    kind: str
    group: str
    state: State
    ready: bool
    healthy: bool | None
    reason: str
    note: str
    failed: bool
    pid: int | None
    exit_code: int | None
    restarts: int
    since: datetime | None
    started: datetime | None
    ended: datetime | None
    ready_after: float | None
    gone_after: float | None
    next_restart: datetime | None
    next_start: datetime | None
    essential: bool
    parameters: dict[str, str]


class ServiceReply(Reply, frozen=True, kw_only=True):
    """One service, as it is now."""

    service: ServiceDescription


class ServicesReply(Reply, frozen=True, kw_only=True):
    """All services."""

    services: tuple[ServiceDescription, ...]


class CommandReply(Reply, frozen=True, kw_only=True):
    """The service as it is after a command. `warning` is what else this means, null for nothing."""

    service: ServiceDescription
    warning: str | None


class Vanished(Struct, frozen=True, kw_only=True):
    """An instance of a template that is not there any more."""

    name: str


class ServiceEvents(EventStream, frozen=True, kw_only=True):
    """All services, then each change."""

    events: ClassVar[Mapping[str, type[Struct]]] = {
        "snapshot": ServicesReply,
        "changed": ServiceReply,
        "vanished": Vanished,
    }


def described(status: ServiceStatus) -> ServiceDescription:
    return ServiceDescription(
        name=status.name,
        kind=status.kind,
        group=status.group,
        state=status.state,
        ready=status.ready,
        healthy=status.healthy,
        reason=status.reason,
        note=status.note,
        failed=status.failed,
        pid=status.pid,
        exit_code=status.exit_code,
        restarts=status.restarts,
        since=moment(status.since),
        started=moment(status.started or 0),
        ended=moment(status.ended or 0),
        ready_after=status.ready_after,
        gone_after=status.gone_after,
        next_restart=moment(status.next_restart or 0),
        next_start=moment(status.next_start or 0),
        essential=status.essential,
        parameters=status.parameters,
    )


def listed(services: tuple[ServiceStatus, ...]) -> ServicesReply:
    return ServicesReply(services=tuple(described(status) for status in services))


def started(status: ServiceStatus) -> CommandReply:
    """What came of a start or a restart; raises `Problem` where it is not up.

    One that has done its work and ended well by then has been up.
    """
    completed = status.state is State.EXITED and not status.failed
    if status.state is State.RUNNING or completed:
        return CommandReply(service=described(status), warning=None)
    raise not_as_asked("start", status)


def stopped(status: ServiceStatus) -> CommandReply:
    """What came of a stop; raises `Problem` where it is not down: somebody wanted it up again."""
    if not status.state.at_rest:
        raise not_as_asked("stop", status)
    warning = None
    if status.essential:
        warning = (
            f"{status.name} is essential: while it is down GET /health answers 503, for which a"
            " load balancer or a scheduler may replace the whole container;"
            f" POST /v1/services/{status.name}/start brings it back"
        )
    return CommandReply(service=described(status), warning=warning)


def not_as_asked(verb: str, status: ServiceStatus) -> Problem:
    why = f": {status.reason}" if status.reason else ""
    return Problem(
        422,
        f"cannot {verb} {status.name}, it is {status.state}{why};"
        f" see GET /v1/services/{status.name}/logs",
        more={"service": described(status)},
    )
