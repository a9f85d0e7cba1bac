"""Instances of template services: `{placeholders}` filled in from the request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import msgspec

from supervisor.desk import Refused

S = TypeVar("S", bound=msgspec.Struct)

INSTANCE = re.compile(r"([^@]+@)[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def template_of(name: str) -> str | None:
    """The template of which `name` would be an instance, or None."""
    found = INSTANCE.fullmatch(name)
    return found[1] if found else None


def fill(declared: S, parameters: Mapping[str, str], **changes: object) -> S:
    """A copy with every placeholder of every text replaced; raises `Refused` for an unknown one."""
    missing: set[str] = set()

    def value(found: re.Match[str]) -> str:
        if found[1] not in parameters:
            missing.add(found[1])
        return parameters.get(found[1], "")

    def walk(item: Any) -> Any:
        if isinstance(item, str):
            return PLACEHOLDER.sub(value, item)
        if isinstance(item, list | tuple):
            return [walk(part) for part in cast("list[Any]", item)]
        if isinstance(item, dict):
            return {name: walk(part) for name, part in cast("dict[str, Any]", item).items()}
        return item

    filled = walk(msgspec.to_builtins(declared))
    if missing:
        names = ", ".join(sorted(missing))
        raise Refused(f"cannot fill in {names}: pass a parameter of that name with the start")
    return msgspec.convert({**filled, **changes}, type(declared))
