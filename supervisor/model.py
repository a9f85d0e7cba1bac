"""What is so, and what happened: states, statuses, and how lives end. Pure data."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from msgspec import Struct, field

# What the daemon leaves with: each of them is a constant made of this, and has its row in the
# documentation. Beside them there are 0 and, of a signal, 128 + n.
ExitCode = NewType("ExitCode", int)


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


class Exit(Struct, frozen=True):
    """How one life of a service ended.

    `lasted` is how long it had been ready, in seconds; None if it never was. `code` is a program's
    exit code, negative for the signal that killed it, as `Popen.returncode` has it; None where
    there was no program.
    """

    ok: bool
    reason: str
    lasted: float | None = None
    code: int | None = None


class ServiceStatus(Struct, frozen=True, kw_only=True):
    """One service as it is. Times are Unix seconds, durations seconds.

    `healthy` is None while nobody knows. `failed` says that the last life, now at rest, ended
    badly. `restarts` counts the automatic ones since somebody last asked for a start. `note` is
    what the service says of itself (sd_notify's STATUS). `group` is the group that it is a
    member of, or nothing. Of the last life: `started` and `ended` say when it began and was
    gone, `exit_code` how its program ended (as `Exit.code`), `ready_after` how long it took to
    get ready, `gone_after` how long it took from the end of its leader until nothing was left.
    """

    name: str
    kind: str
    group: str = ""
    state: State = State.STOPPED
    ready: bool = False
    healthy: bool | None = None
    reason: str = ""
    note: str = ""
    failed: bool = False
    pid: int | None = None
    exit_code: int | None = None
    restarts: int = 0
    since: float = 0.0
    started: float | None = None
    ended: float | None = None
    ready_after: float | None = None
    gone_after: float | None = None
    next_restart: float | None = None
    next_start: float | None = None
    essential: bool = False
    parameters: dict[str, str] = field(default_factory=dict[str, str])


class Report(Struct, frozen=True):
    """What a program said of itself: a line of its stdout that was a JSON object."""

    service: str
    record: dict[str, object]


class Change(Struct, frozen=True):
    """A status that changed. `before` is None for a new service, `now` for one that vanished."""

    before: ServiceStatus | None
    now: ServiceStatus | None

    @property
    def name(self) -> str:
        status = self.now or self.before
        return status.name if status else ""
