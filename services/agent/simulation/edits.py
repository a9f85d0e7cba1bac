"""Edits of Astro and HTML source: every function takes the old text and returns the new one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

from services.agent.simulation.scan import Document, Element, Span, scan

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "{": "&#123;", "}": "&#125;"}
_PLAIN_ATTRIBUTE = re.compile(r"[^\"&<>{}\\\n]*")
_NOT_CONTENT = ("style", "script")
_WRAPPERS = ("div", "article")
_PLAIN = frozenset({"h2", "h3", "p", "ul", "ol", "li", "a", "em", "strong", "br", "blockquote"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands in a file: what is replaced, and as what.

    `markup` is the inside of an element, `attribute` a whole attribute, `string` a literal of the
    code with its quotes.
    """

    path: str
    span: Span
    kind: Literal["markup", "attribute", "string"]
    old: str


def escape(text: str) -> str:
    """A text as markup: shown as it was typed, whatever is in it."""
    return "".join(_ENTITIES.get(char, char) for char in text)


def unescape(markup: str) -> str:
    """What a piece of markup shows, for telling a person."""
    text = re.sub(r"<[^<>]*>", "", markup)
    for char, entity in reversed(_ENTITIES.items()):
        text = text.replace(entity, char)
    return " ".join(text.replace("&quot;", '"').replace("&#39;", "'").split())


def attribute(name: str, text: str) -> str:
    """An attribute with a text. Astro does not decode entities in what it hands a component,
    so a text with special characters becomes a string in braces."""
    if _PLAIN_ATTRIBUTE.fullmatch(text):
        return f'{name}="{text}"'
    return f"{name}={{{string(text)}}}"


def string(text: str, quote: str = '"') -> str:
    """A JavaScript string literal, in the quotes of the one it replaces where they do."""
    if quote == "'" and not re.search(r"['\\\x00-\x1f]", text):
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)


def unstring(literal: str) -> str:
    """What a string literal says."""
    return re.sub(r"\\(.)", r"\1", literal[1:-1], flags=re.DOTALL)


def splice(source: str, span: Span, new: str) -> str:
    return source[: span.start] + new + source[span.end :]


def put(source: str, place: Place, text: str) -> str:
    """The source with another text at a place."""
    old = source[place.span.start : place.span.end]
    if place.kind == "markup":
        before = len(old) - len(old.lstrip())
        after = max(before, len(old.rstrip()))
        new = old[:before] + escape(text) + old[after:]
    elif place.kind == "attribute":
        new = attribute(re.split(r"[\s={]", old.lstrip("{"), maxsplit=1)[0].rstrip("}"), text)
    else:
        new = string(text, old[:1])
    return splice(source, place.span, new)


def inside(element: Element) -> Span:
    return Span(element.inner, element.inner_end)


def paragraphs(text: str) -> list[str]:
    """A typed text as paragraphs: an empty line separates them."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def add_section(source: str, title: str, text: str) -> str:
    """A section at the end of the page's content, in the dress of the plain ones before it."""
    document = scan(source)
    lines = [f"<h2>{escape(title)}</h2>"] if title else []
    lines += [f"<p>{escape(each)}</p>" for each in paragraphs(text)]
    return _append(
        document, [_section_tag(document), *(f"  {line}" for line in lines), "</section>"]
    )


def add_paragraph(source: str, text: str) -> str:
    """A paragraph at the end of the page's content; a section of its own among sections."""
    document = scan(source)
    lines = [f"<p>{escape(each)}</p>" for each in paragraphs(text)]
    if any(each.name == "section" for each in _content(document, container(document))):
        lines = [_section_tag(document), *(f"  {line}" for line in lines), "</section>"]
    return _append(document, lines)


def container(document: Document) -> Element | None:
    """The element that a page's content stands in; None for a page without one."""
    found: Element | None = None
    elements = [each for each in document.elements if not each.in_code]
    for each in elements:
        if each.name == "main":
            return each
        if each.parent is None and each.name[:1].isupper() and each.inner < each.inner_end:
            found = found or each
    if found is None:
        found = next((each for each in elements if each.name == "body"), None)
    while found is not None:
        content = _content(document, found)
        if len(content) != 1 or content[0].name not in _WRAPPERS:
            break
        found = content[0]
    return found


def _content(document: Document, parent: Element | None) -> list[Element]:
    return [each for each in document.children(parent) if each.name not in _NOT_CONTENT]


def _section_tag(document: Document) -> str:
    """A section with the class of the last one that holds nothing but text."""
    for each in reversed(document.elements):
        if each.name != "section" or each.in_code:
            continue
        inner = [one for one in document.elements if each.inner <= one.start < each.inner_end]
        if all(one.name in _PLAIN and not one.attribute("class") for one in inner):
            if any(one.name == "h1" for one in inner):
                continue
            named = each.attribute("class")
            return f'<section class="{named.value}">' if named and named.quoted else "<section>"
    return "<section>"


def _append(document: Document, lines: list[str]) -> str:
    """Put lines at the end of the content, in front of a footer that stands there."""
    source, parent = document.source, container(document)
    content = _content(document, parent)
    if parent is not None:
        at = parent.inner + len(source[parent.inner : parent.inner_end].rstrip())
    else:
        at = max((each.end for each in content), default=len(source.rstrip()))
    last = content[-1] if content else None
    if last is not None and last.name.lower() == "footer" and last.end == at:
        at = last.start - len(source[: last.start]) + len(source[: last.start].rstrip())
    if content:
        indent = _indent(source, content[0].start)
    else:
        indent = _indent(source, parent.start) + "  " if parent else ""
    gap = "\n\n" if re.search(r"\n[ \t]*\n", source[parent.inner if parent else 0 : at]) else "\n"
    block = "\n".join(indent + line for line in lines)
    rest = source[at:]
    if parent is not None and not rest[: rest.find("<")].strip(" \t") and not rest.startswith("\n"):
        rest = f"\n{_indent(source, parent.start)}{rest.lstrip()}"
    return source[:at].rstrip("\n") + (gap if at else "") + block + (rest or "\n")


def _indent(source: str, at: int) -> str:
    line = source[source.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())]
