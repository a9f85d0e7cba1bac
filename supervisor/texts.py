"""Filling in what texts leave open, however deep in a value they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

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
