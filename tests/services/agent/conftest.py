"""What the tests of the agent share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.agent.book import Book
from services.messages import Event
from tests.services.agent.serving import Bench
from tests.services.api.streams.documented import as_documented

for name in ("bench", "cancel_contract", "contract", "model_contract", "recorder"):
    pytest.register_assert_rewrite(f"tests.services.agent.{name}")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(autouse=True)
def documented(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the agent writes into a journal is as the API's clients are told."""
    written: list[Event] = []
    put = Book._put

    async def watched(self: Book, write: Callable[[int], Event | None]) -> None:
        def noted(stamp: int) -> Event | None:
            event = write(stamp)
            if event is not None:
                written.append(event)
            return event

        await put(self, noted)

    monkeypatch.setattr(Book, "_put", watched)
    yield
    for event in written:
        as_documented(event)
