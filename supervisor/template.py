"""Instances of template services: `{placeholders}` filled in from the request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from supervisor.desk import Refused
from supervisor.texts import filled

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

    def value(name: str) -> str:
        if name not in parameters:
            missing.add(name)
        return parameters.get(name, "")

    copy = _replaced(declared, value, changes)
    if missing:
        names = ", ".join(sorted(missing))
        raise Refused(f"cannot fill in {names}: pass a parameter of that name with the start")
    return copy


def sample(declared: S) -> S:
    """A copy as some instance might have it, to be checked before there is any."""
    return _replaced(declared, lambda _: "1", {})


def _replaced(declared: S, value: Callable[[str], str], changes: Mapping[str, object]) -> S:
    texts = filled(msgspec.to_builtins(declared), PLACEHOLDER, lambda found: value(found[1]))
    return msgspec.convert({**texts, **changes}, type(declared))
