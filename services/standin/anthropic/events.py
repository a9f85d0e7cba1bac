"""A reply as the events of the Messages API. Pure.

https://docs.claude.com/en/api/messages-streaming
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from services.standin.playing import SIGNATURE, Begin, Close, End, Kind, Open, Piece, Said, Tokens

Event: TypeAlias = dict[str, Any]


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
                    delta = {"type": "signature_delta", "signature": SIGNATURE}
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
            return {"thinking": text, "signature": SIGNATURE}
        case Kind.CALL:
            return {"input": json.loads(text)}


def _usage(tokens: Tokens) -> Event:
    return {
        "input_tokens": tokens.input,
        "cache_creation_input_tokens": tokens.cache_write,
        "cache_read_input_tokens": tokens.cache_read,
        "output_tokens": tokens.output,
    }
