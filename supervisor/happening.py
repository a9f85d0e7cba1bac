"""What happened to a service, when and why: of all changes those that a person wants to read."""

from __future__ import annotations

from msgspec import Struct

from supervisor.model import Change, State


class Happening(Struct, frozen=True):
    """A service came into a `state`, was found `healthy` or not, or vanished: it has none then.

    `at` is in Unix seconds, `before` the state until then, None for a new service. `exit_code` is
    that of the life that ended by this, `restarts` as the status has it.
    """

    at: float
    service: str
    before: State | None
    state: State | None
    healthy: bool | None = None
    reason: str = ""
    exit_code: int | None = None
    restarts: int = 0


def happening(change: Change, at: float) -> Happening | None:
    """What happened by a change; None for one that only adds a detail. Pure."""
    before, now = change.before, change.now
    was = before.state if before else None
    if now is None:
        return Happening(at, change.name, was, None)
    if before is None and now.state is State.STOPPED:
        return None  # declared, and nothing more
    found = now.healthy is not None and before is not None and now.healthy is not before.healthy
    if was is now.state and not found:
        return None
    return Happening(
        at,
        now.name,
        was,
        now.state,
        now.healthy,
        now.reason,
        now.exit_code if now.state is not was else None,
        now.restarts,
    )
