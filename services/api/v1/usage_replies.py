"""What turns cost, as our routes tell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from msgspec.structs import asdict

from services.api.shapes import Reply
from services.messages import Budgets, Usage, UsageEntry


class UsageTotals(Reply, frozen=True, kw_only=True):
    """What turns used together: tokens, `inputTokens` those not cached, US dollars, and seconds."""

    turns: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost: float
    seconds: float


class DayUsage(UsageTotals, frozen=True, kw_only=True):
    """What was used on a day in UTC, as `2026-01-31`."""

    day: str


class ThreadUsage(UsageTotals, frozen=True, kw_only=True):
    """What was used in a thread."""

    thread_id: str


class ModelUsage(UsageTotals, frozen=True, kw_only=True):
    """What was asked of a model."""

    model: str


class TurnUsage(Reply, frozen=True, kw_only=True):
    """What one turn used on a day, of one model."""

    day: str
    thread_id: str
    turn_id: str
    backend: str
    model: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost: float
    seconds: float


class BudgetsDescription(Reply, frozen=True, kw_only=True):
    """What turns may cost in US dollars: one, a thread's, the user's of a day; null for no limit.

    `spentToday` is what the user's turns cost on this day in UTC, `leftToday` what is left of the
    day's budget.
    """

    turn: float | None
    thread: float | None
    day: float | None
    spent_today: float
    left_today: float | None


class UsageSummary(Reply, frozen=True, kw_only=True):
    """What a user's turns used, in all and by day, thread and model; and the budgets in force."""

    total: UsageTotals
    days: tuple[DayUsage, ...]
    threads: tuple[ThreadUsage, ...]
    models: tuple[ModelUsage, ...]
    entries: tuple[TurnUsage, ...]
    budgets: BudgetsDescription


def summed(entries: tuple[UsageEntry, ...], budgets: Budgets) -> UsageSummary:
    """The entries, and what they come to: together, and for each day, thread and model."""
    return UsageSummary(
        total=UsageTotals(**_sum(entries)),
        days=_by(DayUsage, "day", lambda entry: entry.day, entries),
        threads=_by(ThreadUsage, "thread_id", lambda entry: entry.thread, entries),
        models=_by(ModelUsage, "model", lambda entry: entry.usage.model, entries),
        entries=tuple(_entry(entry) for entry in entries),
        budgets=BudgetsDescription(
            turn=budgets.turn,
            thread=budgets.thread,
            day=budgets.day,
            spent_today=dollars(budgets.spent),
            left_today=None if budgets.left is None else dollars(budgets.left),
        ),
    )


def dollars(amount: float) -> float:
    """To the millionth of a cent: sums of floats have a tail."""
    return round(amount, 8)


TotalsT = TypeVar("TotalsT", bound=UsageTotals)


def _by(
    kind: type[TotalsT],
    name: str,
    of: Callable[[UsageEntry], str],
    entries: Iterable[UsageEntry],
) -> tuple[TotalsT, ...]:
    groups: defaultdict[str, list[UsageEntry]] = defaultdict(list)
    for entry in entries:
        groups[of(entry)].append(entry)
    return tuple(kind(**{name: what}, **_sum(group)) for what, group in sorted(groups.items()))


def _sum(entries: Iterable[UsageEntry]) -> dict[str, Any]:
    entries = tuple(entries)
    counted = _counted(sum((entry.usage for entry in entries), Usage()))
    del counted["model"]
    seconds = round(sum(entry.seconds for entry in entries), 3)
    turns = len({(entry.thread, entry.turn) for entry in entries})
    return {"turns": turns, **counted, "seconds": seconds}


def _counted(usage: Usage) -> dict[str, Any]:
    return asdict(usage) | {"cost": dollars(usage.cost)}


def _entry(entry: UsageEntry) -> TurnUsage:
    return TurnUsage(
        day=entry.day,
        thread_id=entry.thread,
        turn_id=entry.turn,
        backend=entry.backend,
        seconds=round(entry.seconds, 3),
        **_counted(entry.usage),
    )
