"""Whether a life of a service ended badly. Pure."""

from __future__ import annotations

from supervisor.model import Change, State

_ALIVE = (State.STARTING, State.RUNNING, State.STOPPING)


def ended_badly(change: Change) -> bool:
    """Whether a life ended by this change, and badly.

    One that somebody asked to end has not, whatever it said to that. One that starts again has,
    unless it was a program that left with 0.
    """
    before, now = change.before, change.now
    if before is None or now is None or before.state not in _ALIVE or now.state in _ALIVE:
        return False
    if now.state is State.BACKOFF:
        # Who is on the way to stop and starts again all the same was found unhealthy.
        return before.state is State.STOPPING or now.exit_code != 0
    return now.failed
