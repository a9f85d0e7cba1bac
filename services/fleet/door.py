"""The way from the load balancer to one editor: a rule and a target group for each of two hosts."""

from __future__ import annotations

from contextlib import suppress

from services.aws import Balancer
from services.fleet.names import Names
from services.fleet.place import PORTS, Place
from supervisor.desk import Refused


class Door:
    """That of one editor, for which the `place` must have a listener. All raise `Refused`."""

    def __init__(self, place: Place, names: Names) -> None:
        self._balancer = Balancer(place.listener)
        self._vpc = place.vpc
        self._names = names
        self._hosts = place.hosts(names)
        self._groups: list[str] = []

    def build(self, *, used: bool = False) -> None:
        """Make what lacks. Where AWS refuses a part, none of it is left, unless it is `used`."""
        tags = self._names.tags
        try:
            self._groups = [
                self._balancer.ensure_group(name, port, self._vpc, tags)
                for name, port in zip(self._names.groups, PORTS, strict=True)
            ]
            for host, group in zip(self._hosts, self._groups, strict=True):
                self._balancer.ensure_rule(host, group, tags)
        except Refused:
            if not used:
                with suppress(Refused):  # the first says more
                    self.remove()
            raise

    def lead_to(self, ip: str) -> None:
        """Have it lead to the task of this address, and to no other."""
        for group, port in zip(self._groups, PORTS, strict=True):
            self._balancer.register(group, ip, port)

    def leads_to(self, ip: str) -> bool:
        """Whether the load balancer found that task healthy, and sends people there."""
        return all(self._balancer.healthy(group, ip) for group in self._groups)

    def remove(self) -> int:
        """Remove what there is of it; how many things that were."""
        return self._balancer.remove(self._hosts, self._names.groups)
