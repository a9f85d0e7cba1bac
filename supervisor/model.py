"""The nouns: what is declared, what is so, what happened. Pure data."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Seconds = Annotated[float, Meta(ge=0)]
Positive = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]


class State(StrEnum):
    """Where a service is in its life. Names and numbers are supervisord's (its `states.py`)."""

    STOPPED = "STOPPED"  # not wanted up
    STARTING = "STARTING"  # alive, has not said that it is ready
    RUNNING = "RUNNING"  # has said that it is ready
    BACKOFF = "BACKOFF"  # ended, waits for its next life
    STOPPING = "STOPPING"  # asked to end, has not ended
    EXITED = "EXITED"  # ended, and its policy lets it rest
    FATAL = "FATAL"  # ended once too often; nobody restarts it unasked

    @property
    def number(self) -> int:
        return _NUMBERS[self]

    @property
    def at_rest(self) -> bool:
        """No life, and none to come unless somebody asks for it."""
        return self in (State.STOPPED, State.EXITED, State.FATAL)


_NUMBERS = {
    State.STOPPED: 0,
    State.STARTING: 10,
    State.RUNNING: 20,
    State.BACKOFF: 30,
    State.STOPPING: 40,
    State.EXITED: 100,
    State.FATAL: 200,
}


class Restart(StrEnum):
    ALWAYS = "always"
    ON_FAILURE = "on-failure"
    NEVER = "never"


class OnUnhealthy(StrEnum):
    IGNORE = "ignore"
    RESTART = "restart"
    SHUTDOWN = "shutdown"


class Backoff(Struct, frozen=True, forbid_unknown_fields=True):
    """How long to wait before a restart: `first`, times `factor` each time, at most `limit`.

    `jitter` is the share of the delay that chance may take off, so that services that died
    together do not come back together.
    """

    first: Positive = 0.5
    factor: Annotated[float, Meta(ge=1)] = 2.0
    limit: Positive = 30.0
    jitter: Annotated[float, Meta(ge=0, le=1)] = 0.1


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """So many restarts within so many seconds; one more and the service is FATAL.

    OTP calls the two intensity and period.
    """

    restarts: Annotated[int, Meta(ge=0, le=10_000)] = 5
    period: Positive = 60.0


class Target(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a probe looks at: exactly one of `http` (a URL) and `tcp` ("host:port").

    An HTTP answer counts when its status is 200 to 399, or whatever it is if `any_status`.
    """

    http: str | None = None
    tcp: str | None = None
    any_status: bool = False


class Ready(Target, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a process counts as ready: a target answers, a line matches `log`, or `delay` passed."""

    log: str | None = None
    delay: Seconds | None = None
    every: Positive = 0.1


class ServiceSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One service as declared. Durations are seconds.

    A name that ends in `@` is a template: it starts nothing by itself, and `{placeholders}` in
    its command, directory, environment and checks are filled in for each instance.
    """

    name: str
    requires: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    autostart: bool = True
    essential: bool = False
    restart: Restart = Restart.ON_FAILURE
    backoff: Backoff = Backoff()
    budget: Budget = Budget()
    stable_after: Seconds = 5.0
    start_timeout: Positive = 30.0
    stop_timeout: Seconds = 0.0

    @property
    def kind(self) -> str:
        return str(self.__struct_config__.tag)

    @property
    def is_template(self) -> bool:
        return self.name.endswith("@")

    @property
    def follows(self) -> tuple[str, ...]:
        """Whom it starts after, and therefore stops before."""
        return (*self.requires, *(name for name in self.after if name not in self.requires))


class TaskSpec(ServiceSpec, frozen=True, kw_only=True, tag="task"):
    """A coroutine of this program, `run = "package.module:function"`, with its named channels.

    `stop_timeout` is 0 by default: a coroutine that does not look at `ctx.stopping` would only
    idle through it.
    """

    run: str
    control: bool = False
    sends: tuple[str, ...] = ()
    receives: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    publishes: tuple[str, ...] = ()
    watches: tuple[str, ...] = ()
    options: dict[str, object] = field(default_factory=dict[str, object])


class ProcessSpec(ServiceSpec, frozen=True, kw_only=True, tag="process"):
    """A program. It inherits the variables that `environment_allow` names; unset, all of them."""

    command: Annotated[tuple[str, ...], Meta(min_length=1)]
    directory: str | None = None
    environment: dict[str, str] = field(default_factory=dict[str, str])
    environment_allow: tuple[str, ...] | None = None
    ready: Ready | None = None
    stop_signal: str = "TERM"
    stop_timeout: Seconds = 5.0


Spec = TaskSpec | ProcessSpec


class HealthSpec(Target, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One check of one service (or of each instance of a template)."""

    name: str
    service: str
    period: Positive = 10.0
    timeout: Positive = 3.0
    failures: Count = 3
    successes: Count = 1
    on_unhealthy: OnUnhealthy = OnUnhealthy.IGNORE


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The daemon's own table, `[supervisor]`; `log` auto means console on a terminal, else JSON."""

    socket: str = "/run/nurseryd.sock"
    shutdown_timeout: Positive = 25.0
    log: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class Exit(Struct, frozen=True):
    """How one life of a service ended. `lasted` is how long it had been ready, in seconds."""

    ok: bool
    reason: str
    lasted: float = 0.0


class ServiceStatus(Struct, frozen=True, kw_only=True):
    """One service as it is. `healthy` is None while nobody knows; times are Unix seconds.

    `failed` says that the last life, now at rest, ended badly. `restarts` counts the automatic
    ones since somebody last asked for a start.
    """

    name: str
    kind: str
    state: State = State.STOPPED
    ready: bool = False
    healthy: bool | None = None
    reason: str = ""
    failed: bool = False
    pid: int | None = None
    restarts: int = 0
    since: float = 0.0
    next_restart: float | None = None
    essential: bool = False
    parameters: dict[str, str] = field(default_factory=dict[str, str])


class Change(Struct, frozen=True):
    """A status that changed. `before` is None for a new service, `now` for one that vanished."""

    before: ServiceStatus | None
    now: ServiceStatus | None

    @property
    def name(self) -> str:
        status = self.now or self.before
        return status.name if status else ""
