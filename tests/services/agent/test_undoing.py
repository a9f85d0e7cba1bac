"""What would be taken back where git's history is not as the thread's turns made it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from services.agent.undoing import redo, undo
from services.messages import LogEntry
from supervisor.desk import Refused
from tests.services.agent.test_remarks import Book


def entry(turn: str, *parents: str) -> LogEntry:
    """The commit of a turn."""
    return LogEntry(turn * 40, parents, "", "", 0, "", "", None, turn)


@pytest.fixture
def book() -> Book:
    book = Book()
    book.turn("a", "claude")
    return book


def test_the_first_commit_of_all_is_not_undone(book: Book) -> None:
    with pytest.raises(Refused, match="first commit of all"):
        undo(book.ledger, "a", [entry("a")])


@pytest.mark.parametrize("plan", [undo, redo])
def test_what_is_not_among_the_last_commits_of_the_branch_is_not_touched(
    book: Book, plan: Callable[..., object]
) -> None:
    if plan is redo:
        book.write("turn.undone", "a", turns=["a"])
    with pytest.raises(Refused, match="cannot find the commit aaaaaaaaaa"):
        plan(book.ledger, "a", [entry("b", "c" * 40)])


def test_what_is_not_undone_or_committed_nothing_is_not_redone(book: Book) -> None:
    book.write("turn.started", "b")
    for turn in ("a", "b"):
        with pytest.raises(Refused, match="it is not undone"):
            redo(book.ledger, turn, [entry("a", "c" * 40)])


def test_a_commit_that_the_journal_names_is_its_turns_whatever_its_message_says(book: Book) -> None:
    book.turn("b", "claude")
    log = [replace(entry("b", "a" * 40), turn=None), entry("a", "c" * 40)]
    plan = undo(book.ledger, "a", log)
    assert (plan.turns, plan.others, plan.reverted) == (("a", "b"), ("b",), ("b",))
    book.write("turn.undone", "a", turns=["a"])
    plan = redo(book.ledger, "a", log)
    assert (plan.turns, plan.others, plan.reverted) == (("a",), ("b",), ("b",))


def test_only_what_is_away_is_brought_back(book: Book) -> None:
    book.turn("b", "claude")
    book.write("turn.undone", "b", turns=["b"])
    log = [entry("b", "a" * 40), entry("a", "c" * 40)]
    assert redo(book.ledger, "b", log).turns == ("b",)
