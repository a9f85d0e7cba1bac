"""Changing texts, however deep in a value they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import msgspec

Fill = Callable[[re.Match[str]], str]


def filled(value: Any, pattern: re.Pattern[str], fill: Fill) -> Any:
    """A copy of a value of JSON's kinds with what `pattern` finds in its texts replaced.

    Keys of tables stay as they are.
    """
    if isinstance(value, str):
        return pattern.sub(fill, value)
    if isinstance(value, list | tuple):
        return [filled(part, pattern, fill) for part in cast("list[Any]", value)]
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {name: filled(part, pattern, fill) for name, part in items}
    return value


def each_text(value: Any, change: Callable[[str], str]) -> Any:
    """A value of plain lists and tables, with every text in it changed."""

    def walk(part: Any) -> Any:
        if isinstance(part, str):
            return change(part)
        if isinstance(part, list | tuple):
            return [walk(item) for item in cast("list[Any]", part)]
        if isinstance(part, dict):
            return {walk(key): walk(item) for key, item in cast("dict[str, Any]", part).items()}
        return part

    return walk(msgspec.to_builtins(value))
