"""What a backend is told of a conversation beside its own part."""

from __future__ import annotations

import msgspec

from services.agent.ledger import Ledger
from services.agent.remarks import LONGEST, notes
from services.messages import Event, ThreadKey, TurnInfo, TurnState

KEY = ThreadKey("acme", "bob", "t1")


class Book:
    """A ledger that a test writes."""

    def __init__(self) -> None:
        self.ledger = Ledger(KEY)
        self._last = 0

    def write(self, kind: str, turn: str, **facts: object) -> None:
        self._last += 1
        event = {"id": self._last, "type": kind, "turn": turn, "time": float(self._last), **facts}
        self.ledger.apply(msgspec.json.encode(event))

    def turn(self, name: str, backend: str, state: str = "committed", **facts: object) -> None:
        self.write("turn.queued", name, instruction=f"wish {name}", backend=backend)
        self.write("turn.started", name)
        self.write("text.delta", name, text=f"answer {name}")
        self.write("commit", name, hash=name * 40, files=["a"])
        self.write("turn.finished", name, state=state, **facts)

    def notes(self, backend: str) -> tuple[str, ...]:
        self.write("turn.queued", "next", instruction="next", backend=backend)
        return notes(self.ledger, "next", backend)


def test_a_backend_knows_its_own_turns() -> None:
    book = Book()
    book.turn("a", "claude")
    assert book.notes("claude") == ()


def test_it_is_told_of_the_turns_of_others_since_its_last_one() -> None:
    book = Book()
    book.turn("a", "bedrock")
    book.turn("b", "claude")
    book.turn("c", "bedrock", "failed", error="no money")
    assert book.notes("claude") == (
        "Earlier another agent was asked: “wish c”. It answered: answer c It failed: no money.",
    )
    assert len(notes(book.ledger, "next", "bedrock")) == 1  # how c ended: of b it was told then
    assert len(notes(book.ledger, "next", "simulation")) == 3


def test_it_is_told_how_its_last_turn_ended_if_not_well() -> None:
    book = Book()
    book.turn("a", "claude", "failed", error="it took too long")
    book.turn("b", "claude", "interrupted")
    assert book.notes("claude") == (
        "Your last turn was “wish b”. It was interrupted before it was done.",
    )


def test_turns_that_wait_or_never_began_do_not_hide_how_its_last_one_ended() -> None:
    book = Book()
    book.turn("a", "claude", "cancelled")
    for waiting, ended in (("b", True), ("c", False)):
        book.write("turn.queued", waiting, instruction=f"wish {waiting}", backend="claude")
        if ended:
            book.write("turn.finished", waiting, state="cancelled")
    assert book.notes("claude") == (
        "Your last turn was “wish a”. The person stopped it before it was done.",
    )


def test_it_is_told_what_was_taken_back_since_its_last_turn_and_only_once() -> None:
    book = Book()
    book.turn("a", "claude")
    book.write("turn.undone", "a", operation="x", turns=["a"])
    assert book.notes("claude") == (
        "The person took back “wish a”: the files are as they were before it.",
    )
    book.turn("b", "claude")
    book.write("turn.queued", "last", instruction="last", backend="claude")
    assert notes(book.ledger, "last", "claude") == ()


def test_what_was_before_the_journal_is_told_to_whoever_was_not_there() -> None:
    earlier = [TurnInfo("0", KEY, TurnState.COMMITTED, "an old wish", output="done")]
    book = Book()
    book.write("turn.queued", "next", instruction="next", backend="claude")
    (told,) = notes(book.ledger, "next", "claude", earlier)
    assert told == "Earlier another agent was asked: “an old wish”. It answered: done"
    book.turn("a", "claude")
    assert notes(book.ledger, "next", "claude", earlier) == ()


def test_what_is_retold_is_short() -> None:
    book = Book()
    for number in range(30):
        name = f"t{number:02}"
        book.write("turn.queued", name, instruction="long " * 500, backend="bedrock")
        book.write("turn.started", name)
        book.write("turn.finished", name, state="committed")
    told = book.notes("claude")
    assert len(told) == 10
    assert all(len(note) < LONGEST + 100 for note in told)


def test_an_event_that_this_version_does_not_understand_changes_nothing() -> None:
    book = Book()
    book.turn("a", "claude")
    before = book.ledger.turns
    for odd in (
        b"{}",
        b"[]",
        b"\xff",
        b'{"id": 9, "type": "turn.finished", "turn": "a", "state": 3}',
        b'{"id": 9, "type": "turn.finished", "turn": "a", "time": 1e300}',
    ):
        book.ledger.apply(odd)
    book.ledger.apply(Event(9, "x", b'{"id":9,"type":"turn.exploded","turn":"a"}').data)
    assert book.ledger.turns == before
