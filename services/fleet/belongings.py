"""What an editor has at AWS beside its task: its folder's access point and its task definition."""

from __future__ import annotations

from services.aws import Definition
from services.fleet.deriving import access_point_of, check_another, derive, is_made_by, owner_of
from services.fleet.fleet import Fleet
from services.fleet.names import Names
from services.fleet.pace import Pace
from supervisor.desk import Refused

KEPT = 2  # revisions of an editor's definition
MOUNTABLE = 60.0  # seconds for an access point to become available


def definition_of(fleet: Fleet, names: Names, base: Definition, pace: Pace) -> Definition:
    """The editor's own: the one that is there if it still fits, else another revision.

    Older ones are deregistered but for the one before, by which another start may be about to run
    a task. Raises `Refused`.
    """
    check_another(base, names)  # before anything is made
    there = fleet.definitions.latest(names.family)
    wanted = derive(
        base,
        names,
        file_system=fleet.place.file_system,
        access_point=_access_point(fleet, names, access_point_of(there), owner_of(base), pace),
        addresses=fleet.place.addresses(names),
    )
    if there is not None and is_made_by(there, wanted):
        return there
    made = fleet.definitions.register(wanted)
    fleet.definitions.retire(names.family, keep=KEPT)
    return made


def forget(fleet: Fleet, names: Names) -> list[str]:
    """Give them up, but never the data; the folders where that stays. Raises `Refused`.

    Not while a task of the editor runs: it would lose its workspace.
    """
    fleet.definitions.retire(names.family)
    points = fleet.access_points.tagged(names.tags)
    for point in points:
        fleet.access_points.delete(point.id)
    return sorted({point.root for point in points} | {names.folder})


def _access_point(
    fleet: Fleet, names: Names, known: str, owner: tuple[int, int], pace: Pace
) -> str:
    point = fleet.access_points.look(known) if known else None
    if point is None or point.root != names.folder:
        point = fleet.access_points.ensure(names.token, names.folder, owner, names.tags)
    for _ in pace.within(MOUNTABLE):
        if point is None or point.available:
            break
        point = fleet.access_points.look(point.id)
    if point is None or not point.available:
        raise Refused(
            f"cannot use the access point of {names.client}/{names.user}: it does not become"
            " available; try again in a minute"
        )
    return point.id
