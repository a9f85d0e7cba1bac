"""The request of Bedrock's Converse API. Pure.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from services.nonsense import NONSENSE
from services.standin.conversation import Call, Conversation, Message, Other, Part, Result, Text
from services.standin.wire import BadRequest


class _Use(Struct, rename="camel"):
    tool_use_id: str
    name: str
    input: dict[str, Any]


class _Answer(Struct, rename="camel"):
    tool_use_id: str
    content: list[dict[str, Any]]
    status: str = "success"


class _Block(Struct, rename="camel"):
    """One of these; what else there is has a key of its own."""

    text: str | UnsetType = UNSET
    tool_use: _Use | UnsetType = UNSET
    tool_result: _Answer | UnsetType = UNSET
    cache_point: Any = None
    reasoning_content: Any = None


class _Message(Struct):
    role: str
    content: list[_Block]


class _Spec(Struct):
    name: str


class _Tool(Struct, rename="camel"):
    tool_spec: _Spec | None = None
    cache_point: Any = None


class _Tools(Struct):
    tools: list[_Tool]


class _Inference(Struct, rename="camel", frozen=True):
    max_tokens: int | None = None


class _Body(Struct, rename="camel"):
    messages: list[_Message]
    system: list[_Block] = []
    tool_config: _Tools | None = None
    inference_config: _Inference = _Inference()


def read(body: bytes, model: str) -> Conversation:
    """Raises `BadRequest`."""
    try:
        asked = msgspec.json.decode(body, type=_Body)
    except NONSENSE as error:
        raise BadRequest(str(error)) from None
    tools = asked.tool_config.tools if asked.tool_config else []
    marked = [*asked.system, *tools, *(b for m in asked.messages for b in m.content)]
    return Conversation(
        model=model,
        system="\n".join(block.text for block in asked.system if block.text is not UNSET),
        messages=tuple(Message(m.role, tuple(_parts(m.content))) for m in asked.messages),
        tools=tuple(tool.tool_spec.name for tool in tools if tool.tool_spec),
        cached=sum(it.cache_point is not None for it in marked),
        max_tokens=asked.inference_config.max_tokens,
        size=len(body),
    )


def _parts(blocks: list[_Block]) -> Iterator[Part]:
    for block in blocks:
        if block.text is not UNSET:
            yield Text(block.text)
        elif block.tool_use is not UNSET:
            yield Call(block.tool_use.tool_use_id, block.tool_use.name, block.tool_use.input)
        elif block.tool_result is not UNSET:
            it = block.tool_result
            yield Result(it.tool_use_id, _answered(it.content), it.status != "error")
        elif block.reasoning_content is not None:
            yield Other("thinking")
        elif block.cache_point is None:
            yield Other("content")


def _answered(content: list[dict[str, Any]]) -> str:
    return "\n".join(
        str(it["text"]) if "text" in it else json.dumps(it.get("json", "")) for it in content
    )
