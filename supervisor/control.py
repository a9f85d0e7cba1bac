"""How anyone asks the supervisor for anything: one desk, many holders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from signal import Signals
from typing import Any, Literal, TypeVar

from msgspec import Struct, field

from supervisor.desk import Desk, Refused, Request
from supervisor.model import ServiceStatus
from supervisor.spec import HealthSpec, Level, Spec

R = TypeVar("R")


class Start(Request[ServiceStatus], frozen=True):
    """Want it up; answered when it is, or will not be.

    `parameters` fill the placeholders of a template.
    """

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


class Stop(Request[ServiceStatus], frozen=True):
    """Want it down; answered when nothing of it is left. An instance then vanishes."""

    name: str


class RestartService(Request[ServiceStatus], frozen=True):
    """End this life and begin another; answered when that one is ready, or will not be."""

    name: str


class Signal(Request[None], frozen=True):
    """Send a signal to the process of a service, and to it alone; refused where there is none."""

    name: str
    signum: Signals


class Write(Request[None], frozen=True):
    """Write to the stdin of a service; answered when its pipe has taken all of it.

    Refused where its stdin is no pipe, or nobody reads it any more.
    """

    name: str
    data: bytes


class Status(Request[tuple[ServiceStatus, ...]], frozen=True):
    """All services, in start order."""


class Specs(Request[tuple[Spec, ...]], frozen=True):
    """What is declared of all services and templates, as it is in force."""


class Checks(Request[tuple[HealthSpec, ...]], frozen=True):
    """What the prober has to probe."""


class Looked(Request[None], frozen=True):
    """What one look of a check found, and why. It takes several to say anything of health.

    `life` is as in `ReportHealth`.
    """

    check: str
    service: str
    passed: bool
    reason: str = ""
    life: float | None = None


class ReportHealth(Request[None], frozen=True):
    """What a check found. The supervisor decides what it means.

    `life` is the `started` of the status that was looked at: what was found of another life than
    the one of the moment is left out. None is the one of the moment.
    """

    check: str
    service: str
    healthy: bool
    reason: str = ""
    life: float | None = None


class CheckStatus(Struct, frozen=True):
    """One check of one service as it is. `healthy` is None while nobody knows.

    `looked` is when it was last looked at, in Unix seconds, and `found` why that failed: nothing
    where it passed. One look that fails is not unhealthy yet.
    """

    check: str
    service: str
    level: Level
    healthy: bool | None
    reason: str = ""
    looked: float | None = None
    found: str = ""


class HealthReport(Struct, frozen=True):
    """Whether the whole is healthy at a level, what speaks against it, and all the checks.

    `brief` are the reasons without what services and checks said of themselves, which is not for
    everybody's eyes.
    """

    healthy: bool
    reasons: tuple[str, ...]
    checks: tuple[CheckStatus, ...]
    brief: tuple[str, ...] = ()


class Health(Request[HealthReport], frozen=True):
    """How the whole is: `alive` looks at startup and alive checks, `ready` at all of them and at
    whether every service is up that is wanted up. Unknown is not healthy.
    """

    level: Level = Level.READY


class Difference(Struct, frozen=True):
    """What a reload would change in one service, or, where `service` is empty, in the daemon.

    `kind` says whether it comes, goes or changes. `live` are the keys that take effect without
    a restart, `restart` those that need a new life of it, each with how it was and how it will
    be, as JSON has them. Keys of the daemon in `restart` wait for the daemon's own next start.
    `group` is the one that what comes will be in.
    """

    service: str
    kind: Literal["added", "removed", "changed"]
    live: Mapping[str, tuple[object, object]] = field(default_factory=dict[str, Any])
    restart: Mapping[str, tuple[object, object]] = field(default_factory=dict[str, Any])
    group: str = ""


class Diff(Request[tuple[Difference, ...]], frozen=True):
    """Read the configuration again and say what would change; refused where it has problems."""


class Reload(Request[tuple[Difference, ...]], frozen=True):
    """Read the configuration again and make it so: what changed, or a refusal and no change.

    `only` limits it to these services, and to what the file adds that they come after. Answered
    when what goes has gone and what comes has been started, not when it is ready.
    """

    only: tuple[str, ...] | None = None


class BadConfiguration(Refused):
    """What is in the files now cannot be run; `problems` are all the things to mend."""

    def __init__(self, problems: Iterable[object]) -> None:
        self.problems = tuple(problems)
        super().__init__("cannot reload: " + "; ".join(map(str, self.problems)))


class Remove(Request[None], frozen=True):
    """Forget a service until the next reload; refused while it is up or others require it."""

    name: str


class Begin(Request[None], frozen=True):
    """Do for a service what the daemon's start did: start it, or keep its schedule, where its
    declaration says so. Does not wait for it.
    """

    name: str


class Shutdown(Request[None], frozen=True):
    """Stop everything and end the daemon with `exit_code`; answered as soon as it is under way.

    With `again` it then begins anew, with the configuration as it then is.
    """

    reason: str
    exit_code: int = 0
    again: bool = False


Command = (
    Start
    | Stop
    | RestartService
    | Signal
    | Write
    | Status
    | Specs
    | Checks
    | Looked
    | ReportHealth
    | Health
    | Diff
    | Reload
    | Remove
    | Begin
    | Shutdown
)


class Control:
    """The asking side of the supervisor's desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listen(self, callback: Callable[[Request[Any]], None]) -> None:
        """Tell of every command that anybody gives from now on. It must not wait."""
        self._desk.listen(callback)

    async def ask(self, request: Request[R]) -> R:
        """Send a `Command` and wait for the answer; raises as `Desk.ask` does."""
        return await self._desk.ask(request)
