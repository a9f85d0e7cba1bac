"""Whether all is well, for load balancers and for people; open to everyone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from quart import Blueprint

from services.api import Options
from services.api.auth import OPEN
from supervisor.events import Events
from supervisor.model import ServiceStatus, State


def all_well(services: Iterable[ServiceStatus]) -> bool:
    """Whether every essential service runs."""
    return all(status.state is State.RUNNING for status in services if status.essential)


def installed_version() -> str:
    try:
        return metadata.version("nurseryd")
    except metadata.PackageNotFoundError:
        return "unknown"  # run from a checkout


def health_routes(options: Options, events: Events) -> Blueprint:
    routes = Blueprint(OPEN, __name__)
    version = installed_version()

    @routes.get("/health")
    async def health() -> tuple[dict[str, Any], int]:
        services = events.snapshot
        well = all_well(services)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return {
            "status": "healthy" if well else "unhealthy",
            "timestamp": now.replace("+00:00", "Z"),
            "workspace": options.workspace,
            "client": options.client,
            "user": options.user,
            "thread": options.thread,
            "version": version,
            "services": {status.name: status.state for status in services},
        }, 200 if well else 503

    @routes.get("/health/live")
    async def live() -> dict[str, Any]:
        # Answered by this process alone: a site that does not build must not get its editor killed.
        return {"status": "alive"}

    return routes
