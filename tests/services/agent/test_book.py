"""A journal and what it amounts to, kept in step."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.agent.book import Book
from services.agent.feed import Feed
from services.agent.journal import Journal
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
