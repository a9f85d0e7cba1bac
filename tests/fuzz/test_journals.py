"""The journal of a thread: whatever its file has become, what is whole in it is read.

And what is written afterwards is read again: no spoilt line takes an event with it that came later.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from services.agent.archive import Archive, newest
from services.agent.heads import MICROSECONDS
from services.agent.journal import Journal
from services.agent.ledger import Ledger
from services.messages import Event, History, ThreadKey
from supervisor.desk import NotFound
from tests.fuzz.claim import holds
from tests.fuzz.mutating import JSON, mutated

KEY = ThreadKey("acme", "ann", "t1")
NOW = 1_780_000_000.0
TURN: Sequence[dict[str, object]] = [
    {"type": "turn.queued", "version": 1, "instruction": "do", "mode": "execute", "named": "x"},
    {"type": "turn.started", "base": "a" * 40, "backend": "simulation"},
    {"type": "text.delta", "text": "schön \ud83d"[:6]},
    {"type": "tool.started", "tool": "Edit", "summary": "a.md"},
    {"type": "file.changed", "path": "a.md", "change": "modified"},
    {"type": "usage", "usage": {"model": "m", "input_tokens": 3, "cost": 0.5}},
    {"type": "turn.checked", "pages": ["/"], "errors": [{"message": "no", "line": 1}]},
    {"type": "turn.repairing", "repair": 1},
    {"type": "commit", "hash": "b" * 40, "files": ["a.md"]},
    {"type": "turn.finished", "state": "committed", "leftover": "offered", "reason": None},
    {"type": "turn.settling", "operation": "o1", "keep": True},
    {"type": "turn.settled", "operation": "o1", "hash": "c" * 40, "leftover": "kept"},
    {"type": "turn.undoing", "operation": "o2", "turns": ["1"]},
    {"type": "turn.undone", "operation": "o2", "turns": ["1"], "reverted": []},
    {"type": "turn.redone", "operation": "o3", "reverted": ["2"]},
    {"type": "preview.updated", "paths": ["/"]},
]


def journal(turns: int, *, timed: bool) -> bytes:
    """One that is as it should be; those of the first release had times that may be equal."""
    lines = [{"turn": str(turn), **event} for turn in range(turns) for event in TURN]
    return b"".join(
        msgspec.json.encode({"id": id, **line, "time": NOW + (id / 1000 if timed else 0)}) + b"\n"
        for id, line in enumerate(lines, 1)
    )


JOURNALS = [journal(1, timed=True), journal(2, timed=True), journal(1, timed=False)]
WORDS = (
    b'{"id":5,"type":"turn.queued","turn":"1"}\n',
    b'{"id":-1,"type":"commit","turn":"1","hash":null}\n',
    b'{"id":9223372036854775807,"type":"text.delta","turn":"1","time":1e300}\n',
    b'"turn":"2",',
    b'"time":1e999',
    b'"time":-1',
    b'"usage":{"cost":1e308,"input_tokens":-5}',
    b"x" * 300_000,
    b"\n",
    b"\n\n",
)


def ledger_of(events: Sequence[Event]) -> Ledger:
    """Asked for all that it knows: none of it raises."""
    found = Ledger(KEY, events)
    for turn in found.turns:
        assert msgspec.json.decode(msgspec.json.encode(turn), type=type(turn)) == turn
        assert turn.turn in found
        found.request(turn.turn)
        found.lineage(turn.turn)
        assert found.order(turn.turn) >= 0 or turn.first < 0
    assert set(found.active) <= {turn.turn for turn in found.turns}
    assert found.broken is not None
    assert found.spent == found.spent
    with pytest.raises(NotFound):
        _ = found["nobody's"]
    return found


def test_whatever_is_in_a_journal_the_next_event_is_kept():
    def read_and_go_on(data: bytes) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "t1.jsonl")
            path.write_bytes(data)
            journal = Journal(path)
            before = journal.read()
            assert all(0 < event.id <= journal.last for event in before)
            ledger_of(before)
            written = journal.append(
                "text.delta", {"turn": "1", "text": "\ud800"}, journal.stamp + 1
            )
            journal.close()
            again = Journal(path)
            assert (again.last, again.stamp) == (journal.last, journal.stamp)
            assert again.read() == (*before, written)
            assert again.read(after=written.id - 1, limit=5) == (written,)
        return len(before) > 5

    holds(mutated(JOURNALS, (*WORDS, *JSON)), read_and_go_on)


def test_whatever_is_in_journals_their_events_come_in_one_order():
    """Page after page, as somebody reads them who listens to all threads."""

    def read_together(data: bytes) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, name) for name in ("t1.jsonl", "t2.jsonl")]
            for path, content in zip(paths, (data, JOURNALS[1]), strict=True):
                path.write_bytes(content)
            histories = [History(KEY, path) for path in paths]
            archive, after, stamps = Archive(), 0, []
            until = newest(paths, NOW)
            while True:
                page = archive.read(histories, after, until, 7)
                stamps += [event.stamp for event in page.events]
                if page.reached >= until:
                    break
                assert page.reached > after, "a reader that comes back is told the same for ever"
                after = page.reached
        assert stamps == sorted(stamps)
        assert len(stamps) >= len(TURN) * 2
        return len(stamps) > len(TURN) * 2 + 5

    assert NOW * MICROSECONDS < 2**63
    holds(mutated(JOURNALS, (*WORDS, *JSON)), read_together)
