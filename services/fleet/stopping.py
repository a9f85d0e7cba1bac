"""Stop one editor, and give up what it has if somebody says so."""

from __future__ import annotations

from dataclasses import dataclass

from services.aws import Editor
from services.fleet.belongings import forget
from services.fleet.deriving import is_of
from services.fleet.fleet import Fleet
from services.fleet.names import Names
from services.fleet.pace import Pace
from supervisor.desk import Refused

REASON = "nurseryctl fleet stop"


@dataclass(frozen=True)
class Stopped:
    """`editors` are the tasks that this ended, `known` whether there is such an editor at all."""

    editors: tuple[Editor, ...]
    known: bool
    in_time: bool
    folders: tuple[str, ...] = ()  # where the data of a forgotten editor stays


def stop(
    fleet: Fleet, names: Names, patience: float, pace: Pace, *, forgotten: bool = False
) -> Stopped:
    """End an editor's tasks, also those that are ending, and wait at most `patience` seconds.

    The way to it from the load balancer is removed in any case. Raises `Refused`: so for
    `forgotten` where a task has not ended in time, and for the editor that the base is of, whose
    way and access point are its stack's.
    """
    base = fleet.definitions.latest(fleet.place.family)
    if base is not None and is_of(base, names):
        raise Refused(
            f"cannot stop {names.client}/{names.user}: it is none of the fleet, but what the task"
            f" definition {fleet.place.family} is of. Where it runs as a service, set the service's"
            " desired count to 0"
        )
    running = [one for one in fleet.editors.of_family(names.family) if one.stays]
    for one in running:
        fleet.editors.stop(one.arn, REASON)
    ending = [
        one for one in fleet.editors.of_family(names.family, wanted="STOPPED") if not one.over
    ]
    door = fleet.door(names)
    removed = 0 if door is None else door.remove()
    known = bool(running or ending or removed) or (
        fleet.definitions.latest(names.family) is not None
    )
    last = tuple({one.arn: one for one in (*running, *ending)}.values())
    in_time = True
    if last:
        arns = [one.arn for one in last]
        for _ in pace.within(patience):
            # ECS forgets what stopped an hour ago.
            last = tuple(fleet.editors.look(arns))
            in_time = all(one.over for one in last)
            if in_time:
                break
    if not forgotten:
        return Stopped(last, known, in_time)
    if not in_time:
        raise Refused(
            f"cannot forget {names.client}/{names.user}: its task has not ended; try again when"
            " 'nurseryctl fleet list' does not show it"
        )
    return Stopped(last, known, in_time, tuple(forget(fleet, names)))
