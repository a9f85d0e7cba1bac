"""What is declared: the tables of the TOML as frozen, typed values. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

# 30 years, where infinity would be no time that a clock takes, and no whole number for XML-RPC.
LONGEST = 1e9
Seconds = Annotated[float, Meta(ge=0, le=LONGEST)]
Positive = Annotated[float, Meta(gt=0, le=LONGEST)]
Count = Annotated[int, Meta(ge=1)]
# How a program may end: an exit code (1), a range of them ("101-103"), a signal ("SEGV").
Cause = int | str


class Restart(StrEnum):
    ALWAYS = "always"
    ON_FAILURE = "on-failure"
    NEVER = "never"


class Condition(StrEnum):
    """What a service waits for in another one. One that completed well has been all of these
    but healthy.
    """

    STARTED = "started"  # it has a life
    READY = "ready"  # it has said that it is ready
    HEALTHY = "healthy"  # all its checks say so
    COMPLETED = "completed"  # it did its work and ended well


class Strategy(StrEnum):
    """What the end of one member means for the other members of its group: OTP's three."""

    ONE_FOR_ONE = "one_for_one"  # nothing
    ONE_FOR_ALL = "one_for_all"  # all begin anew
    REST_FOR_ONE = "rest_for_one"  # those that come after it begin anew


class Level(StrEnum):
    """What a check speaks of. Until the startup checks have passed no other check is made."""

    STARTUP = "startup"
    ALIVE = "alive"
    READY = "ready"


class OnUnhealthy(StrEnum):
    IGNORE = "ignore"
    RESTART = "restart"
    SHUTDOWN = "shutdown"


# Names alone, which wait until those are ready, or names with the condition of each.
Needs = tuple[str, ...] | dict[str, Condition]


def conditions(needs: Needs) -> Mapping[str, Condition]:
    return needs if isinstance(needs, dict) else dict.fromkeys(needs, Condition.READY)


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


