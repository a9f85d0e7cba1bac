"""How anyone asks the supervisor for anything: one desk, many holders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from supervisor.desk import Desk, Request
from supervisor.model import HealthSpec, ServiceStatus

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Start(Request[ServiceStatus]):
    """Want it up; answered when it is, or will not be.

    `parameters` fill the placeholders of a template.
    """

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Stop(Request[ServiceStatus]):
    """Want it down; answered when nothing of it is left. An instance then vanishes."""

    name: str


@dataclass(frozen=True, slots=True)
class RestartService(Request[ServiceStatus]):
    """End this life and begin another; answered when that one is ready, or will not be."""

    name: str


@dataclass(frozen=True, slots=True)
class Status(Request[tuple[ServiceStatus, ...]]):
    """All services, in start order."""


@dataclass(frozen=True, slots=True)
class Checks(Request[tuple[HealthSpec, ...]]):
    """What the prober has to probe."""


@dataclass(frozen=True, slots=True)
class ReportHealth(Request[None]):
    """What a check found. The supervisor decides what it means."""

    check: str
    service: str
    healthy: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Shutdown(Request[None]):
    """Stop everything and end the daemon with `exit_code`; answered as soon as it is under way."""

    reason: str
    exit_code: int = 0


Command = Start | Stop | RestartService | Status | Checks | ReportHealth | Shutdown


class Control:
    """The asking side of the supervisor's desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, request: Request[R]) -> R:
        """Send a `Command` and wait for the answer; raises as `Desk.ask` does."""
        return await self._desk.ask(request)
