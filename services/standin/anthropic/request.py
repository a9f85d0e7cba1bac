"""The request of the Messages API. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from services.nonsense import NONSENSE
from services.standin.conversation import Call, Conversation, Message, Other, Part, Result, Text
from services.standin.wire import BadRequest


class _Block(Struct):
    """Any block of a message or of a system prompt; `type` says which of the others it has."""

    type: str = ""
    text: str = ""
    id: str = ""
    name: str = ""
    input: dict[str, Any] = {}
    tool_use_id: str = ""
    content: Any = None
    is_error: bool | None = None
    cache_control: Any = None


class _Message(Struct):
    role: str
    content: str | list[_Block]


class _Tool(Struct):
    name: str = ""
    cache_control: Any = None


class _Body(Struct):
    messages: list[_Message]
    model: str = ""
    system: str | list[_Block] = ""
    tools: list[_Tool] = []
    max_tokens: int | None = None
    stream: bool = False


def read(body: bytes, model: str = "") -> tuple[Conversation, bool]:
    """The conversation and whether a stream is wanted. Raises `BadRequest`."""
    try:
        asked = msgspec.json.decode(body, type=_Body)
    except NONSENSE as error:
        raise BadRequest(str(error)) from None
    blocks = [b for m in asked.messages if not isinstance(m.content, str) for b in m.content]
    blocks += [] if isinstance(asked.system, str) else asked.system
    marked = [*blocks, *asked.tools]
    conversation = Conversation(
        model=asked.model or model,
        system=_plain(asked.system),
        messages=tuple(Message(m.role, tuple(_parts(m.content))) for m in asked.messages),
        tools=tuple(tool.name for tool in asked.tools),
        cached=sum(it.cache_control is not None for it in marked),
        max_tokens=asked.max_tokens,
        size=len(body),
    )
    return conversation, asked.stream


def _parts(content: str | list[_Block]) -> Iterator[Part]:
    if isinstance(content, str):
        yield Text(content)
        return
    for block in content:
        match block.type:
            case "text":
                yield Text(block.text)
            case "tool_use":
                yield Call(block.id, block.name, block.input)
            case "tool_result":
                yield Result(block.tool_use_id, _answered(block.content), not block.is_error)
            case kind:
                yield Other(kind)


def _plain(content: str | list[_Block]) -> str:
    return content if isinstance(content, str) else "\n".join(block.text for block in content)


def _answered(content: Any) -> str:
    try:
        return _plain(msgspec.convert(content or "", str | list[_Block]))
    except msgspec.ValidationError as error:
        raise BadRequest(f"tool_result: {error}") from None
