"""What travels over HTTP as JSON: the bases of all bodies, queries and replies, and ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import msgspec
from msgspec import Meta

from services.api.errors import Problem
from services.api.limits import INSTRUCTION_LIMIT
from services.messages import ID, ThreadKey
from supervisor.desk import Refused


class Body(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of what a request brings along as JSON."""


class Query(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of what a request says behind its `?`: every field has a default.

    One that is a tuple may be given several times.
    """


class Reply(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of what a route answers."""

    media_type: ClassVar[str] = "application/json"
    headers: ClassVar[Mapping[str, str]] = {}  # those of note, with what they say


@dataclass(frozen=True, slots=True)
class Media:
    """A body that is not JSON: its media type, and the schema of what is in it.

    A view that takes one reads it from the request by itself.
    """

    type: str
    schema: Mapping[str, Any] = field(default_factory=dict[str, Any])


class EventStream(Reply, frozen=True, kw_only=True):
    """Server-sent events, for as long as whoever asked listens.

    `events` are the shapes of their data, by the name of the event.
    """

    media_type: ClassVar[str] = "text/event-stream"
    events: ClassVar[Mapping[str, type[msgspec.Struct]]] = {}


class ProblemDetails(Reply, frozen=True, kw_only=True):
    """What went wrong (RFC 9457): `detail` is one sentence that says what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


class Success(Reply, frozen=True, kw_only=True):
    """Base of what the original's routes answer when they did what was asked."""

    success: Literal[True] = True


class Failure(Reply, frozen=True, kw_only=True):
    """What went wrong, as clients of the original know it."""

    success: Literal[False] = False
    error: str


class Nothing(Body, frozen=True, kw_only=True):
    """An empty object, or no body at all."""


Id = Annotated[str, Meta(pattern=f"^{ID.pattern}$")]
"""The id of a client, a user or a thread."""

BodyT = TypeVar("BodyT", bound=Body)
QueryT = TypeVar("QueryT", bound=Query)


def thread_key(client: str, user: str, thread: str) -> ThreadKey:
    """The key of three ids from outside; raises `Problem` if one cannot be used."""
    try:
        return ThreadKey(client, user, thread)
    except Refused as refusal:
        raise Problem(400, str(refusal)) from refusal


def checked_instruction(instruction: str) -> str:
    """The instruction without the space around it; raises `Problem` if empty or too long."""
    text = instruction.strip()
    if not text:
        raise Problem(400, "cannot execute an empty instruction: say what to change")
    if len(text) > INSTRUCTION_LIMIT:
        raise Problem(
            400,
            f"cannot execute an instruction of {len(text)} characters: {INSTRUCTION_LIMIT} at most",
        )
    return text
