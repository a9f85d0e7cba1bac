"""Instances of template services: `{placeholders}` filled in from the request.

An item of a list that is `{name...}` becomes as many items as that parameter, a JSON array of
texts, has: so a request can bring arguments whose number nobody knew when the template was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import msgspec

from supervisor.desk import Refused
from supervisor.texts import filled

S = TypeVar("S", bound=msgspec.Struct)

INSTANCE = re.compile(r"([^@]+@)[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
ITEMS = re.compile(r"\{([a-z][a-z0-9_]*)\.\.\.\}")


def template_of(name: str) -> str | None:
    """The template of which `name` would be an instance, or None."""
    found = INSTANCE.fullmatch(name)
    return found[1] if found else None


def fill(declared: S, parameters: Mapping[str, str], **changes: object) -> S:
    """A copy with every placeholder of every text replaced.

    Raises `Refused` for an unknown one, for items that are no JSON array of texts, and where what
    comes of it is no such service: a command without a word.
    """
    missing: set[str] = set()

    def value(name: str) -> str:
        if name not in parameters:
            missing.add(name)
        return parameters.get(name, "")

    def items(name: str) -> list[str]:
        try:
            return msgspec.json.decode(value(name) or "[]", type=list[str])
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            raise Refused(
                f"cannot fill in {name}: {error}; pass a JSON array of texts as that parameter"
            ) from None

    try:
        copy = _replaced(declared, value, items, changes)
    except msgspec.ValidationError as error:
        raise Refused(f"cannot fill it in: {error}; pass parameters that fit") from None
    if missing:
        names = ", ".join(sorted(missing))
        raise Refused(f"cannot fill in {names}: pass a parameter of that name with the start")
    return copy


def sample(declared: S) -> S:
    """A copy as some instance might have it, to be checked before there is any."""
    return _replaced(declared, lambda _: "1", lambda _: ["1"], {})


def _replaced(
    declared: S,
    value: Callable[[str], str],
    items: Callable[[str], list[str]],
    changes: Mapping[str, object],
) -> S:
    def replaced(part: Any) -> Any:
        if isinstance(part, dict):
            table = cast("dict[str, Any]", part)
            return {name: replaced(inner) for name, inner in table.items()}
        if not isinstance(part, list | tuple):
            return filled(part, PLACEHOLDER, lambda found: value(found[1]))
        all_of: list[Any] = []
        for inner in cast("list[Any]", part):
            found = ITEMS.fullmatch(inner) if isinstance(inner, str) else None
            all_of += [replaced(inner)] if found is None else items(found[1])
        return all_of

    return msgspec.convert({**replaced(msgspec.to_builtins(declared)), **changes}, type(declared))
