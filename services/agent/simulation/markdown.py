"""Edits of Markdown pages: their frontmatter, their headings, their text."""

from __future__ import annotations

import json
import re

from services.agent.simulation.edits import paragraphs
from services.agent.simulation.scan import Span

_FENCE = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
# A block of code, in which nothing is a heading, or else one of the first level.
_HEADING = re.compile(r"^(```|~~~).*?(?:^\1|\Z)|^#[ \t]+(?P<said>[^\n]*)", re.DOTALL | re.MULTILINE)
_SPECIAL = re.compile(r"[\\`*\[\]<>{}~|]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")
_AT_START = re.compile(r"^(?:[#+=>-]|(\d+)(?=[.)](?:\s|$)))")
_PLAIN = re.compile(r"[^\W\d_](?:[^:#\n\"]|:(?=\S)|#(?<=\S#))*", re.UNICODE)
_RESERVED = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_MOST_FIELDS = 100
_COMPLEX = re.compile(r"[|>&*!\[{]|$")


def escape(text: str) -> str:
    """A line of text as Markdown that shows it as it was typed."""
    text = _SPECIAL.sub(lambda match: "\\" + match.group(), text)
    return _AT_START.sub(lambda m: f"{m[1]}\\" if m[1] else "\\" + m.group(), text)


def scalar(text: str) -> str:
    """A text as a YAML value on one line; quoted where it could be read as something else."""
    if _PLAIN.fullmatch(text) and text == text.strip() and text.casefold() not in _RESERVED:
        return text
    return json.dumps(text, ensure_ascii=False)


def unscalar(value: str) -> str:
    """What a YAML value on one line says."""
    value = value.strip()
    if value[:1] == "'" and value[-1:] == "'" and len(value) > 1:
        return value[1:-1].replace("''", "'")
    if value[:1] == '"' and value[-1:] == '"' and len(value) > 1:
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return re.split(r"\s#", value, maxsplit=1)[0].strip()


def body(source: str) -> int:
    """Where the text begins, after the frontmatter."""
    match = _FENCE.match(source)
    return match.end() if match else 0


def field(source: str, name: str) -> tuple[Span, str] | None:
    """Where a value of the frontmatter stands, and what it says; None where there is none, or
    one of several lines."""
    fence = _FENCE.match(source)
    if fence is None:
        return None
    line = re.compile(rf"^{re.escape(name)}:[ \t]*(.*)$", re.MULTILINE)
    match = line.search(source, fence.start(1), fence.end(1))
    if match is None or _COMPLEX.match(match.group(1)):
        return None
    value = match.group(1).rstrip(" \t")
    return Span(match.start(1), match.start(1) + len(value)), unscalar(value)


def fields(source: str) -> list[tuple[str, str]]:
    """The simple values of the frontmatter, in order, and so many at most as somebody writes."""
    fence = _FENCE.match(source)
    found = re.findall(r"^([A-Za-z_][\w-]*):[ \t]*(.*)$", fence[1] if fence else "", re.M)
    simple = [(name, unscalar(value)) for name, value in found if not _COMPLEX.match(value)]
    return simple[:_MOST_FIELDS]


def set_field(source: str, name: str, text: str) -> str:
    """The source with a value in its frontmatter changed or added."""
    found = field(source, name)
    if found is not None:
        span, _ = found
        return source[: span.start] + scalar(text) + source[span.end :]
    fence = _FENCE.match(source)
    line = f"{name}: {scalar(text)}\n"
    if fence is None:
        return f"---\n{line}---\n\n{source.lstrip()}"
    return source[: fence.start(1)] + line + source[fence.start(1) :]


def heading(source: str) -> tuple[Span, str] | None:
    """The first heading of the first level in the text, and what it says."""
    for match in _HEADING.finditer(source, body(source)):
        said = (match["said"] or "").rstrip(" \t").rstrip("#").rstrip(" \t")
        if said:
            at = match.start("said")
            return Span(at, at + len(said)), re.sub(r"\\(\W)", r"\1", said)
    return None


def set_heading(source: str, text: str) -> str:
    """The source with another first heading: in the text, else as its title, else a new one."""
    found = heading(source)
    if found is not None:
        span, _ = found
        return source[: span.start] + escape(text) + source[span.end :]
    if field(source, "title") is not None:
        return set_field(source, "title", text)
    start = body(source)
    gap = "\n" if start else ""
    return f"{source[:start]}{gap}# {escape(text)}\n\n{source[start:].lstrip()}"


def add_section(source: str, title: str, text: str) -> str:
    lines = [f"## {escape(title)}"] if title else []
    return _append(source, [*lines, *map(escape, paragraphs(text))])


def add_paragraph(source: str, text: str) -> str:
    return _append(source, list(map(escape, paragraphs(text))))


def _append(source: str, blocks: list[str]) -> str:
    return "\n\n".join([*([source.rstrip()] if source.strip() else []), *blocks]) + "\n"
