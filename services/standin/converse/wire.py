"""A reply as the events of `converse-stream`, and as the answer of `converse`. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from services.standin import errors, eventstream
from services.standin.playing import SIGNATURE, Begin, Close, End, Kind, Open, Piece, Said, Tokens
from services.standin.script import Fail
from services.standin.wire import Whole, as_json

Event: TypeAlias = dict[str, Any]


class ConverseWire:
    content_type = eventstream.CONTENT_TYPE

    def stream(self, said: Said) -> Sequence[bytes]:
        return [eventstream.event(name, value) for name, value in _events(said)]

    def broken(self, fail: Fail) -> bytes:
        return errors.exception(fail)

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
        return Whole(200, as_json(answer))

    def failed(self, fail: Fail) -> Whole:
        return errors.aws_failed(fail)


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
                delta = {"reasoningContent": {"signature": SIGNATURE}}
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
            thought = {"text": text, "signature": SIGNATURE}
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
