"""What the real services refuse of a conversation: a client's mistakes are seen here too. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from services.standin.conversation import Call, Conversation, Message, Result, Text
from services.standin.wire import BadRequest

CACHE_POINTS = 4
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_ROLES = ("user", "assistant", "system")


def check(conversation: Conversation, *, converse: bool = False) -> None:
    """Raises `BadRequest` for the first thing that is wrong.

    `converse` adds what Bedrock's Converse API wants: roles that alternate, and a `toolConfig`
    wherever the conversation has calls.
    """
    for problem in _problems(conversation, converse=converse):
        raise BadRequest(problem)


def _problems(conversation: Conversation, *, converse: bool) -> Iterator[str]:
    messages = conversation.messages
    if not messages:
        yield "messages: at least one message is required"
        return
    for i, message in enumerate(messages):
        yield from _message_problems(i, message, converse=converse)
    if converse:
        yield from _alternation_problems(conversation)
    turns = list(_merged(messages))
    if turns[0].role != "user":
        yield "A conversation must start with a user message."
    if turns[-1].role != "user":
        yield "messages: the conversation must end with a user message (no prefill)"
    yield from _pairing_problems(turns)
    yield from _tool_problems(conversation)
    if (found := conversation.cached) > CACHE_POINTS:
        yield f"A maximum of {CACHE_POINTS} cache points may be provided. Found {found}."


def _message_problems(i: int, message: Message, *, converse: bool) -> Iterator[str]:
    roles = _ROLES[:2] if converse else _ROLES
    if message.role not in roles:
        yield f"messages.{i}.role: {message.role!r} is none of {', '.join(roles)}"
    if not message.parts:
        yield f"messages.{i}: its content is empty"
    for part in message.parts:
        if isinstance(part, Text) and not part.text.strip():
            yield f"messages.{i}: text content blocks must be non-empty"


def _alternation_problems(conversation: Conversation) -> Iterator[str]:
    messages = conversation.messages
    for i, (one, next) in enumerate(pairwise(messages)):
        if one.role == next.role:
            yield (
                "A conversation must alternate between user and assistant roles, but "
                f"messages.{i} and messages.{i + 1} are both of the {one.role}."
            )
    parts = (part for message in messages for part in message.parts)
    if not conversation.tools and any(isinstance(part, Call | Result) for part in parts):
        yield "The toolConfig field must be defined when using toolUse and toolResult blocks."


def _merged(messages: Iterable[Message]) -> Iterator[Message]:
    """Consecutive messages of one role are one; what the client's system says is neither's."""
    last: Message | None = None
    for message in messages:
        if message.role == "system":
            continue
        if last is not None and last.role == message.role:
            last = Message(last.role, last.parts + message.parts)
            continue
        if last is not None:
            yield last
        last = message
    yield last or Message("system", ())


def _pairing_problems(turns: list[Message]) -> Iterator[str]:
    """Each call has its result in the very next message, and each result its call."""
    waiting: list[str] = []
    seen: set[str] = set()
    for i, turn in enumerate(turns):
        results = [part.id for part in turn.parts if isinstance(part, Result)]
        if missing := [id for id in waiting if id not in results]:
            yield (
                f"messages: tool_use ids were found without tool_result blocks immediately after: "
                f"{', '.join(missing)}"
            )
        if odd := [id for id in results if id not in waiting]:
            yield f"messages: unexpected tool_use_id in tool_result blocks: {', '.join(odd)}"
        if twice := _twice(results):
            yield f"messages: each tool_use must have a single result, not {', '.join(twice)}"
        waiting = [part.id for part in turn.parts if isinstance(part, Call)]
        if waiting and turn.role != "assistant":
            yield f"messages: only the assistant can call tools, not turn {i}"
        if twice := [*_twice(waiting), *(id for id in waiting if id in seen)]:
            yield f"messages: tool_use ids must be unique, unlike {', '.join(twice)}"
        seen.update(waiting)


def _tool_problems(conversation: Conversation) -> Iterator[str]:
    if twice := _twice(conversation.tools):
        yield f"tools: tool names must be unique, unlike {', '.join(twice)}"
    for name in conversation.tools:
        if not _NAME.fullmatch(name):
            yield f"tools: {name!r} should match {_NAME.pattern}"


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
