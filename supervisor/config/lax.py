"""Texts as their keys want them: what came out of a variable is one, whatever it was meant as.

That a text may stand for a number, msgspec knows. Here is what people write into variables besides.
"""

from __future__ import annotations

from typing import Any

import msgspec

from supervisor.config.shape import forms, items_of
from supervisor.config.words import choices, nearest

BOOLEANS = {"yes": True, "on": True, "no": False, "off": False}


def adapted(value: object, kind: Any) -> object:
    """A value that msgspec converts without being strict.

    `yes`, `no`, `on` and `off` are booleans, a list is told apart by commas, and words that a key
    is chosen from may have capitals. What is no text, and what may be any text, stays as it is.
    """
    if not isinstance(value, str) or str in forms(kind):
        return value
    if bool in forms(kind):
        return BOOLEANS.get(value.lower(), value)
    if items_of(kind) is not None:
        return [item for part in value.split(",") if (item := part.strip())]
    words = {word.lower(): word for form in forms(kind) for word in choices(form)}
    return words.get(value.lower(), value)


def converted(value: object, kind: Any, *, strict: bool = False) -> Any:
    """The value as a `kind`; raises `msgspec.ValidationError`.

    A variable may hold any bytes, and msgspec asks for UTF-8 wherever not every text will do.
    """
    try:
        return msgspec.convert(value, kind, strict=strict)
    except UnicodeEncodeError:
        raise msgspec.ValidationError("Is no UTF-8") from None


def unlike(value: object, kind: Any) -> str | None:
    """What is wrong with a text where a key is one of a few words; None for any other key."""
    known = [word for form in forms(kind) for word in choices(form)]
    if not known or not isinstance(value, str):
        return None
    return f"cannot be {value!r}{nearest(value, known)}"
