"""What a request carries, read; `Problem` says what is wrong with it."""

from __future__ import annotations

import msgspec
from quart import request

from services.api.errors import Problem
from services.api.schema import BodyT, read_body

_FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}


async def body_of(shape: type[BodyT]) -> BodyT:
    """The body as a `shape`; one in which everything is optional may be left out."""
    data = await request.get_data(as_text=False)
    assert isinstance(data, bytes)
    if not data and not any(field.required for field in msgspec.structs.fields(shape)):
        data = b"{}"
    return read_body(data, shape)


def flag(name: str) -> bool:
    """Whether the query says so; no is where it says nothing."""
    try:
        return _FLAGS[request.args.get(name, "").lower()]
    except KeyError:
        raise Problem(400, f"cannot use ?{name}=: it is 1 or 0") from None


def number(name: str, default: int) -> int:
    """A whole number of the query."""
    given = request.args.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise Problem(400, f"cannot use ?{name}=: it is a whole number")
    return int(given)
