"""What the real services refuse is refused, and what they take is taken."""

from __future__ import annotations

import pytest

from services.standin import Call, Conversation, Message, Other, Result, Text
from services.standin.validity import check
from services.standin.wire import BadRequest

HI = Message("user", (Text("hi"),))
CALLS = Message("assistant", (Call("a", "edit", {}), Call("b", "edit", {})))
RESULTS = Message("user", (Result("b", "ok"), Result("a", "ok")))
SYSTEM = Message("system", (Text("the day is over"),))
ANSWER = Message("assistant", (Text("there"),))


def conversation(*messages: Message, tools: tuple[str, ...] = ("edit",), cached: int = 0):
    return Conversation("m", messages, tools=tools, cached=cached)


@pytest.mark.parametrize(
    "messages",
    [
        [HI],
        [HI, HI],
        [HI, SYSTEM],
        [HI, CALLS, RESULTS],
        [HI, CALLS, SYSTEM, RESULTS, SYSTEM],
        [HI, Message("assistant", CALLS.parts[:1]), Message("assistant", CALLS.parts[1:]), RESULTS],
        [HI, ANSWER, Message("user", (Other("image"),))],
        [HI, CALLS, RESULTS, ANSWER, Message("user", (Text("again"),))],
    ],
)
def test_a_conversation_of_the_messages_api_is_taken(messages: list[Message]):
    check(conversation(*messages))


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([], "at least one message is required"),
        ([ANSWER, HI], "must start with a user message"),
        ([HI, ANSWER], "must end with a user message"),
        ([Message("narrator", (Text("x"),))], "'narrator' is none of user, assistant, system"),
        ([Message("user", ())], "its content is empty"),
        ([Message("user", (Text(" \n"),))], "must be non-empty"),
        ([HI, CALLS, HI], "without tool_result blocks immediately after: a, b"),
        ([HI, CALLS, Message("user", RESULTS.parts[:1])], "immediately after: a"),
        ([HI, CALLS, HI, ANSWER, RESULTS], "immediately after: a, b"),
        ([RESULTS], "unexpected tool_use_id in tool_result blocks: b, a"),
        ([HI, CALLS, Message("user", RESULTS.parts * 2)], "a single result, not b, a"),
        ([HI, CALLS, RESULTS, CALLS, RESULTS], "ids must be unique, unlike a, b"),
        ([Message("user", CALLS.parts), HI], "only the assistant can call tools"),
    ],
)
def test_a_conversation_that_is_not_whole_is_refused(messages: list[Message], reason: str):
    with pytest.raises(BadRequest) as caught:
        check(conversation(*messages))
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([HI, HI], "must alternate between user and assistant roles"),
        ([HI, SYSTEM], "'system' is none of user, assistant"),
    ],
)
def test_converse_is_stricter(messages: list[Message], reason: str):
    with pytest.raises(BadRequest) as caught:
        check(conversation(*messages), converse=True)
    assert reason in str(caught.value)


def test_converse_wants_to_know_the_tools_that_were_called():
    check(conversation(HI, CALLS, RESULTS), converse=True)
    check(conversation(HI, CALLS, RESULTS, tools=()))
    with pytest.raises(BadRequest, match="toolConfig field must be defined"):
        check(conversation(HI, CALLS, RESULTS, tools=()), converse=True)


def test_cache_points_and_tools_have_their_limits():
    check(conversation(HI, cached=4))
    with pytest.raises(BadRequest, match=r"maximum of 4 .* Found 5"):
        check(conversation(HI, cached=5))
    with pytest.raises(BadRequest, match="tool names must be unique, unlike edit"):
        check(conversation(HI, tools=("edit", "edit")))
    with pytest.raises(BadRequest, match=r"'a\.b' should match"):
        check(conversation(HI, tools=("a.b",)))
