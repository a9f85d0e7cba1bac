"""What a request carries, read; `Problem` says what is wrong with it, and what may be there."""

from __future__ import annotations

from enum import EnumMeta
from typing import Any

import msgspec
from quart import request

from services.api.errors import Problem
from services.api.shapes import BodyT, QueryT, Reply
from services.messages.tokens import TICKET_QUERY
from services.nonsense import NONSENSE


async def read_body(shape: type[BodyT]) -> BodyT:
    """The body as a `shape`; one in which everything is optional may be left out."""
    data = await request.get_data(as_text=False)
    assert isinstance(data, bytes)
    # Where nothing is said of what it is, it is tried.
    if data and request.mimetype not in ("", "application/json"):
        raise Problem(
            415,
            f"cannot read a body of {request.mimetype}: send JSON, with Content-Type:"
            " application/json",
        )
    if not data and not any(field.required for field in msgspec.structs.fields(shape)):
        data = b"{}"
    try:
        return msgspec.json.decode(data, type=shape)
    except NONSENSE as error:
        may = f"it is JSON with {_listed(shape)}" if shape.__struct_fields__ else "it is empty"
        raise Problem(400, f"cannot use this body: {error}; {may}") from error


def read_query(shape: type[QueryT]) -> QueryT:
    """What is behind the `?` as a `shape`."""
    several = {
        field.encode_name
        for field in msgspec.structs.fields(shape)
        if isinstance(field.default, tuple)
    }
    given: dict[str, Any] = {}
    for name, values in request.args.lists():
        if name == TICKET_QUERY:
            continue  # that was read before, to let this request in
        if name in several:
            given[name] = values
        elif len(values) > 1:
            raise Problem(400, f"cannot use ?{name}= more than once")
        else:
            given[name] = values[0]
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        may = f"there may be {_listed(shape)}" if shape.__struct_fields__ else "there is none"
        raise Problem(400, f"cannot use this query: {error}; {may}") from error


def prefers(reply: type[Reply]) -> bool:
    """Whether who asks wants the answer as a `reply`, by its media type, and not as JSON."""
    known = ["application/json", reply.media_type]
    return request.accept_mimetypes.best_match(known) == reply.media_type


def _listed(shape: type[msgspec.Struct]) -> str:
    return ", ".join(_described(field) for field in msgspec.structs.fields(shape))


def _described(field: msgspec.structs.FieldInfo) -> str:
    name = field.encode_name if field.required else f"{field.encode_name} (optional)"
    if isinstance(field.type, EnumMeta):
        choices: list[str] = [str(choice) for choice in field.type]
        return f"{name} = {' | '.join(choices)}"
    return name
