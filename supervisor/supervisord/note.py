"""What a person should know of a translation: what was left out, and what is not quite the same."""

from __future__ import annotations

from msgspec import Struct


class Unreadable(Exception):
    """This is no configuration of supervisord's; the text says why and where."""


class Note(Struct, frozen=True):
    """Of one section, or of one of its keys. `lost` is what has no counterpart here."""

    section: str
    key: str
    text: str
    lost: bool = False

    def __str__(self) -> str:
        """In one line, whatever the text quotes."""
        where = f"[{self.section}] {self.key}".rstrip()
        what = "left out: " if self.lost else ""
        return printable(f"{where}: {what}{self.text}")


def printable(text: str) -> str:
    """One line without control characters, which no comment of TOML may hold either."""
    return "".join(c if c.isprintable() else " " for c in text)
