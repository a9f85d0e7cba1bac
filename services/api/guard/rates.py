"""How often somebody may ask. Pure."""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import ip_address, ip_network

PERIOD = 60.0  # seconds
_MOST = 4096


class Buckets:
    """A token bucket for each key: `limit` at once, and as many in a minute; 0 is no limit.

    At most `most` keys are remembered, those that were used last. All times are seconds of one
    clock.
    """

    def __init__(self, limit: int, most: int = _MOST) -> None:
        self._interval = PERIOD / limit if limit else 0.0
        self._most = most
        # When each bucket is full again; what is not here is full.
        self._full: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """How long until there is something to take for `key`; 0 where there is."""
        full = self._full.get(key, now)
        return max(0.0, full - now + self._interval - PERIOD)

    def take(self, key: str, now: float) -> float:
        """Take one for `key` if there is one; how long until there is, 0 where it was taken."""
        if not self._interval:
            return 0.0
        if wait := self.wait(key, now):
            return wait
        self._full[key] = max(self._full.get(key, now), now) + self._interval
        self._full.move_to_end(key)
        if len(self._full) > self._most:
            self._full.popitem(last=False)
        return 0.0


class Guesses:
    """Those who show no good token: counted by address, and held off when there are too many.

    Then even a good token helps only whoever showed it from there before: a guess must not tell.
    """

    def __init__(self, limit: int, most: int = _MOST) -> None:
        self._buckets = Buckets(limit, most)
        self._most = most
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def wrong(self, address: str, now: float) -> float:
        """Count a request without a good token; how long the next one has to wait, if at all."""
        return self._buckets.take(neighbourhood(address), now)

    def right(self, address: str, token: str, now: float) -> float:
        """How long this good token has to wait to be believed; 0 where it need not."""
        key = (address, token)
        if key not in self._known and (wait := self._buckets.wait(neighbourhood(address), now)):
            return wait
        self._known[key] = None
        self._known.move_to_end(key)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return 0.0


def neighbourhood(address: str) -> str:
    """The addresses that one client has for the taking: of IPv6, the whole network."""
    if ":" not in address:
        return address
    try:
        return str(ip_network((ip_address(address), 64), strict=False))
    except ValueError:
        return address
