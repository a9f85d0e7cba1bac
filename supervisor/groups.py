"""Whose end means a new life for whom: groups and their strategies. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from supervisor.spec import GroupSpec, ServiceSpec, Strategy


class Groups:
    """Who belongs to which group. A service is a member of one group at most."""

    def __init__(self, groups: Iterable[GroupSpec] = ()) -> None:
        self._of = {member: group for group in groups for member in group.members}

    def name_of(self, service: str) -> str:
        group = self._of.get(service)
        return group.name if group else ""

    def before(self, service: str) -> tuple[str, ...]:
        """The members that a life of this one comes after.

        Where the end of one concerns others their order matters: as in OTP they start from the
        first to the last.
        """
        group = self._of.get(service)
        if group is None or group.strategy is Strategy.ONE_FOR_ONE:
            return ()
        return group.members[: group.members.index(service)]

    def shaken_by(self, service: str) -> tuple[str, ...]:
        """The members that begin anew when this one breaks."""
        group = self._of.get(service)
        if group is None:
            return ()
        match group.strategy:
            case Strategy.ONE_FOR_ONE:
                return ()
            case Strategy.ONE_FOR_ALL:
                return tuple(member for member in group.members if member != service)
            case Strategy.REST_FOR_ONE:
                return group.members[group.members.index(service) + 1 :]
            case _:
                assert_never(group.strategy)


def bound_to(service: str, specs: Iterable[ServiceSpec]) -> tuple[str, ...]:
    """Those that say they begin anew with this one."""
    return tuple(spec.name for spec in specs if service in spec.restarts_with)
