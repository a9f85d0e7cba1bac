"""Anthropic's Messages API: server-sent events, and the same events in AWS's frames. Pure.

https://docs.claude.com/en/api/messages-streaming
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from services.standin import errors, eventstream
from services.standin.conversation import Call, Conversation, Message, Other, Part, Result, Text
from services.standin.playing import Begin, Close, End, Kind, Open, Piece, Said, Tokens
from services.standin.script import Fail
from services.standin.wire import BadRequest, Whole

Event: TypeAlias = dict[str, Any]


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
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
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


class Events:
    """A reply as the API's events, each with its `type`."""

    def __init__(self, id: str, model: str) -> None:
        self._id, self._model = id, model

    def of(self, said: Said) -> Iterator[Event]:
        match said:
            case Begin(tokens):
                message = self._message([], None, _usage(tokens) | {"output_tokens": 1})
                yield {"type": "message_start", "message": message}
            case Open(index):
                block = _empty(said)
                yield {"type": "content_block_start", "index": index, "content_block": block}
            case Piece(index):
                yield {"type": "content_block_delta", "index": index, "delta": _delta(said)}
            case Close(index, kind):
                if kind is Kind.THOUGHT:
                    delta = {"type": "signature_delta", "signature": "c3RhbmQtaW4="}
                    yield {"type": "content_block_delta", "index": index, "delta": delta}
                yield {"type": "content_block_stop", "index": index}
            case End(stop, tokens):
                delta = {"stop_reason": stop, "stop_sequence": None}
                yield {"type": "message_delta", "delta": delta, "usage": _usage(tokens)}
                yield {"type": "message_stop"}

    def message(self, said: Iterable[Said]) -> Event:
        """The whole reply."""
        content: list[Event] = []
        texts: list[str] = []
        end: End | None = None
        for it in said:
            match it:
                case Open():
                    content.append(_empty(it))
                    texts = []
                case Piece(text=text):
                    texts.append(text)
                case Close(_, kind):
                    content[-1] |= _content(kind, "".join(texts))
                case End():
                    end = it
                case Begin():
                    pass
        assert end is not None
        return self._message(content, end.stop, _usage(end.tokens))

    def _message(self, content: list[Event], stop: str | None, usage: Event) -> Event:
        return {
            "id": self._id,
            "type": "message",
            "role": "assistant",
            "model": self._model,
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": usage,
        }


def _empty(opened: Open) -> Event:
    match opened.kind:
        case Kind.TEXT:
            return {"type": "text", "text": ""}
        case Kind.THOUGHT:
            return {"type": "thinking", "thinking": "", "signature": ""}
        case Kind.CALL:
            return {"type": "tool_use", "id": opened.id, "name": opened.tool, "input": {}}


def _delta(piece: Piece) -> Event:
    match piece.kind:
        case Kind.TEXT:
            return {"type": "text_delta", "text": piece.text}
        case Kind.THOUGHT:
            return {"type": "thinking_delta", "thinking": piece.text}
        case Kind.CALL:
            return {"type": "input_json_delta", "partial_json": piece.text}


def _content(kind: Kind, text: str) -> Event:
    match kind:
        case Kind.TEXT:
            return {"text": text}
        case Kind.THOUGHT:
            return {"thinking": text, "signature": "c3RhbmQtaW4="}
        case Kind.CALL:
            return {"input": json.loads(text)}


def _usage(tokens: Tokens) -> Event:
    return {
        "input_tokens": tokens.input,
        "cache_creation_input_tokens": tokens.cache_write,
        "cache_read_input_tokens": tokens.cache_read,
        "output_tokens": tokens.output,
    }


class MessagesWire:
    """`/v1/messages`."""

    content_type = "text/event-stream; charset=utf-8"

    def __init__(self, events: Events) -> None:
        self._events = events

    def stream(self, said: Said) -> Sequence[bytes]:
        return [_sse(event) for event in self._events.of(said)]

    def broken(self, fail: Fail) -> bytes:
        return _sse(errors.anthropic(fail)[1])

    def whole(self, said: Iterable[Said]) -> Whole:
        return Whole(200, _json(self._events.message(said)))

    def failed(self, fail: Fail) -> Whole:
        return failed(fail)


class InvokeWire:
    """`/model/{id}/invoke-with-response-stream` and `/invoke` of Bedrock."""

    content_type = eventstream.CONTENT_TYPE

    def __init__(self, events: Events) -> None:
        self._events = events
        self._input = 0

    def stream(self, said: Said) -> Sequence[bytes]:
        events = list(self._events.of(said))
        if isinstance(said, End):
            events[-1]["amazon-bedrock-invocationMetrics"] = {
                "inputTokenCount": said.tokens.input,
                "outputTokenCount": said.tokens.output,
                "invocationLatency": 1,
                "firstByteLatency": 1,
            }
        return [
            eventstream.event("chunk", {"bytes": base64.b64encode(_json(event)).decode()})
            for event in events
        ]

    def broken(self, fail: Fail) -> bytes:
        return eventstream.exception(*errors.aws_in_stream(fail))

    def whole(self, said: Iterable[Said]) -> Whole:
        return Whole(200, _json(self._events.message(said)))

    def failed(self, fail: Fail) -> Whole:
        return aws_failed(fail)


def failed(fail: Fail) -> Whole:
    """An error of Anthropic's over HTTP."""
    status, body = errors.anthropic(fail)
    return Whole(status, _json(body), _retry(fail))


def aws_failed(fail: Fail) -> Whole:
    """An error of AWS over HTTP."""
    status, kind, body = errors.aws(fail)
    return Whole(status, _json(body), [("x-amzn-errortype", kind), *_retry(fail)])


def _retry(fail: Fail) -> list[tuple[str, str]]:
    return [] if fail.retry_after is None else [("retry-after", f"{fail.retry_after:g}")]


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _sse(event: Mapping[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (str(event["type"]).encode(), _json(event))
