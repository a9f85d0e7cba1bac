"""Where the heading, the title and any text of a page really stand, and how to change them there.

A heading may be markup, a constant of the frontmatter, or what a page hands to its layout: it is
followed to the place where a person would edit it.
"""

from __future__ import annotations

import re

from services.agent.simulation import edits, markdown
from services.agent.simulation.edits import Place
from services.agent.simulation.scan import Document, Element, Span, scan
from services.agent.simulation.site import Cannot, Change, Page, Site

_NAME = re.compile(
    r"\{\s*(?:Astro\.props\.|props\.|frontmatter\.|content\.)?([A-Za-z_$][\w$]*)\s*\}"
)
_LITERAL = re.compile(r"\s*(\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')\s*")
_DEEPEST = 5

Steps = tuple[tuple[str, Element], ...]
"""How a component was reached: the files on the way, and the element that stands for it in each."""


def change_heading(site: Site, page: Page, text: str) -> tuple[Change, str]:
    """The change that gives a page another main heading, and the old one. Raises `Cannot`."""
    if page.markdown:
        found = markdown.heading(site.files[page.path]) or markdown.field(
            site.files[page.path], "title"
        )
        new = markdown.set_heading(site.files[page.path], text)
        return site.change(page.path, new), found[1] if found else ""
    place = _place(site, page.path, "h1", ()) or _in_layout(site, page, "h1")
    if place is None:
        raise Cannot(f"cannot find a main heading (an h1) on {page}; add a section instead")
    return _put(site, place, text), place.old


def change_title(site: Site, page: Page, text: str) -> tuple[Change, str]:
    """The change that gives a page another title, and the old one. Raises `Cannot`."""
    source = site.files[page.path]
    if page.markdown:
        found = markdown.field(source, "title")
        new = markdown.set_field(source, "title", text)
        return site.change(page.path, new), found[1] if found else ""
    place = _place(site, page.path, "title", ()) or _in_layout(site, page, "title")
    if place is None:
        raise Cannot(f"cannot find where {page} gets its title from; it may be made by code")
    return _put(site, place, text), place.old


def place_of(site: Site, path: str, document: Document, element: Element) -> Place | None:
    """Where the text of an element is written: in it, or as the constant that it shows."""
    return _text(site, path, document, element, ())


def _put(site: Site, place: Place, text: str) -> Change:
    return site.change(place.path, edits.put(site.files[place.path], place, text))


def _in_layout(site: Site, page: Page, tag: str) -> Place | None:
    layout = site.layout_of(page.path)
    if layout is None:
        return None
    document = scan(site.files[page.path])
    root = next(each for each in document.children(None) if each.name[:1].isupper())
    return _place(site, layout, tag, ((page.path, root),))


def _place(site: Site, path: str, tag: str, steps: Steps) -> Place | None:
    """The text of the first such element in a file, or in a component that it shows."""
    document = scan(site.files.get(path, ""))
    for element in document.elements:
        if element.name != tag:
            continue
        if tag != "title" or all(each.name != "svg" for each in document.ancestors(element)):
            return _text(site, path, document, element, steps)
    if len(steps) >= _DEEPEST:
        return None
    layout = None if steps else site.layout_of(path)
    components = {name: each.path for each in reversed(site.imports(path)) for name in each.names}
    for element in document.elements:
        component = components.get(element.name) if element.name[:1].isupper() else None
        if component is None or component == layout or not component.endswith(".astro"):
            continue
        if found := _place(site, component, tag, (*steps, (path, element))):
            return found
    return None


def _text(
    site: Site, path: str, document: Document, element: Element, steps: Steps
) -> Place | None:
    inner = document.inside(element)
    names = _NAME.findall(inner)
    only = _NAME.fullmatch(inner.strip())
    if only or (steps and "{" in inner):
        return _named(site, path, document, names[0], steps) if len(names) == 1 else None
    return Place(path, edits.inside(element), "markup", edits.unescape(inner))


def _named(site: Site, path: str, document: Document, name: str, steps: Steps) -> Place | None:
    """Where the text of a constant or a property is written."""
    source = document.source
    if constant := _constant(path, source, name):
        return constant
    module = next((each for each in site.imports(path) if name in each.names), None)
    if module is not None:
        return _constant(module.path, site.files.get(module.path, ""), module.names[name])
    if not steps:
        return None
    parent, element = steps[-1]
    attribute = element.attribute(name)
    if attribute is None or attribute.value is None:
        return None
    where = Span(attribute.start, attribute.end)
    if attribute.quoted:
        return Place(parent, where, "attribute", attribute.value)
    if literal := _LITERAL.fullmatch(attribute.value):
        return Place(parent, where, "attribute", edits.unstring(literal.group(1)))
    if re.fullmatch(r"\s*[A-Za-z_$][\w$]*\s*", attribute.value):
        document = scan(site.files[parent])
        return _named(site, parent, document, attribute.value.strip(), steps[:-1])
    return None


def _constant(path: str, source: str, name: str) -> Place | None:
    declared = re.search(
        rf"\b(?:const|let|var)\s+{re.escape(name)}\b(?:\s*:[^=\n]{{0,500}}+)?\s*=(?=\s*[\"'])",
        source,
    )
    literal = _LITERAL.match(source, declared.end()) if declared else None
    if literal is None:
        return None
    return Place(path, Span(*literal.span(1)), "string", edits.unstring(literal.group(1)))
