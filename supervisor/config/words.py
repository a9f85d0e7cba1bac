"""The words for what is wrong: plain, short, and safe to print."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "datetime": "a date",
    "date": "a date",
    "time": "a time",
}
TYPES = re.compile(r"`([a-z]+(?: \| [a-z]+)*)`")
# So many names are a list that somebody reads, and so much of a text is enough.
NAMES = 20
LETTERS = 1000


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint at the name that was meant, or at those there are."""
    import difflib  # only a mistake needs it

    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    if len(names) > NAMES:
        return f"; there is {', '.join(names[:NAMES])} and {len(names) - NAMES} more"
    return f"; there is {', '.join(names)}" if names else ""


def in_words(complaint: str) -> str:
    """msgspec's complaint about a value, in the words of who wrote the TOML."""

    def words(found: re.Match[str]) -> str:
        types = [name for name in found[1].split(" | ") if name != "null"]  # TOML has no null
        return " or ".join(WORDS.get(name, name) for name in types)

    complaint = TYPES.sub(words, complaint)
    return complaint[0].lower() + complaint[1:]


def as_list(text: str) -> str:
    """What was meant where a list of texts is wanted: its words, told apart as a shell does."""
    import json  # only a mistake needs these
    import shlex

    try:
        words = shlex.split(text)
    except ValueError:  # a quote that does not end
        words = [text]
    return json.dumps(words, ensure_ascii=False)


def choices(kind: Any) -> tuple[str, ...]:
    """The words that a key is chosen from, where it is one of a few."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return tuple(choice.value for choice in kind)
    return get_args(kind) if get_origin(kind) is Literal else ()


def visible(text: str) -> str:
    """The same without what would move a terminal's cursor, or could not be encoded."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def shortened(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[:LETTERS]}…"
