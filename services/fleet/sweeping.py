"""The ways to editors that have ended by themselves, removed where the load balancer is full.

Nobody else would: an editor that nobody uses ends without `nurseryctl fleet stop`.
"""

from __future__ import annotations

from services.aws import Balancer
from services.fleet.fleet import Fleet
from services.fleet.names import CLIENT_TAG, USER_TAG, Names, is_group, started_by


def sweep(fleet: Fleet) -> int:
    """Remove the rules and target groups of all editors of a fleet that do not run; how many.

    A start of another editor that is about to run its task loses what it has made, and is refused;
    the next one makes it again. Raises `Refused`.
    """
    place = fleet.place
    used = {
        group
        for one in fleet.editors.started_by(started_by(place.fleet))
        if one.stays and CLIENT_TAG in one.tags and USER_TAG in one.tags
        for group in Names(place.fleet, one.tags[CLIENT_TAG], one.tags[USER_TAG]).groups
    }
    ours = (f".{place.edit_domain}", f".{place.preview_domain}")
    balancer = Balancer(place.listener)
    left = {
        host: group
        for host, group in balancer.ways().items()
        if host.endswith(ours) and is_group(group) and group not in used
    }
    return balancer.remove(left.keys(), sorted(set(left.values())))
