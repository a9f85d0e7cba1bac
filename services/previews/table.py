"""What instances of the dev-server template mean as previews, and which port comes next. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection

from services.messages import PreviewState
from supervisor.desk import Refused
from supervisor.model import ServiceStatus, State

_STATES = {
    State.STARTING: (PreviewState.STARTING, "starting the dev server"),
    State.RUNNING: (PreviewState.READY, ""),
    State.BACKOFF: (PreviewState.STARTING, "the dev server ended; it starts again"),
    State.STOPPING: (PreviewState.STARTING, "stopping the dev server"),
    # Whoever stopped it: the next one who wants to see it brings it back.
    State.STOPPED: (PreviewState.ASLEEP, "its server was stopped"),
    State.EXITED: (PreviewState.FAILED, "the dev server ended"),
    State.FATAL: (PreviewState.FAILED, "the dev server cannot start"),
}


def meaning(status: ServiceStatus | None, why: str = "") -> tuple[PreviewState, str]:
    """What a person should know of a preview whose instance is so; None where it vanished.

    `why` is a better reason than the status has, where there is one.
    """
    state, reason = _STATES[status.state if status else State.STOPPED]
    detail = why or (status.reason if status else "")
    if detail and state is not PreviewState.READY:
        reason = f"{reason}: {detail}"
    return state, reason


def pick_port(
    ports: tuple[int, int], taken: Collection[int], is_free: Callable[[int], bool], start: int = 0
) -> int:
    """A port that no preview has and nobody else listens on; raises `Refused`.

    The search begins `start` ports into the range and goes round.
    """
    first, last = ports
    span = last - first + 1
    for step in range(span):
        port = first + (start + step) % span
        if port not in taken and is_free(port):
            return port
    raise Refused(f"cannot start a preview: every port from {first} to {last} is taken")
