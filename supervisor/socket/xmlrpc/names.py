"""Groups as supervisord has them: every service is in one, if need be alone."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from supervisor.model import ServiceStatus
from supervisor.socket.xmlrpc.faults import Code, Fault


class Member(Struct, frozen=True):
    """A service within its group. What is in no group is a group of its own, of its name."""

    status: ServiceStatus

    @property
    def name(self) -> str:
        return self.status.name

    @property
    def group(self) -> str:
        return self.status.group or self.status.name

    @property
    def full_name(self) -> str:
        return self.name if self.group == self.name else f"{self.group}:{self.name}"


class Members:
    """All services of a moment, in start order."""

    def __init__(self, statuses: Iterable[ServiceStatus]) -> None:
        self.all = [Member(status) for status in statuses]

    def by_name(self) -> list[Member]:
        return sorted(self.all, key=lambda one: (one.group, one.name))

    def group(self, name: str) -> list[Member]:
        """The members of a group; raises `Fault` where there is none."""
        found = [one for one in self.all if one.group == name]
        if not found:
            raise Fault(Code.BAD_NAME, name)
        return found

    def find(self, name: str) -> Member | list[Member]:
        """Whom `name`, `group:name` or `group:*` means; raises `Fault` for nobody."""
        group, colon, service = name.partition(":")
        if colon and service in ("", "*"):
            return self.group(group)
        for one in self.all:
            if name in (one.full_name, f"{one.group}:{one.name}"):
                return one
        raise Fault(Code.BAD_NAME, name)

    def one(self, name: str) -> Member:
        """As `find`, where a group will not do."""
        found = self.find(name)
        if isinstance(found, list):
            raise Fault(Code.BAD_NAME, name)
        return found
