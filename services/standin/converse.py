"""Bedrock's Converse API: `/model/{id}/converse-stream` and `/converse`. Pure.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, Struct, UnsetType

from services.standin import errors, eventstream
from services.standin.anthropic import aws_failed
from services.standin.conversation import Call, Conversation, Message, Other, Part, Result, Text
from services.standin.playing import Begin, Close, End, Kind, Open, Piece, Said, Tokens
from services.standin.script import Fail
from services.standin.wire import BadRequest, Whole

Event: TypeAlias = dict[str, Any]


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
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
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


class ConverseWire:
    content_type = eventstream.CONTENT_TYPE

    def stream(self, said: Said) -> Sequence[bytes]:
        return [eventstream.event(name, value) for name, value in _events(said)]

    def broken(self, fail: Fail) -> bytes:
        return eventstream.exception(*errors.aws_in_stream(fail))

    def whole(self, said: Iterable[Said]) -> Whole:
        content: list[Event] = []
        opened: Open | None = None
        texts: list[str] = []
        end: End | None = None
        for it in said:
            match it:
                case Open():
                    opened, texts = it, []
                case Piece(text=text):
                    texts.append(text)
                case Close():
                    assert opened is not None
                    content.append(_block(opened, "".join(texts)))
                case End():
                    end = it
                case Begin():
                    pass
        assert end is not None
        answer: Event = {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": end.stop,
            "usage": _usage(end.tokens),
            "metrics": {"latencyMs": 1},
        }
        return Whole(200, json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))

    def failed(self, fail: Fail) -> Whole:
        return aws_failed(fail)


def _events(said: Said) -> Iterator[tuple[str, Mapping[str, Any]]]:
    match said:
        case Begin():
            yield "messageStart", {"role": "assistant"}
        case Open(index, Kind.CALL, id, tool):
            start = {"toolUse": {"toolUseId": id, "name": tool}}
            yield "contentBlockStart", {"contentBlockIndex": index, "start": start}
        case Open():
            pass  # the real one begins only calls explicitly
        case Piece(index):
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": _delta(said)}
        case Close(index, kind):
            if kind is Kind.THOUGHT:
                delta = {"reasoningContent": {"signature": "c3RhbmQtaW4="}}
                yield "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}
            yield "contentBlockStop", {"contentBlockIndex": index}
        case End(stop, tokens):
            yield "messageStop", {"stopReason": stop}
            yield "metadata", {"usage": _usage(tokens), "metrics": {"latencyMs": 1}}


def _delta(piece: Piece) -> Event:
    match piece.kind:
        case Kind.TEXT:
            return {"text": piece.text}
        case Kind.THOUGHT:
            return {"reasoningContent": {"text": piece.text}}
        case Kind.CALL:
            return {"toolUse": {"input": piece.text}}


def _block(opened: Open, text: str) -> Event:
    match opened.kind:
        case Kind.TEXT:
            return {"text": text}
        case Kind.THOUGHT:
            thought = {"text": text, "signature": "c3RhbmQtaW4="}
            return {"reasoningContent": {"reasoningText": thought}}
        case Kind.CALL:
            use = {"toolUseId": opened.id, "name": opened.tool, "input": json.loads(text)}
            return {"toolUse": use}


def _usage(tokens: Tokens) -> Event:
    return {
        "inputTokens": tokens.input,
        "outputTokens": tokens.output,
        "totalTokens": tokens.input + tokens.output + tokens.cache_read + tokens.cache_write,
        "cacheReadInputTokens": tokens.cache_read,
        "cacheWriteInputTokens": tokens.cache_write,
    }
