"""A conversation that is too long is made shorter, and stays one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.agent.bedrock.messages import (
    Call,
    Message,
    Picture,
    Result,
    Text,
    assistant,
    closed,
    user,
)
from services.agent.bedrock.shorten import shortened, tokens, total
from tests.services.agent.bedrock import conversations

LONG = "word " * 3000


def turn(name: str, result: str = LONG) -> list[Message]:
    return [
        user(Picture("png", b"x"), Text(f"Do {name}")),
        assistant(Call(name, "write", {"path": "a.md", "text": LONG})),
        user(Result(name, result)),
        assistant(Text(f"Did {name}")),
    ]


def test_what_is_short_enough_stays_as_it_is():
    turns = [turn("one"), turn("two")]
    assert shortened(turns, total(turns)) == turns


def test_the_oldest_results_go_first():
    turns = [turn("one"), turn("two"), turn("three")]
    found = shortened(turns, total(turns) - 1000)
    assert "left out" in str(found[0][2])
    assert found[1:] == turns[1:]
    assert total(found) <= total(turns) - 1000


def test_then_what_tools_were_given_and_pictures():
    turns = [turn("one", "ok"), turn("two", "ok")]
    found = shortened(turns, total(turns) - 100)
    assert found[0][1] == assistant(Call("one", "write", {"path": "a.md", "text": "(left out)"}))
    assert not [block for block in found[0][0].blocks if isinstance(block, Picture)]
    assert found[0][0].blocks[-1] == Text("Do one")


def test_then_whole_turns_but_not_the_last():
    turns = [turn("one"), turn("two"), turn("three")]
    assert shortened(turns, tokens(turns[2])) == [turns[2]]
    last = shortened(turns, 1)
    assert len(last) == 1
    assert last[0][0] == turns[2][0]


def test_a_turn_alone_loses_the_results_that_it_has_had_longest():
    steps = [
        message
        for n in range(5)
        for message in (assistant(Call(f"c{n}", "read", {})), user(Result(f"c{n}", LONG)))
    ]
    running = [user(Text("Do it")), *steps]
    (found,) = shortened([running], tokens(running) // 2)
    assert found[0] == running[0]
    assert found[-2:] == running[-2:]
    assert tokens(found) <= tokens(running) // 2


@given(st.lists(conversations.turns(), min_size=1, max_size=4), st.integers(1, 4000))
def test_it_stays_a_conversation(turns: list[list[Message]], most: int):
    found = shortened(turns, most)
    assert total(found) <= total(turns)
    conversations.check([message for turn in found for message in turn])


@given(conversations.turns(whole=False), st.integers(0, 3))
def test_a_turn_that_was_stopped_anywhere_is_closed(messages: list[Message], done: int):
    results = [Result(call.id, "ok") for call in messages[-1].calls[:done]]
    begun = next((call.id for call in messages[-1].calls[done:]), None)
    found = closed(messages, results, begun, "(stopped)")
    conversations.check(found)
    assert found[: len(messages)] == messages
    assert found[-1] == assistant(Text("(stopped)"))
    assert all(result in found[len(messages)].blocks for result in results)
    assert str(found).count("not known") == (begun is not None)
