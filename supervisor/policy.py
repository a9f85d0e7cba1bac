"""When to start a service again. Pure: no clock, no chance, no I/O."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from msgspec import Struct

from supervisor.causes import matches
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


class Restarted(Struct, frozen=True):
    """One restart: when, in monotonic seconds, and the `Exit.code` of the life before it."""

    at: float
    code: int | None


class History(Struct, frozen=True):
    """What the past lives leave behind: the restarts that still count, oldest first, and how
    many lives in a row did not last.
    """

    restarts: tuple[Restarted, ...] = ()
    failures: int = 0


def decide(
    spec: ServiceSpec, history: History, end: Exit, now: float, chance: float
) -> tuple[Decision, History]:
    """What follows a life that ended by itself at `now` (monotonic seconds).

    A life that was ready for at least `stable_after` seconds is followed at once; one that was
    not waits, longer each time. Every restart counts against the budget, and against the limits
    that name its cause. `chance`, in [0, 1), is the luck that the jitter draws on.
    """
    if spec.restart is Restart.NEVER or (spec.restart is Restart.ON_FAILURE and end.ok):
        return Rest(), History()
    if reason := _used_up(spec, history, end, now):
        return GiveUp(reason), History()
    longest = max(budget.period for budget in (spec.budget, *spec.limits))
    recent = history.restarts[_first_within(longest, history.restarts, now) :]
    stable = end.lasted is not None and end.lasted >= spec.stable_after
    failures = 0 if stable else history.failures + 1
    delay = 0.0 if stable else backoff(spec.backoff, failures) * (1 - spec.backoff.jitter * chance)
    return Again(delay), History((*recent, Restarted(now, end.code)), failures)


def _used_up(spec: ServiceSpec, history: History, end: Exit, now: float) -> str:
    """Which budget has no restart left for this end, or nothing."""
    past = history.restarts
    for limit in spec.limits:
        if end.code is not None and matches(limit.causes, end.code):
            alike = [r for r in past if r.code is not None and matches(limit.causes, r.code)]
            if (used := _within(limit, alike, now)) >= limit.restarts:
                causes = ", ".join(map(str, limit.causes))
                return f"{_restarts(used)} within {limit.period:g} s after {causes}"
    if (used := _within(spec.budget, past, now)) >= spec.budget.restarts:
        return f"{_restarts(used)} within {spec.budget.period:g} s"
    return ""


def _restarts(number: int) -> str:
    return f"{number} restart{'' if number == 1 else 's'}"


def _within(budget: Budget, restarts: Sequence[Restarted], now: float) -> int:
    return len(restarts) - _first_within(budget.period, restarts, now)


def _first_within(period: float, restarts: Sequence[Restarted], now: float) -> int:
    """Where those of the last `period` seconds begin: found, not looked for one by one."""
    return bisect_right(restarts, now - period, key=attrgetter("at"))


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
