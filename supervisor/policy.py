"""When to start a service again. Pure: no clock, no chance, no I/O."""

from __future__ import annotations

from msgspec import Struct

from supervisor.model import Exit
from supervisor.spec import Backoff, Budget, Restart, ServiceSpec


class Again(Struct, frozen=True):
    """Start it again, so many seconds from now."""

    delay: float


class Rest(Struct, frozen=True):
    """It ended, and may stay so."""


class GiveUp(Struct, frozen=True):
    reason: str


Decision = Again | Rest | GiveUp


class History(Struct, frozen=True):
    """What the past lives leave behind: times of the restarts that still count, oldest first,
    and how many lives in a row did not last.
    """

    restarts: tuple[float, ...] = ()
    failures: int = 0


def decide(
    spec: ServiceSpec, history: History, end: Exit, now: float, chance: float
) -> tuple[Decision, History]:
    """What follows a life that ended by itself at `now` (monotonic seconds).

    A life that was ready for at least `stable_after` seconds is followed at once; one that was
    not waits, longer each time. Every restart counts against the budget. `chance`, in [0, 1),
    is the luck that the jitter draws on.
    """
    if spec.restart is Restart.NEVER or (spec.restart is Restart.ON_FAILURE and end.ok):
        return Rest(), History()
    recent = tuple(t for t in history.restarts if now - t < spec.budget.period)
    if len(recent) >= spec.budget.restarts:
        return GiveUp(f"{len(recent)} restarts within {spec.budget.period:g} s"), History()
    stable = end.lasted >= spec.stable_after
    failures = 0 if stable else history.failures + 1
    delay = 0.0 if stable else backoff(spec.backoff, failures) * (1 - spec.backoff.jitter * chance)
    return Again(delay), History((*recent, now), failures)


def backoff(spec: Backoff, failures: int) -> float:
    """Seconds to wait after so many lives in a row that did not last, before jitter."""
    try:
        return min(spec.limit, spec.first * spec.factor ** (failures - 1))
    except OverflowError:
        return spec.limit


def soonest_give_up(spec: Backoff, budget: Budget) -> float:
    """Seconds in which a service that dies at once uses up its budget, with all the luck."""
    waits = (backoff(spec, n) for n in range(1, budget.restarts + 1))
    return sum(waits) * (1 - spec.jitter)
