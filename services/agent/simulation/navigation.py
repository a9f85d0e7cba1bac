"""The menu of a site: the links in its `nav`, written as markup or as a list in the code."""

from __future__ import annotations

import re
from bisect import bisect
from dataclasses import dataclass

from services.agent.simulation.edits import escape, string, unescape, unstring
from services.agent.simulation.scan import Document, Element, Span, scan, scan_code
from services.agent.simulation.site import Cannot, Change, Site

_MAP = re.compile(r"\{\s*([A-Za-z_$][\w$]*)\s*\.map\(")
_PAIR = re.compile(r"(?:^|[{,\s])['\"]?([A-Za-z]\w*)['\"]?\s*:\s*$")
_LONGEST_KEY = 100  # characters, with what stands around it
_ADDRESS = ("href", "url", "link", "path", "to")
_LABEL = ("label", "text", "title", "name")


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the menu. The spans are those of the whole entry, its address, its label;
    `code` says that it is an object of a list, so that the two are string literals."""

    path: str
    label: str
    href: str
    whole: Span
    address: Span
    text: Span
    code: bool


def links(site: Site) -> list[Link]:
    """The entries of the main menu, in order; none where no menu is understood."""

    def rank(path: str) -> tuple[bool, bool, str]:
        named = re.search(r"nav|menu|header", path.rpartition("/")[2], re.IGNORECASE)
        return not named, path.startswith("src/pages/"), path

    candidates = [path for path in site.files if path.endswith((".astro", ".html"))]
    for path in sorted(candidates, key=rank):
        document = scan(site.files[path])
        for nav in (each for each in document.elements if each.name == "nav"):
            if found := _markup(path, document, nav) or _listed(site, path, document, nav):
                return found
    return []


def _markup(path: str, document: Document, nav: Element) -> list[Link]:
    found: list[Link] = []
    for each in document.elements:
        href = each.attribute("href")
        label = unescape(document.inside(each))
        if (
            not (nav.inner <= each.start < nav.inner_end)
            or each.in_code
            or href is None
            or not href.quoted
            or not re.match(r"[/#.]", href.value or "")
            or not label
            or "{" in label
        ):
            continue
        parent = document.elements[each.parent] if each.parent is not None else None
        whole = parent if parent is not None and parent.name == "li" else each
        value = Span(href.end - 1 - len(href.value or ""), href.end - 1)
        inner = _words(document, each)
        if inner is not None:
            span = Span(whole.start, whole.end)
            found.append(Link(path, label, href.value or "", span, value, inner, code=False))
    return found


def _words(document: Document, element: Element) -> Span | None:
    """The one text inside an element, without the space around it."""
    texts = [each for each in document.texts if element.inner <= each.start < element.inner_end]
    if len(texts) != 1:
        return None
    raw = document.source[texts[0].start : texts[0].end]
    start = texts[0].start + len(raw) - len(raw.lstrip())
    return Span(start, start + len(raw.strip()))


def _listed(site: Site, path: str, document: Document, nav: Element) -> list[Link]:
    match = _MAP.search(document.inside(nav))
    if match is None:
        return []
    name = match.group(1)
    here = site.imported(path, name) or path
    source = site.files.get(here, "")
    strings = (scan if here.endswith(".astro") else scan_code)(source).strings
    start = re.search(rf"\b(?:const|let|var)\s+{re.escape(name)}\b[^=]{{0,500}}=\s*\[", source)
    return _objects(here, source, strings, start.end()) if start else []


def _objects(path: str, source: str, strings: tuple[Span, ...], at: int) -> list[Link]:
    """The objects of a list literal that have an address and a label."""
    skip = {span.start: span.end for span in strings}
    found: list[Link] = []
    depth, begin = 0, at
    while at < len(source):
        if at in skip:
            at = skip[at]
            continue
        char = source[at]
        if char == "{":
            begin = at if depth == 0 else begin
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0 and (link := _object(path, source, strings, Span(begin, at + 1))):
                found.append(link)
        elif char == "]" and depth == 0:
            break
        at += 1
    return found


def _object(path: str, source: str, strings: tuple[Span, ...], whole: Span) -> Link | None:
    values: dict[str, Span] = {}
    first = bisect(strings, whole.start, key=lambda span: span.start)
    last = bisect(strings, whole.end, key=lambda span: span.start)
    for span in strings[first:last]:
        if span.end <= whole.end:
            key = _PAIR.search(source, max(whole.start, span.start - _LONGEST_KEY), span.start)
            if key is not None:
                values.setdefault(key.group(1), span)
    address = next((values[key] for key in _ADDRESS if key in values), None)
    text = next((values[key] for key in _LABEL if key in values), None)
    if address is None or text is None:
        return None
    label, href = (unstring(source[span.start : span.end]) for span in (text, address))
    return Link(path, label, href, whole, address, text, code=True)


def add_link(site: Site, label: str, href: str) -> Change:
    """Add an entry after the last one, in its dress. Raises `Cannot` without a menu."""
    entries = links(site)
    if not entries:
        raise Cannot("cannot find a navigation with links in this site, so I added none")
    known = next((each for each in entries if same(each.href, href)), None)
    if known is not None:
        raise Cannot(f"found “{known.label}” in the navigation already; it leads to {known.href}")
    last = entries[-1]
    inner = [each.href for each in entries if each.href != "/"]
    if href.startswith("/") and inner and all(each.endswith("/") for each in inner):
        href = href.rstrip("/") + "/"
    source = site.files[last.path]
    entry = source[last.whole.start : last.whole.end]
    for span in sorted((last.address, last.text), key=lambda span: -span.start):
        low, high = span.start - last.whole.start, span.end - last.whole.start
        entry = (
            entry[:low]
            + _written(label if span == last.text else href, last, source, span)
            + entry[high:]
        )
    entry = re.sub(r"(?<!\s)\s+aria-current=(\"[^\"]*\"|'[^']*')", "", entry)
    return Change(last.path, "modified", _inserted(source, last, entry))


def _written(text: str, link: Link, source: str, span: Span) -> str:
    if link.code:
        return string(text, source[span.start])
    return escape(text).replace('"', "&quot;")


def _inserted(source: str, last: Link, entry: str) -> str:
    at = last.whole.end
    comma = re.match(r"\s*,", source[at:]) if last.code else None
    line = source[source.rfind("\n", 0, last.whole.start) + 1 : last.whole.start]
    gap = f"\n{line}" if not line.strip() else (" " if last.code else "")
    if comma is not None:
        at += comma.end()
        return f"{source[:at]}{gap}{entry},{source[at:]}"
    return f"{source[:at]}{',' if last.code else ''}{gap}{entry}{source[at:]}"


def remove_link(site: Site, label: str) -> tuple[Link, Change]:
    """Take an entry out. Raises `Cannot` where none is called or leads to that."""
    wanted = label.strip().casefold()
    entries = links(site)
    for link in entries:
        if link.label.casefold() == wanted or same(link.href, f"/{wanted.lstrip('/')}"):
            return link, Change(link.path, "modified", _without(site.files[link.path], link))
    names = ", ".join(f"“{each.label}”" for each in entries) or "none"
    raise Cannot(f"cannot find “{label}” in the navigation; its links are {names}")


def _without(source: str, link: Link) -> str:
    start, end = link.whole.start, link.whole.end
    if link.code and (comma := re.match(r"\s*,", source[end:])):
        end += comma.end()
    line = source.rfind("\n", 0, start) + 1
    if not source[line:start].strip() and (rest := re.match(r"[ \t]*\n", source[end:])):
        start, end = line, end + rest.end()
    elif not source[line:start].strip():
        start = line - 1 if line else 0
    return source[:start] + source[end:]


def same(one: str, other: str) -> bool:
    """Whether two addresses are the same page."""
    return (one.rstrip("/") or "/").casefold() == (other.rstrip("/") or "/").casefold()
