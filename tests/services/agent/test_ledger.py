"""What a thread's journal amounts to."""

from __future__ import annotations

import pytest

from services.messages import BuildError, Leftover, TurnState, Usage
from tests.services.agent.test_remarks import Book

BROKEN = BuildError("no such component", "src/pages/index.astro", 3)


@pytest.fixture
def book() -> Book:
    return Book()


def test_the_files_of_a_turn_are_those_it_changed_and_once_it_committed_those_of_its_commit(
    book: Book,
) -> None:
    book.write("turn.started", "a")
    for path in ("c", "b", "a"):
        book.write("file.changed", "a", path=path)
    assert book.ledger["a"].files == ("a", "b", "c")
    book.write("commit", "a", hash="1" * 40, files=["b"])
    assert book.ledger["a"].files == ("b",)


def test_what_a_turn_says_is_known_as_far_as_it_came(book: Book) -> None:
    book.write("turn.started", "a")
    for text in ("All ", "done."):
        book.write("text.delta", "a", text=text)
    assert book.ledger["a"].output == "All done."


def test_a_turn_knows_when_and_with_which_event_it_was_asked_for_and_when_it_began(
    book: Book,
) -> None:
    book.turn("a", "claude")
    book.write("turn.queued", "b")
    book.write("turn.started", "b")
    info = book.ledger["b"]
    assert (info.first, info.queued, info.started) == (6, 6.0, 7.0)
    assert book.ledger.order("b") == 7


def test_what_is_looked_at_is_verified_and_what_is_mended_runs(book: Book) -> None:
    book.write("turn.started", "a")
    book.write("turn.verifying", "a")
    book.write("turn.checked", "a", pages=["/"], errors=[BROKEN])
    info = book.ledger["a"]
    assert (info.state, info.pages, info.broken) == (TurnState.VERIFYING, ("/",), (BROKEN,))
    book.write("turn.repairing", "a", repair=1)
    assert book.ledger["a"].state is TurnState.RUNNING


def test_what_was_used_adds_up_and_names_the_last_model(book: Book) -> None:
    book.write("turn.started", "a")
    for model in ("large", "small", ""):
        book.write("usage", "a", usage=Usage(model, 1, cost=0.5))
    assert book.ledger["a"].usage == Usage("small", 3, cost=1.5)


def test_broken_are_the_pages_of_the_last_turn_whose_work_the_files_have(book: Book) -> None:
    for turn, errors in (("a", []), ("b", [BROKEN]), ("c", [])):
        book.write("turn.started", turn)
        book.write("turn.checked", turn, errors=errors)
        book.write("commit", turn, hash=turn * 40)
    assert book.ledger.broken == ()
    book.write("turn.undone", "c", turns=["c"])
    assert book.ledger.broken == (BROKEN,)
    book.write("turn.started", "d")
    assert book.ledger.broken == (BROKEN,)
    book.write("turn.undone", "b", turns=["b"])
    assert book.ledger.broken == ()
    assert not book.ledger["d"].undone


def test_work_that_is_brought_back_stands_where_it_stood_and_once(book: Book) -> None:
    for turn in ("a", "b"):
        book.turn(turn, "claude")
    book.write("turn.undone", "b", turns=["b"])
    book.write("turn.redone", "b", turns=["b"])
    assert book.ledger.active == ("a", "b")


def test_what_was_kept_counts_as_a_commit_upon_those_before_it(book: Book) -> None:
    book.turn("a", "claude")
    book.write("turn.started", "b")
    book.write("turn.finished", "b", state="failed", leftover="offered")
    assert book.ledger.offers == ("b",)
    book.write("turn.settled", "b", hash="2" * 40, files=["x"], leftover="kept")
    assert book.ledger["b"].files == ("x",)
    assert book.ledger.active == book.ledger.lineage("b") == ("a", "b")
    assert (book.ledger.offers, book.ledger["b"].error) == ((), None)


def test_what_was_dropped_is_in_no_lineage(book: Book) -> None:
    book.write("turn.started", "a")
    book.write("turn.finished", "a", state="failed", leftover="offered")
    book.write("turn.settled", "a", leftover="dropped")
    assert (book.ledger["a"].leftover, book.ledger.active) == (Leftover.DROPPED, ())


def test_a_thread_remembers_the_model_of_a_backend_that_is_away_meanwhile(book: Book) -> None:
    book.write("turn.queued", "a", backend="other", named="other", model="large")
    book.write("turn.queued", "b", backend="simulation")
    assert (book.ledger.backend, book.ledger.model) == ("other", "large")


def test_a_model_that_can_be_no_model_is_not_remembered(book: Book) -> None:
    book.write("turn.queued", "a", backend="other", named="other", model="large")
    book.write("turn.queued", "b", backend="other", model="\0")
    assert (book.ledger.model, book.ledger.request("b")[0]) == ("large", None)


def test_a_journal_is_as_new_as_the_newest_of_its_turns(book: Book) -> None:
    book.write("turn.queued", "a", version=9)
    book.write("turn.queued", "b", version=1)
    assert book.ledger.version == 9


def test_what_is_told_of_an_end_that_is_not_written_down_is_not_in_the_journal(book: Book) -> None:
    book.write("turn.queued", "a")
    book.ledger.lose("a", TurnState.FAILED, "no space left")
    assert book.ledger.has_ended("a")
    assert book.ledger["a"].state is TurnState.FAILED
    assert [info.state for info in book.ledger.unfinished] == [TurnState.QUEUED]


def test_lines_that_a_disk_has_spoilt_or_that_lost_their_beginning_count_for_no_more_than_they_say(
    book: Book,
) -> None:
    for kind in ("settled", "undone", "redone", "given_up", "finished"):
        book.write(f"turn.{kind}", "lost", operation="x", hash="1" * 40, leftover="offered")
    assert (book.ledger.turns, book.ledger.active, book.ledger.offers) == ((), (), ())
    book.write("turn.started", "a")
    book.write("commit", "a")
    book.write("turn.finished", "a")
    assert (book.ledger["a"].instruction, book.ledger["a"].state) == ("", TurnState.FAILED)
    assert book.ledger.active == ()
