"""A journal and what it amounts to, kept in step."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import trio

from services.agent.book import Book, is_busy
from services.agent.feed import Feed
from services.agent.journal import Journal
from services.messages import Event, Scope
from tests.services.agent.serving import KEY


@pytest.fixture
async def book(tmp_path: Path) -> Book:
    """With two events that memory knows nothing of."""
    journal = Journal(tmp_path / "t1.jsonl")
    for stamp in (1, 2):
        journal.append("text.delta", {"turn": "a"}, stamp)
    journal.close()
    return await Book.open(KEY, journal.path, Feed())


async def test_who_has_read_everything_is_answered_without_the_disk(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "read", None)
    assert await book.read(2, 9) == ()


async def test_what_is_on_the_disk_shows_once_it_counts(book: Book) -> None:
    book._journal.append("text.delta", {"turn": "a"}, 3)
    assert [event.id for event in await book.read(0, 9)] == [1, 2]
    await book.be_idle()


async def test_events_that_come_at_once_are_written_one_after_another(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Feed.begin

    def alone(feed: Feed, after: int) -> int:
        assert not feed._under_way
        return begin(feed, after)

    monkeypatch.setattr(Feed, "begin", alone)
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(partial(book.write, "text.delta", turn="a", text="x"))
    assert [event.id for event in await book.read(2, 9)] == [3, 4, 5]
    await book.be_idle()


async def test_what_could_not_be_written_keeps_no_reader_of_all_threads_waiting(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Event:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "append", full)
        with pytest.raises(OSError, match="No space left"):
            await book.write("text.delta", turn="a", text="x")
    await book.write("text.delta", turn="a", text="x")
    assert [it.event.id for it in book._feed.page(Scope(), 0, 9).events] == [3]
    await book.be_idle()


async def test_what_is_of_no_turn_makes_no_journal(tmp_path: Path) -> None:
    book = await Book.open(KEY, tmp_path / "t1.jsonl", Feed())
    await book.note("preview.stopped")
    assert not book.path.exists()


async def test_the_mark_of_a_thread_that_was_made_anew_is_left_to_it(book: Book) -> None:
    await book.be_busy()
    book.path.unlink()
    anew = await Book.open(KEY, book.path, Feed())
    await anew.be_busy()
    await book.be_idle()
    assert is_busy(book.path)
    await anew.write("text.delta", turn="b", text="x")
    await book.be_idle()
    assert is_busy(book.path)
    await anew.be_idle()
    assert not is_busy(book.path)
