"""What a person points at in the page: which element of which file that is, and edits of it."""

from __future__ import annotations

import posixpath
import re

from services.agent.simulation import edits, wording
from services.agent.simulation.scan import Document, Element, Span, scan
from services.agent.simulation.site import Cannot, Change, Site
from services.messages import Selection

_TAG = re.compile(r"\s*<([A-Za-z][\w-]*)")
_KEPT = frozenset({"html", "head", "body"})


def set_text(site: Site, selection: Selection, text: str) -> tuple[Change, str, str]:
    """The change that gives it another text, what it is, and the old text. Raises `Cannot`."""
    document, element = _find(site, selection)
    place = wording.place_of(site, selection.file, document, element)
    inner = document.inside(element)
    mixed = "<" in inner or ("{" in inner and place is not None and place.kind == "markup")
    if place is None or mixed or element.inner >= element.inner_end:
        raise Cannot(
            f"cannot set the text of the <{element.name}> that you point at: it is not written"
            " there as plain words; say “replace … with …” to change some of them"
        )
    change = site.change(place.path, edits.put(site.files[place.path], place, text))
    return change, f"the <{element.name}> in {place.path}", place.old


def remove(site: Site, selection: Selection) -> tuple[Change, str]:
    """The change that takes it out, and what it is. Raises `Cannot`."""
    document, element = _find(site, selection)
    source = document.source
    around = element.parent is None and element.name[:1].isupper()
    if element.in_code or element.name.lower() in _KEPT or around:
        raise Cannot(
            f"cannot remove the <{element.name}> that you point at: the code around it needs it"
        )
    start, end = element.start, element.end
    line = source.rfind("\n", 0, start) + 1
    rest = re.match(r"[ \t]*(?:\n|\Z)", source[end:])
    if not source[line:start].strip() and rest:
        start, end = line, end + rest.end()
    change = site.change(selection.file, edits.splice(source, Span(start, end), ""))
    return change, f"the <{element.name}> “{_shown(document.inside(element))}”"


def _shown(markup: str) -> str:
    text = edits.unescape(markup)
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"


def _find(site: Site, selection: Selection) -> tuple[Document, Element]:
    path = selection.file
    if path not in site.files or posixpath.splitext(path)[1] not in (".astro", ".html"):
        known = "I know my way in Astro and HTML files only" if path in site else "there is none"
        raise Cannot(f"cannot change what you point at: it stands in {path}, and {known}")
    document = scan(site.files[path])
    element = locate(document, selection)
    if element is None:
        raise Cannot(
            f"cannot find what you point at in {path}: the file has changed since; point again"
        )
    return document, element


def locate(document: Document, selection: Selection) -> Element | None:
    """The element whose opening tag stands at that line and column, as Astro gives them.

    Its HTML helps where the place alone does not tell; without a line, it alone has to.
    """
    found = [each for each in document.elements if each.name]
    if selection.line is not None:
        found = [each for each in found if _covers(document.source, each, selection.line)]
    tag = _TAG.match(selection.html)
    if tag is not None:
        named = [each for each in found if each.name.lower() == tag[1].lower()]
        found = named or [each for each in found if each.name[:1].isupper()]
        text = edits.unescape(selection.html)
        same = [each for each in found if edits.unescape(document.inside(each)) == text]
        found = same if len(same) == 1 else found
    if selection.line is not None and selection.column is not None and len(found) > 1:
        at = _offset(document.source, selection.line, selection.column)
        found = (
            [each for each in found if _is_annotated(each, at)][:1]
            or [each for each in found if each.start <= at < each.inner][-1:]
            or found
        )
    if selection.line is not None:
        return found[0] if found else None
    return found[0] if len(found) == 1 and tag is not None else None


def _is_annotated(element: Element, at: int) -> bool:
    """Whether Astro says `at` of it: where its text begins, or the name of its first element.

    Where there is nothing inside it is the name of its own.
    """
    return element.inner in (at, at - 1) or element.start == at - 1


def _covers(source: str, element: Element, line: int) -> bool:
    first = source.count("\n", 0, element.start) + 1
    return first <= line <= first + source.count("\n", element.start, element.inner)


def _offset(source: str, line: int, column: int) -> int:
    lines = source.split("\n")
    return sum(len(each) + 1 for each in lines[: line - 1]) + column - 1
