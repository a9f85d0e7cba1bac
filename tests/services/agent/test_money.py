"""What turns cost, and the budgets that end them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import trio
import trio.testing

from services.agent import Options
from services.agent.backend import Host, Turn
from services.agent.book import Book
from services.agent.spending import Spending
from services.messages import (
    Budgets,
    FileChanged,
    Leftover,
    ReadBudgets,
    ReadUsage,
    Reason,
    TextDelta,
    TurnState,
    Usage,
    UsageEntry,
    Used,
)
from supervisor.desk import Invalid
from tests.services.agent.serving import KEY, OTHER, Bench

CALL = Usage("opus", 1000, 20, 500, 100, 0.25)


async def spend(_turn: Turn, host: Host) -> None:
    """Two calls of a model, at a quarter of a dollar each."""
    await host.emit(Used(CALL))
    await host.emit(TextDelta("half"))
    await host.emit(Used(CALL))


async def test_a_turn_tells_what_it_used(bench: Bench) -> None:
    async with bench.life(spend):
        info = await bench.execute()
        entries: tuple[UsageEntry, ...] = await bench.ask(ReadUsage("acme", "bob"))
    assert info.usage == Usage("opus", 2000, 40, 1000, 200, 0.5)
    assert info.state is TurnState.COMMITTED
    (entry,) = entries
    assert (entry.thread, entry.turn, entry.backend) == ("t1", info.turn, "simulation")
    assert entry.usage == info.usage
    assert [event["usage"]["cost"] for event in bench.journal() if event["type"] == "usage"] == [
        0.25,
        0.25,
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (Options(turn_budget=0.4), "of this turn is spent: $0.5000 of $0.4"),
        (Options(thread_budget=0.5), "of this thread is spent: $0.5000 of $0.5"),
        (Options(day_budget=0.3), "of this day is spent: $0.3"),
    ],
)
async def test_a_budget_ends_the_turn_that_exceeds_it_and_offers_its_work(
    bench: Bench, options: Options, says: str
) -> None:
    async def script(turn: Turn, host: Host) -> None:
        bench.files()["a.md"] = "half"
        await host.emit(FileChanged("a.md", "added"))
        await spend(turn, host)
        raise AssertionError("it went on")

    async with bench.life(script, options):
        info = await bench.execute()
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.BUDGET)
    assert says in str(info.error)
    assert (info.leftover, info.usage.cost) == (Leftover.OFFERED, 0.5)


async def test_where_a_budget_is_spent_no_turn_begins_its_work(bench: Bench) -> None:
    runs = 0

    async def script(turn: Turn, host: Host) -> None:
        nonlocal runs
        runs += 1
        await spend(turn, host)

    async with bench.life(script, Options(day_budget=0.5)):
        await bench.execute(key=OTHER)
        info = await bench.execute()
    assert runs == 1
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.BUDGET)
    async with bench.life(script, Options(thread_budget=0.5)):
        assert (await bench.execute(key=OTHER)).reason is Reason.BUDGET
        assert (await bench.execute()).reason is Reason.BUDGET
    assert runs == 2


async def test_where_nobody_can_read_what_is_spent_a_turn_fails_by_the_disk_and_not_the_backend(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(_spending: Spending, _day: str) -> float:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Spending, "spent", unread)
    async with bench.life(spend, Options(day_budget=1.0)):
        info = await bench.execute()
    assert (info.state, info.reason) == (TurnState.FAILED, Reason.WORKSPACE)
    assert "Input/output error" in str(info.error)


async def test_a_backend_is_told_the_least_of_what_is_left(bench: Bench) -> None:
    budgets: list[float | None] = []

    async def script(turn: Turn, host: Host) -> None:
        budgets.append(turn.budget)
        await host.emit(Used(CALL))

    async with bench.life(script, Options(turn_budget=2.0, thread_budget=3.0, day_budget=2.1)):
        for _ in range(2):
            await bench.execute()
    async with bench.life(script):
        await bench.execute()
    assert budgets == [2.0, pytest.approx(1.85), None]


async def test_what_was_used_when_a_turn_is_cancelled_counts_for_the_day_too(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Book.write
    written = trio.Event()

    async def slowly(book: Book, kind: str, **facts: object) -> None:
        await write(book, kind, **facts)
        if kind == "usage":
            with trio.CancelScope(shield=True):
                written.set()
                await trio.testing.wait_all_tasks_blocked(0.05)

    monkeypatch.setattr(Book, "write", slowly)
    async with bench.life(spend):
        turn = await bench.start()
        await written.wait()
        info = await bench.cancel(turn)
        (entry,) = await bench.ask(ReadUsage("acme", "bob"))
    assert (info.state, info.usage.cost) == (TurnState.CANCELLED, 0.25)
    assert entry.usage == info.usage


def test_what_follows_a_torn_line_counts(tmp_path: Path) -> None:
    (tmp_path / "2026-01-31.jsonl").write_bytes(b'{"day": "2026-01-31", "thr')
    spending = Spending(tmp_path)
    spending.note(entry("a", 2.0))
    spending.note(entry("b", 1.0))
    assert spending.spent("2026-01-31") == 3.0


def entry(turn: str, cost: float, day: str = "2026-01-31", thread: str = "t1") -> UsageEntry:
    return UsageEntry(day, thread, turn, "claude", Usage(cost=cost), 1.0)


def test_of_a_turn_that_is_written_twice_the_last_sum_counts(tmp_path: Path) -> None:
    spending = Spending(tmp_path / "usage", now=lambda: 1769817600.0)  # 2026-01-31
    assert spending.today() == "2026-01-31"
    for each in (entry("a", 1.0), entry("a", 3.0), entry("b", 0.5), entry("a", 1, thread="t2")):
        spending.note(each)
    assert spending.spent("2026-01-31") == 4.5
    assert spending.spent("2026-01-30") == 0


def test_a_torn_line_and_one_of_a_later_version_count_for_nothing(tmp_path: Path) -> None:
    spending = Spending(tmp_path)
    file = tmp_path / "2026-01-31.jsonl"
    file.write_bytes(b'{"day": 7}\n\xff\n' + msgspec.json.encode(entry("a", 2.0)) + b'\n{"da')
    assert spending.spent("2026-01-31") == 2.0


def test_usage_is_listed_by_days(tmp_path: Path) -> None:
    spending = Spending(tmp_path, now=lambda: 1769817600.0)
    for day in ("2026-01-29", "2026-01-30", "2026-01-31"):
        spending.note(entry(day, 1.0, day))
    assert [e.day for e in spending.between(None, None)] == ["2026-01-31"]
    assert [e.day for e in spending.between("2026-01-29", "2026-01-30")] == [
        "2026-01-29",
        "2026-01-30",
    ]
    assert [e.day for e in spending.between("2026-01-30", None)] == ["2026-01-30", "2026-01-31"]
    assert [e.day for e in spending.between(None, "2026-01-29")] == ["2026-01-29"]


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("yesterday", None, "2026-01-31"),
        ("2026-02-01", "2026-01-01", "in order"),
        ("2020-01-01", "2026-01-01", "366 at most"),
    ],
)
def test_days_that_cannot_be_meant_are_refused(
    tmp_path: Path, since: str, until: str | None, says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        Spending(tmp_path).between(since, until)


async def test_a_user_without_threads_used_nothing(bench: Bench) -> None:
    async def script(_turn: Turn, _host: Host) -> None: ...

    async with bench.life(script):
        await bench.execute(key=KEY)
        assert await bench.ask(ReadUsage("acme", "nobody")) == ()


async def test_what_was_used_is_told_after_the_last_thread_was_deleted(bench: Bench) -> None:
    async with bench.life(spend, Options(day_budget=2.0)):
        info = await bench.execute()
        bench.keeper.history(KEY).unlink()
        (entry,) = await bench.ask(ReadUsage("acme", "bob"))
        assert (entry.turn, entry.usage.cost) == (info.turn, 0.5)
        assert (await bench.ask(ReadBudgets("acme", "bob"))).left == 1.5


async def test_the_budgets_in_force_are_told_with_what_is_left_of_the_day(bench: Bench) -> None:
    options = Options(thread_budget=3.0, day_budget=2.0)
    async with bench.life(spend, options):
        await bench.execute()
        told = await bench.ask(ReadBudgets("acme", "bob"))
        assert told == Budgets(turn=None, thread=3.0, day=2.0, spent=0.5)
        assert told.left == 1.5
        others = await bench.ask(ReadBudgets("acme", "nobody"))
        assert (others.spent, others.left) == (0.0, 2.0)


async def test_where_there_is_no_budget_nothing_is_limited(bench: Bench) -> None:
    async with bench.life(spend):
        await bench.execute()
        told = await bench.ask(ReadBudgets("acme", "bob"))
        assert (told, told.left) == (Budgets(spent=0.5), None)
