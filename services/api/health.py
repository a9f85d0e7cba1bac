"""Whether all is well, for load balancers and for people; open to everyone.

Nothing that a customer may break has a part in it, and nothing is asked here that could be busy.
Since no token is needed, nothing is told that a service said of itself, and no thread is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from typing import Literal

import trio
from quart import Blueprint

from services.api import Options
from services.api.operation import Needs, operation
from services.api.shapes import Reply
from supervisor.control import CheckStatus, Control, Health, HealthReport
from supervisor.desk import Refused
from supervisor.events import Events
from supervisor.model import ServiceStatus, State
from supervisor.spec import Level

PATIENCE = 0.5  # seconds; the supervisor answers at once, or something is very wrong
SILENT = ("the supervisor does not answer",)
STOPPING = ("the server is stopping",)


class HealthReply(Reply, frozen=True, kw_only=True):
    """How the whole is, and the state of each service."""

    status: Literal["healthy", "unhealthy"]
    timestamp: str
    workspace: str
    client: str
    user: str
    thread: str
    version: str
    services: dict[str, State]


class AliveReply(Reply, frozen=True, kw_only=True):
    """It answers."""

    status: Literal["alive"] = "alive"


class ReadyReply(Reply, frozen=True, kw_only=True):
    """Whether requests should be sent here, and what speaks against it."""

    status: Literal["ready", "unready"]
    reasons: tuple[str, ...]


class StartupReply(Reply, frozen=True, kw_only=True):
    """Whether everything has come up, and what has not."""

    status: Literal["started", "starting"]
    reasons: tuple[str, ...]


def instance(name: str) -> bool:
    """Whether it is one of many that came of a template: a customer's dev server, a build."""
    return "@" in name


def down(services: Iterable[ServiceStatus]) -> list[str]:
    """The essential services that do not run, and how they are."""
    return [
        f"{status.name} is {status.state}"
        for status in services
        if status.essential and status.state is not State.RUNNING
    ]


def not_started(services: Iterable[ServiceStatus], checks: Iterable[CheckStatus]) -> list[str]:
    """What of the essential services has not come up, and what of the checks of a startup."""
    return down(services) + [
        f"check {check.check} of {check.service}"
        for check in checks
        if check.level is Level.STARTUP and not check.healthy and not instance(check.service)
    ]


def installed_version() -> str:
    try:
        return metadata.version("nurseryd")
    except metadata.PackageNotFoundError:
        return "unknown"  # run from a checkout


async def looked(control: Control, level: Level) -> HealthReport | None:
    """What the supervisor says; None where it says nothing."""
    with trio.move_on_after(PATIENCE):
        try:
            return await control.ask(Health(level))
        except Refused:  # it is at its very end
            return None
    return None


def health_routes(
    options: Options, events: Events, control: Control, stopping: trio.Event
) -> Blueprint:
    routes = Blueprint("health", __name__)
    version = installed_version()
    started = trio.Event()

    @routes.get("/health")
    @operation("health", HealthReply, (503, HealthReply), needs=Needs.NOBODY)
    async def health() -> tuple[HealthReply, int]:
        """Whether every essential service runs."""
        services = events.snapshot
        well = not down(services)
        reply = HealthReply(
            status="healthy" if well else "unhealthy",
            timestamp=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            workspace=options.workspace,
            client=options.client,
            user=options.user,
            thread=options.thread,
            version=version,
            services={it.name: it.state for it in services if not instance(it.name)},
        )
        return reply, 200 if well else 503

    @routes.get("/health/live")
    @operation("alive", AliveReply, needs=Needs.NOBODY)
    async def live() -> AliveReply:
        """Whether this process answers; no site, model or git host has a part in it."""
        return AliveReply()

    @routes.get("/health/ready")
    @operation("ready", ReadyReply, (503, ReadyReply), needs=Needs.NOBODY)
    async def ready() -> tuple[ReadyReply, int]:
        """Whether every service is up that is wanted up, and all their checks have passed.

        Not so while the server stops. No site that is edited has a part in it.
        """
        if stopping.is_set():
            return ReadyReply(status="unready", reasons=STOPPING), 503
        report = await looked(control, Level.READY)
        if report is not None and report.healthy:
            return ReadyReply(status="ready", reasons=()), 200
        return ReadyReply(status="unready", reasons=report.brief if report else SILENT), 503

    @routes.get("/health/startup")
    @operation("startup", StartupReply, (503, StartupReply), needs=Needs.NOBODY)
    async def startup() -> tuple[StartupReply, int]:
        """Whether every essential service has come up, with its checks of a startup.

        It stays so: what breaks later is for the other two to say.
        """
        if not started.is_set():
            report = await looked(control, Level.ALIVE)
            waits = not_started(events.snapshot, report.checks) if report else SILENT
            if waits:
                return StartupReply(status="starting", reasons=tuple(waits)), 503
            started.set()
        return StartupReply(status="started", reasons=()), 200

    return routes