class CauseBudget(Budget, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A budget for the ends that have one of these causes, beside the one for all.

    With no restarts at all, the first such end is the last one. After `s6-permafailon`.
    """

    causes: Annotated[tuple[Cause, ...], Meta(min_length=1)]


class Schedule(Struct, frozen=True, forbid_unknown_fields=True):
    """When to start a service again and again: exactly one of `every` (seconds) and `cron`.

    `timezone` is a name such as Europe/Berlin, for `cron`; without it, the machine's. `at_start`
    starts it with the daemon too.
    """

    every: Positive | None = None
    cron: str | None = None
    timezone: str | None = None
    at_start: bool = False


class Log(Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of what a program writes.

    `daemon` says whether its lines are records of the daemon's own log. `file` takes them as they
    are, stderr too unless that has an `error_file`; a file of `max_bytes` is put aside, `backups`
    of them are kept; 0 bytes means that it grows for ever.
    """

    daemon: bool = True
    file: str | None = None
    error_file: str | None = None
    max_bytes: Annotated[int, Meta(ge=0)] = 50 * 1024 * 1024
    backups: Annotated[int, Meta(ge=0, le=1000)] = 10
    strip_ansi: bool = False


class Target(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a probe looks at: exactly one of `http` (a URL), `tcp` ("host:port") and `exec`.

    An HTTP answer counts when its status is 200 to 399, or whatever it is if `any_status`; a
    program when it exits with 0.
    """

    http: str | None = None
    tcp: str | None = None
    exec: tuple[str, ...] | None = None
    any_status: bool = False


# The keys of which a target has exactly one, and those by which a process can be ready.
TARGETS = ("http", "tcp", "exec")
WAYS = (*TARGETS, "log", "delay", "notify", "fd")


class Ready(Target, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a process counts as ready, in exactly one way.

    A target answers; a line matches `log`; `delay` seconds passed; it says READY=1 (`notify`, the
    protocol of sd_notify); it writes a newline to descriptor `fd` (the protocol of s6).
    """

    log: str | None = None
    delay: Seconds | None = None
    notify: bool = False
    fd: Annotated[int, Meta(ge=3, le=255)] | None = None
    every: Positive = 0.1


class ServiceSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One service as declared. Durations are seconds.

    A name that ends in `@` is a template: it starts nothing by itself, and `{placeholders}` in
    its command, directory, environment and checks are filled in for each instance.

    `requires` starts those services and waits until each is as asked for; `wants` does the same
    but goes on without one that will not come; `after` starts nothing and only waits.
    `restarts_with` names those of `requires` whose new life means a new life for this one.
    """

    name: str
    requires: Needs = ()
    wants: Needs = ()
    after: Needs = ()
    restarts_with: tuple[str, ...] = ()
    autostart: bool = True
    essential: bool = False
    schedule: Schedule | None = None
    restart: Restart = Restart.ON_FAILURE
    backoff: Backoff = Backoff()
    budget: Budget = Budget()
    limits: tuple[CauseBudget, ...] = ()
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
        return tuple(dict.fromkeys((*self.requires, *self.wants, *self.after)))


class TaskSpec(ServiceSpec, frozen=True, kw_only=True, tag="task"):
    """A coroutine of this program, `run = "package.module:function"`, with its named channels.

    `stop_timeout` is 0 by default: one that does not look at `ctx.stopping` would idle through it.
    """

    run: str
    control: bool = False
    logs: bool = False
    sends: tuple[str, ...] = ()
    receives: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    publishes: tuple[str, ...] = ()
    watches: tuple[str, ...] = ()
    options: dict[str, object] = field(default_factory=dict[str, object])


# A number or "unlimited". Not as a Literal: msgspec 0.22 crashes in the garbage collector on one
# that is nested as deep as in `rlimits`.
Limit = int | str


class ProcessSpec(ServiceSpec, frozen=True, kw_only=True, tag="process"):
    """A program.

    It inherits the variables that `environment_allow` names; unset, all of them. To those come
    the ones of `environment_files` (a file with a leading `-` need not be there), and over both
    those of `environment`. `success` are the ends that count as good ones. `rlimits` has the
    names of setrlimit(2) in small letters, with one value or soft and hard. `stdin` is "null",
    "pipe" (what is written to the service over the control socket) or a file. `listen` are
    sockets that the supervisor holds open through every restart and hands over as LISTEN_FDS:
    "host:port" or a path. `watchdog` is the longest silence between two WATCHDOG=1. `reports` is
    a stream that takes every line of stdout that is a JSON object, as a `Report`.
    """

    command: Annotated[tuple[str, ...], Meta(min_length=1)]
    directory: str | None = None
    user: str | None = None
    group: str | None = None
    umask: Annotated[str, Meta(pattern="^[0-7]{3,4}$")] | None = None
    rlimits: dict[str, Limit | tuple[Limit, Limit]] = field(
        default_factory=dict[str, Limit | tuple[Limit, Limit]]
    )
    nice: Annotated[int, Meta(ge=-20, le=19)] | None = None
    oom_score: Annotated[int, Meta(ge=-1000, le=1000)] | None = None
    environment: dict[str, str] = field(default_factory=dict[str, str])
    environment_files: tuple[str, ...] = ()
    environment_allow: tuple[str, ...] | None = None
    stdin: str = "null"
    listen: tuple[str, ...] = ()
    log: Log = Log()
    # Without placeholders: a stream is known by its name before there is any instance.
    reports: Annotated[str, Meta(pattern="^[^{}]+$")] | None = None
    ready: Ready | None = None
    watchdog: Positive | None = None
    success: tuple[Cause, ...] = (0,)
    stop_signal: str = "TERM"
    stop_timeout: Seconds = 5.0


Spec = TaskSpec | ProcessSpec


class GroupSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Services that belong together, in the order in which `rest_for_one` takes them."""

    name: str
    members: Annotated[tuple[str, ...], Meta(min_length=1)]
    strategy: Strategy = Strategy.ONE_FOR_ONE


class HealthSpec(Target, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One check of one service (or of each instance of a template).

    So many `failures` or `successes` in a row change the verdict. A failure within `grace`
    seconds of the service's becoming ready does not count.
    """

    name: str
    service: str
    level: Level = Level.READY
    period: Positive = 10.0
    timeout: Positive = 3.0
    grace: Seconds = 0.0
    failures: Count = 3
    successes: Count = 1
    on_unhealthy: OnUnhealthy = OnUnhealthy.IGNORE


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The daemon's own table, `[supervisor]`; `log` auto means console on a terminal, else JSON.

    `include` are more files, as globs beside this one. At the address `http` anybody may read
    /health and /metrics. `secrets` are variables whose values no log shows, and that no child
    inherits unasked; `redact` are regular expressions of what else is hidden; `retired` are
    variables that nobody reads, each with what takes its place.
    """

    socket: str = "/run/nurseryd.sock"
    include: tuple[str, ...] = ()
    http: str | None = None
    shutdown_timeout: Positive = 25.0
    log: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    secrets: tuple[str, ...] = ()
    redact: tuple[str, ...] = ()
    retired: dict[str, str] = {}
