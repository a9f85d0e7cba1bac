"""A conversation of thousands of turns costs what its turns cost, not what their square does."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import islice

import msgspec
import pytest

from services.agent import ledger as ledgers
from services.agent.ledger import Ledger
from services.agent.remarks import notes
from services.messages import Event, ThreadKey

KEY = ThreadKey("acme", "ann", "long")


def events(turns: int) -> Iterator[Event]:
    """As many turns as that, each with a commit."""
    number = 0
    for turn in map(str, range(turns)):
        for kind, facts in (
            ("turn.queued", {"instruction": f"wish {turn}", "backend": "simulation"}),
            ("turn.started", {}),
            ("text.delta", {"text": "It is done."}),
            ("commit", {"hash": f"commit of {turn}", "files": ["index.astro"]}),
            ("turn.finished", {"state": "committed"}),
        ):
            number += 1
            facts |= {"id": number, "type": kind, "turn": turn, "time": float(number)}
            yield Event(number, kind, msgspec.json.encode(facts))


def held_for_each(turns: int) -> float:
    """Bytes."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    ledger = Ledger(KEY, events(turns))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(ledger.turns) == turns
    return (after - before) / turns


def test_each_turn_takes_as_much_memory_in_a_long_thread_as_in_a_short_one():
    assert held_for_each(3000) < 1.5 * held_for_each(300)


def test_what_every_turn_asks_for_looks_at_few_of_the_others(monkeypatch: pytest.MonkeyPatch):
    ledger = Ledger(KEY, events(300))
    looked: list[str] = []
    draft = type(ledger._drafts["0"])
    seen = draft.seen

    def counted(self: ledgers._Draft):
        looked.append(self.info.turn)
        return seen(self)

    monkeypatch.setattr(draft, "seen", counted)
    assert notes(ledger, "299", "simulation") == ()
    assert (ledger.offers, ledger.spent, ledger.broken) == ((), 0, ())
    assert [info.turn for info in islice(ledger.latest("250"), 2)] == ["249", "248"]
    assert len(looked) < 10
