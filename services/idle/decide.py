"""When a container has been idle long enough, and how it is to end then. Pure."""

from __future__ import annotations

from enum import StrEnum
from math import inf

from supervisor.desk import Refused

FIRST = 30.0  # seconds before it is tried again; twice as long after each other time
LONGEST = 600.0


class Mode(StrEnum):
    """How to end.

    `AUTO`: as a service where the task belongs to one, else by exiting. `EXIT`: with code 20.
    `SERVICE`: have ECS want no task of the service, and exit. `STOP`: have ECS stop the task.
    `NOTIFY`: tell a webhook, whose server ends it.
    """

    AUTO = "auto"
    EXIT = "exit"
    SERVICE = "service"
    STOP = "stop"
    NOTIFY = "notify"


def seconds_left(last: float, held: bool, now: float, limit: float) -> float:
    """Seconds until it is time to stop: 0 is now, infinity not in sight.

    `last` is when somebody last did something and `now` is now, both on the same clock in
    seconds. `held` says that work is under way. A `limit` of 0 turns stopping off.
    """
    if held or limit == 0:
        return inf
    return max(0.0, last + limit - now)


def choose(mode: Mode, *, on_ecs: bool, service: str | None) -> Mode:
    """What `mode` comes to here, which is never `AUTO`: exiting ends whatever ECS knows nothing of.

    `service` is the name of the one that the task belongs to.
    """
    if mode is Mode.AUTO:
        return Mode.SERVICE if service else Mode.EXIT
    if (mode is Mode.SERVICE and not service) or (mode is Mode.STOP and not on_ecs):
        return Mode.EXIT
    return mode


def may_lower(service: str, wanted: int) -> bool:
    """Whether the count of tasks that a service wants has to be set to 0: not where it is that.

    Raises `Refused` where more than one is wanted: which of them then goes is ECS's choice, and it
    could take one that somebody uses.
    """
    if wanted > 1:
        raise Refused(
            f"cannot end: the service {service} wants {wanted} tasks, and ECS would choose which "
            "of them goes; give each editor a service of its own"
        )
    return wanted == 1


def again(attempts: int) -> float:
    """Seconds to wait after so many attempts that did not end it, at least 1."""
    return min(LONGEST, FIRST * 2.0 ** min(attempts - 1, 10))
