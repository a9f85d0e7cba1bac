"""When a container has been idle long enough. Pure."""

from __future__ import annotations

from math import inf


def seconds_left(last: float, held: bool, now: float, limit: float) -> float:
    """Seconds until it is time to stop: 0 is now, infinity not in sight.

    `last` is when somebody last did something and `now` is now, both on the same clock in
    seconds. `held` says that work is under way. A `limit` of 0 turns stopping off.
    """
    if held or limit == 0:
        return inf
    return max(0.0, last + limit - now)
