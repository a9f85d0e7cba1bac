"""What people ask for in this run; `model.toml` is what the stand-in does then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

BEGIN = "(nothing before)"
END = "(nothing follows)"
BEGUN = f"{BEGIN}\n{END}\n"
FILES = ("first.md", "second.md")


@dataclass(frozen=True, slots=True)
class Wish:
    """An instruction, and the lines that its turn adds to which files: nobody else adds them."""

    line: str
    instruction: str
    adds: Mapping[str, str]
    mode: str = "execute"


def both(line: str) -> Wish:
    first, second = FILES
    return Wish(line, f"append {line} to {first} and {second}", {first: line, second: line})


def page(line: str) -> Wish:
    first = FILES[0]
    text = f"make the page {line} and tell of it in {first}"
    return Wish(line, text, {f"pages/{line}.md": line, first: line})


def talk(line: str) -> Wish:
    return Wish(line, f"what do you think of {line}?", {})


def plan(line: str) -> Wish:
    """The model tries to change files, as it is told to; the mode has to keep it from that."""
    return Wish(line, both(line).instruction, {}, "plan")
