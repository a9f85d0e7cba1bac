"""Models that are busy, refuse, break off, or cost too much."""

from __future__ import annotations

import pytest

from services.standin import Drop, Fail, Reply, Say, Usage, on
from tests.whole.turns.conftest import INDEX, PAGES
from tests.whole.turns.model import Model
from tests.whole.turns.talk import Talk
from tests.whole.turns.wires import Wire

pytestmark = pytest.mark.system

FEW = Usage(input=10, output=10)


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param([Fail(429, retry_after=1)], id="429"),
        pytest.param([Fail(529)], id="529"),
        pytest.param([Say("I begin, but"), Drop()], id="dropped"),
        pytest.param([Say("I begin, but"), Fail(529)], id="529 in the stream"),
    ],
)
def test_what_passes_is_tried_again_and_no_edit_is_made_twice(
    talk: Talk, model: Model, wire: Wire, trouble: list[Say | Fail | Drop]
) -> None:
    last = Reply([Say("It greets politely.")], before=[Reply(trouble)])
    model.follow(on("Greet", *wire.edited(INDEX, "Hello", "Good day"), last))
    turn = talk.ask("Greet politely")
    assert turn["state"] == "committed", turn["error"]
    assert turn["output"].endswith("It greets politely.")
    assert turn["output"].count("polite") == 1
    assert len(model.heard) >= 4
    edits = [
        it
        for it in talk.events(turn["id"])
        if it["type"] == "tool.finished" and it["tool"] == "edit"
    ]
    assert len(edits) == 1
    assert talk.text(INDEX) == PAGES[INDEX].replace("Hello", "Good day")


def test_what_does_not_pass_fails_the_turn_and_says_why(
    talk: Talk, model: Model, wire: Wire
) -> None:
    greeted = wire.edited(INDEX, "Hello", "Good day")
    model.follow(on("Greet", *greeted, [Fail(400, "messages: this is not allowed")]))
    turn = talk.ask("Greet politely")
    assert (turn["state"], turn["reason"]) == ("failed", "backend_failed")
    assert "messages: this is not allowed" in turn["error"]
    assert (turn["leftover"], turn["files"]) == ("offered", [INDEX])
    edits = [it for it in talk.events(turn["id"]) if it["type"] == "file.changed"]
    assert len(edits) == 1
    talk.agree()
    talk.do(turn["id"], "drop")
    model.follow(on("again", [Say("Here.")]))
    assert talk.ask("And again")["state"] == "committed"


def test_a_model_that_stays_busy_fails_the_turn_with_what_to_do(
    talk: Talk, model: Model, wire: Wire
) -> None:
    model.follow(on("Greet", [Fail(529)]))
    turn = talk.ask("Greet politely")
    assert (turn["state"], turn["reason"]) == ("failed", "backend_failed")
    assert "try again in a minute" in turn["error"].lower()
    assert (turn["leftover"], turn["files"]) == (None, [])


def test_a_turn_ends_when_its_budget_is_spent(talk: Talk, model: Model, wire: Wire) -> None:
    read, edit = wire.edited(INDEX, "Hello", "Good day")
    dear = Reply(edit.steps, usage=Usage(input=10, output=200_000))
    model.follow(on("Greet", read, dear, [Say("It greets politely.")]))
    turn = talk.ask("Greet politely")
    assert (turn["state"], turn["reason"]) == ("failed", "budget_exceeded")
    assert turn["usage"]["cost"] > 1.0
    assert turn["usage"]["outputTokens"] >= 200_000
    assert "It greets" not in turn["output"]
    assert len(model.heard) == 2
    # The thread goes on with a budget of its own for the next turn.
    model.follow(on("again", Reply([Say("Here.")], usage=FEW)))
    again = talk.ask("And again")
    assert again["state"] == "committed", again["error"]
    assert 0 < again["usage"]["cost"] < 1.0
