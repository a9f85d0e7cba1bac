"""A conversation with a model in our own words, which are the ones that are kept on disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from msgspec import Struct


class Text(Struct, frozen=True, tag="text"):
    text: str


class Picture(Struct, frozen=True, tag="picture"):
    """`format` is png, jpeg, gif or webp."""

    format: str
    data: bytes


class Thought(Struct, frozen=True, tag="thought"):
    """What a model thought, signed; it wants it back unchanged while the same turn goes on."""

    text: str = ""
    signature: str = ""
    redacted: bytes = b""


class Call(Struct, frozen=True, tag="call"):
    """A tool that the model uses. `broken` says that its input was no JSON object."""

    id: str
    tool: str
    input: dict[str, Any]
    broken: bool = False


class Result(Struct, frozen=True, tag="result"):
    """What came of the call with the same id."""

    id: str
    text: str
    ok: bool = True


Block = Text | Picture | Thought | Call | Result


class Message(Struct, frozen=True):
    """Something said: by the model (`assistant`), or to it."""

    role: Literal["user", "assistant"]
    blocks: tuple[Block, ...]

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Call))


def user(*blocks: Block) -> Message:
    return Message("user", blocks)


def assistant(*blocks: Block) -> Message:
    return Message("assistant", blocks)


def closed(
    messages: Sequence[Message], done: Sequence[Result], begun: str | None, ending: str
) -> list[Message]:
    """The messages of a turn that ended before the model had finished, so that another may follow.

    `done` are the results that there are of the last calls, and `begun` is the id of one that was
    under way; every other call was not made. The model has the last word, which is `ending`.
    """
    found = list(messages)
    if found and (calls := found[-1].calls):
        results = [*done]
        for call in calls[len(done) :]:
            known = "It is not known whether this was done." if call.id == begun else "Not done."
            results.append(Result(call.id, known, False))
        found.append(user(*results))
    if found and found[-1].role == "user":
        found.append(assistant(Text(ending)))
    return found


def without_thoughts(messages: Iterable[Message]) -> list[Message]:
    """The messages of a turn that is over: nobody asks for its thoughts any more."""
    return [
        Message(each.role, tuple(b for b in each.blocks if not isinstance(b, Thought)) or _NOTHING)
        for each in messages
    ]


_NOTHING: tuple[Block, ...] = (Text("(nothing)"),)
