"""A reply as what happens one after the other, before it is put into any wire's words. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from services.standin.conversation import Conversation, estimate
from services.standin.script import Drop, Fail, Pause, Reply, Say, Think, Usage, Use

_WORD = re.compile(r"\S+\s*|\s+")
SIGNATURE = "unsigned"  # of a thought: only the real service can sign one
_PIECE = 24  # characters of a tool's input


class Kind(StrEnum):
    TEXT = "text"
    THOUGHT = "thought"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Tokens:
    """A usage with nothing left to estimate."""

    input: int
    output: int
    cache_read: int
    cache_write: int


@dataclass(frozen=True, slots=True)
class Begin:
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Open:
    """A block begins; `id` and `tool` are of a call."""

    index: int
    kind: Kind
    id: str = ""
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """More of the block: text, or JSON that is whole only with all of its pieces."""

    index: int
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Close:
    index: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class End:
    stop: str
    tokens: Tokens


Said: TypeAlias = Begin | Open | Piece | Close | End
Beat: TypeAlias = Said | Pause | Drop | Fail


def play(reply: Reply, conversation: Conversation, new_id: Callable[[], str]) -> Iterator[Beat]:
    """Everything up to the end, or to a `Drop` or `Fail`, which end it too."""
    tokens = count(reply, conversation)
    yield Begin(tokens)
    opened: Open | None = None
    index = -1
    for step in reply.steps:
        if isinstance(step, Drop | Fail):
            yield step
            return
        if isinstance(step, Pause):
            yield step
            continue
        if opened is not None:
            yield Close(opened.index, opened.kind)
        index += 1
        opened = _open(step, index, new_id)
        yield opened
        for text in _pieces(step):
            if step.pause:
                yield Pause(step.pause)
            yield Piece(index, opened.kind, text)
    if opened is not None:
        yield Close(opened.index, opened.kind)
    yield End(reply.stop or ("tool_use" if reply.calls else "end_turn"), tokens)


def count(reply: Reply, conversation: Conversation) -> Tokens:
    said = sum(len(text) for step in reply.steps for text in _pieces(step))
    usage: Usage = reply.usage
    return Tokens(
        input=conversation.tokens if usage.input is None else usage.input,
        output=estimate(said) if usage.output is None else usage.output,
        cache_read=usage.cache_read,
        cache_write=usage.cache_write,
    )


def _open(step: Say | Think | Use, index: int, new_id: Callable[[], str]) -> Open:
    match step:
        case Say():
            return Open(index, Kind.TEXT)
        case Think():
            return Open(index, Kind.THOUGHT)
        case Use():
            return Open(index, Kind.CALL, new_id(), step.tool)


def _pieces(step: object) -> list[str]:
    match step:
        case Say(text=text) | Think(text=text):
            return _WORD.findall(text)
        case Use():
            whole = json.dumps(dict(step.input), ensure_ascii=False)
            return [whole[i : i + _PIECE] for i in range(0, len(whole), _PIECE)]
        case _:
            return []
