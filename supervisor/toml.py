"""Writing TOML: what tomllib reads back as it was. The standard library only reads it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import cast

BARE = re.compile(r"[A-Za-z0-9_-]+")
# https://toml.io/en/v1.0.0#string: what a basic string cannot hold as it is.
SPECIAL = re.compile(r'[\x00-\x1f\x7f"\\]')
SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
WIDTH = 100


def text(value: str) -> str:
    """A basic string."""
    return f'"{SPECIAL.sub(_escape, value)}"'


def _escape(found: re.Match[str]) -> str:
    return SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}"


def key(*parts: str) -> str:
    """A dotted key, each part quoted where it must be."""
    return ".".join(part if BARE.fullmatch(part) else text(part) for part in parts)


def value(it: object) -> str:
    """Texts, numbers, truth, lists and tables of those, on one line. Keys without a value are left
    out, since TOML has no null.

    Raises `TypeError` for anything else.
    """
    match it:
        case str():
            return text(it)
        case bool():
            return "true" if it else "false"
        case int():
            return str(it)
        case float():
            return repr(it) if math.isfinite(it) else str(it)
        case Mapping():
            table = cast("Mapping[str, object]", it)
            items = [f"{key(k)} = {value(v)}" for k, v in table.items() if v is not None]
            return f"{{ {', '.join(items)} }}" if items else "{}"
        case Sequence():
            return f"[{', '.join(map(value, cast('Sequence[object]', it)))}]"
        case _:
            raise TypeError(f"{type(it).__name__} has no TOML")


def pair(name: str, it: object) -> str:
    """`name = value`; a long list has a line for each of its items."""
    line = f"{key(name)} = {value(it)}"
    if len(line) > WIDTH and isinstance(it, Sequence) and not isinstance(it, str):
        items = "".join(f"    {value(item)},\n" for item in cast("Sequence[object]", it))
        return f"{key(name)} = [\n{items}]"
    return line


def table(name: Sequence[str], content: Mapping[str, object]) -> str:
    """`[name]` with its pairs, without those that have no value."""
    pairs = [pair(k, v) for k, v in content.items() if v is not None]
    return "\n".join([f"[{key(*name)}]", *pairs])
