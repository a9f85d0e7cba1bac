"""A conversation as a request of `ConverseStream`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.agent.bedrock import Options
from services.agent.bedrock.messages import Block, Call, Message, Picture, Result, Text, Thought

CACHED = 2
"""Messages that end with a cache point: what the last request wrote is read by the next one."""


def request(
    options: Options,
    model: str,
    system: str,
    tools: Sequence[Mapping[str, Any]],
    messages: Sequence[Message],
) -> dict[str, Any]:
    """The arguments of boto3's `converse_stream`. `messages` begin and end with a user's."""
    point = _cache_point(options)
    said = [_message(message) for message in messages]
    asked = [message for message in said if message["role"] == "user"]
    for message in asked[-CACHED:]:
        message["content"].extend(point)
    inference = {
        "maxTokens": options.max_tokens,
        "temperature": options.temperature,
        "topP": options.top_p,
    }
    found: dict[str, Any] = {
        "modelId": model,
        "system": [{"text": system}, *point],
        "messages": said,
        "toolConfig": {"tools": [*({"toolSpec": dict(tool)} for tool in tools), *point]},
        "inferenceConfig": {key: value for key, value in inference.items() if value is not None},
    }
    if options.additional_fields:
        found["additionalModelRequestFields"] = options.additional_fields
    return found


def _cache_point(options: Options) -> list[dict[str, Any]]:
    if not options.cache:
        return []
    ttl = {} if options.cache_ttl is None else {"ttl": options.cache_ttl}
    return [{"cachePoint": {"type": "default", **ttl}}]


def _message(message: Message) -> dict[str, Any]:
    # A text without a word is refused, and so is a message without a block.
    blocks = [block for block in message.blocks if not _blank(block)] or [Text("(nothing)")]
    return {"role": message.role, "content": [_block(block) for block in blocks]}


def _blank(block: Block) -> bool:
    return isinstance(block, Text) and not block.text.strip()


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Text(text):
            return {"text": text}
        case Picture(format, data):
            return {"image": {"format": format, "source": {"bytes": data}}}
        case Thought(_, _, redacted) if redacted:
            return {"reasoningContent": {"redactedContent": redacted}}
        case Thought(text, signature):
            reasoning = {"text": text, "signature": signature}
            return {"reasoningContent": {"reasoningText": reasoning}}
        case Call(id, tool, input):
            return {"toolUse": {"toolUseId": id, "name": tool, "input": input}}
        case Result(id, text, ok):
            content = [{"text": text if text.strip() else "(empty)"}]
            status = "success" if ok else "error"
            return {"toolResult": {"toolUseId": id, "content": content, "status": status}}
