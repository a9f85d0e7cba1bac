"""The pages of the documentation, and their parts: tables, code, headings, links."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^\n|\A)((?:    .*\n|\n(?=    ))+)", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^()\s]+)\)")


@dataclass(frozen=True)
class Table:
    """A table below the line that heads it: the cells of each row, as they are written."""

    page: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@cache
def pages() -> dict[str, str]:
    """The text of each page that git has, by its path. The starter's own are a site's."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "*.md"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.splitlines()
    return {
        path: (ROOT / path).read_text(encoding="utf-8")
        for path in listed
        if "/starter/" not in path and (ROOT / path).exists()
    }


def everything() -> str:
    return "\n\n".join(pages().values())


def tables() -> Iterator[Table]:
    for page, text in pages().items():
        for found in re.findall(r"(?:^\|.*\n)+", _without_code(text), re.MULTILINE):
            head, _, *rows = (_cells(line) for line in found.splitlines())
            yield Table(page, head, tuple(rows))


def rows(first: str) -> list[tuple[str, ...]]:
    """The rows of all tables whose first column is headed so."""
    return [row for table in tables() if table.head[0] == first for row in table.rows]


def named(cell: str) -> list[str]:
    """What a cell names as code."""
    return INLINE.findall(cell)


def configurations() -> list[tuple[str, str]]:
    """Each block of TOML, and where it is."""
    return [
        (f"{page}, block {number}", block)
        for page, text in pages().items()
        for number, (kind, block) in enumerate(FENCED.findall(text), 1)
        if kind == "toml"
    ]


def scripts() -> dict[str, list[str]]:
    """The indented blocks of each page: what a reader types, or is shown."""
    found: dict[str, list[str]] = {}
    for page, text in pages().items():
        blocks = INDENTED.findall(FENCED.sub("", text))
        plain = (re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks)
        found[page] = [block.strip("\n") for block in plain]
    return found


def anchors(text: str) -> set[str]:
    """What may stand after a # in a link to a page, as GitHub makes it of headings."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", FENCED.sub("", text), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = 1
        anchor = plain
        while anchor in found:
            anchor = f"{plain}-{number}"
            number += 1
        found.add(anchor)
    return found


def links(text: str) -> list[str]:
    return LINK.findall(INLINE.sub("", FENCED.sub("", text)))


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def _without_code(text: str) -> str:
    return INDENTED.sub("\n", FENCED.sub("", text))
