"""From single results to healthy or not. Pure."""

from __future__ import annotations

from msgspec import Struct


class Tally(Struct, frozen=True):
    """The verdict so far (None: unknown), and how many results in a row speak against it."""

    healthy: bool | None = None
    against: int = 0


def count(tally: Tally, ok: bool, *, failures: int, successes: int) -> Tally:
    """Take one result in.

    From unknown the first success says healthy at once, and failures add up as they do later:
    unknown is not healthy, but it is no alarm either.
    """
    if ok == tally.healthy or (tally.healthy is None and ok):
        return Tally(ok, 0)
    against = tally.against + 1
    if against >= (successes if ok else failures):
        return Tally(ok, 0)
    return Tally(tally.healthy, against)
