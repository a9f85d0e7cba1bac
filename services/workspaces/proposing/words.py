"""What a forge says went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import msgspec

from services.nonsense import NONSENSE

MOST_SAID = 300  # characters


def said(answer: bytes, hidden: Iterable[str]) -> str:
    """What a forge says went wrong, on one line; nothing where it is no error of an API.

    What is `hidden` is left out before anything is cut, so that no part of it is left.

    GitHub has `message` and `errors`, GitLab `message` or `error`, Bitbucket `error.message`;
    each of them a text, a list, or texts by what they are about.
    """
    try:
        error: object = msgspec.json.decode(answer)
    except NONSENSE:
        return ""
    texts = dict.fromkeys(_texts(cast("object", error)) if isinstance(error, dict) else ())
    text = "; ".join(texts)
    for secret in hidden:
        text = text.replace(secret, "…") if secret else text
    line = " ".join(text.split())
    printable = "".join(char for char in line if char.isprintable())
    return printable if len(printable) <= MOST_SAID else f"{printable[:MOST_SAID]}…"


_WORDS = ("message", "error", "errors", "detail", "fields", "error_description")


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth > 4:
        return
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _texts(item, depth + 1)
    elif isinstance(value, dict):
        table = cast("dict[str, object]", value)
        known = [word for word in _WORDS if word in table]
        for key in known or (table if depth else ()):
            yield from _texts(table[key], depth + 1)
