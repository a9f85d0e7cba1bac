"""Replaces what can be read on a site, and leaves alone what only the machine reads."""

from __future__ import annotations

import re
from bisect import bisect

from services.agent.simulation import edits, markdown
from services.agent.simulation.scan import Document, Span, scan, scan_code
from services.agent.simulation.site import Cannot, Change, Page, Site

_READ = frozenset({"title", "alt", "placeholder", "aria-label", "content", "label", "summary"})
_NOT_READ = re.compile(
    r"(?:id|class|href|src|slot|type|lang|style|name|icon|variant|rel|target)$|.*:"
)
_EITHER = {
    "&": "(?:&amp;|&)",
    "<": "(?:&lt;|<)",
    ">": "(?:&gt;|>)",
    "{": r"(?:&#123;|\{)",
    "}": r"(?:&#125;|\})",
    '"': '(?:&quot;|["“”])',
    "'": "(?:&#39;|['’])",
    "’": "(?:&#39;|['’])",
}
_UNREAD_MARKDOWN = re.compile(r"\]\((?:[^()\n]|\([^()\n]*\))*\)|<[^<>\n]*>|https?://\S+")


def replace_text(site: Site, old: str, new: str, page: Page | None) -> list[Change]:
    """The changes that put `new` wherever `old` can be read. Raises `Cannot` where it cannot.

    On a page: in its own file, else in what it is made of. Otherwise: everywhere.
    """
    if page is None:
        paths = [path for path in site.files if path.startswith("src/")]
        changes = [each for path in paths if (each := _in_file(site, path, old, new))]
    else:
        changes = _on_page(site, page.path, old, new)
    if not changes:
        where = f"on {page}" if page else "anywhere on the site"
        raise Cannot(f"cannot find the text “{old}” {where}; capital letters count")
    return changes


def _on_page(site: Site, path: str, old: str, new: str) -> list[Change]:
    seen: set[str] = set()
    rank = [path]
    while rank:
        if changes := [each for one in rank if (each := _in_file(site, one, old, new))]:
            return changes
        seen.update(rank)
        below = [each.path for one in rank for each in site.imports(one)]
        rank = [each for each in dict.fromkeys(below) if each not in seen]
        layout = site.layout_of(path)
        if layout is not None and layout not in seen and layout not in rank:
            rank.append(layout)
    return []


def _in_file(site: Site, path: str, old: str, new: str) -> Change | None:
    source = site.files.get(path, "")
    if path.endswith((".astro", ".html")):
        after = in_markup(source, old, new)
    elif path.endswith((".md", ".mdx")):
        after = in_markdown(source, old, new)
    elif path.endswith((".ts", ".js", ".mjs", ".json")):
        after = _in_strings(scan_code(source), old, new)
    else:
        return None
    return site.change(path, after) if after != source else None


def in_markup(source: str, old: str, new: str) -> str:
    """Replace in text, in attributes that people read and in strings that are prose."""
    document = scan(source)
    pattern = _pattern(old)
    spans: list[tuple[Span, str]] = []
    for text in document.texts:
        before = source[text.start : text.end]
        spans.append((text, pattern.sub(lambda _: edits.escape(new), before)))
    for element in document.elements:
        for each in element.attributes:
            readable = each.name in _READ if element.name[:1].islower() else prose(each.value or "")
            if each.quoted and readable and not _NOT_READ.match(each.name):
                value = (
                    edits.unescape(each.value or "") if element.name.islower() else each.value or ""
                )
                after = pattern.sub(lambda _: new, value)
                if after != value:
                    spans.append((Span(each.start, each.end), edits.attribute(each.name, after)))
    return _in_strings(document, old, new, spans)


def _in_strings(
    document: Document, old: str, new: str, spans: list[tuple[Span, str]] | None = None
) -> str:
    source, found = document.source, list(spans or ())
    pattern = _pattern(old)
    taken = sorted((span.start, span.end) for span, _ in found)
    for span in document.strings:
        said = edits.unstring(source[span.start : span.end])
        before = bisect(taken, (span.end,))  # of those that begin in front of its end
        overlaps = before > 0 and taken[before - 1][1] > span.start
        if not overlaps and prose(said) and pattern.search(said) and not _specifier(source, span):
            after = pattern.sub(lambda _: new, said)
            found.append((span, edits.string(after, source[span.start])))
    pieces, at = list[str](), 0
    for span, after in sorted(found, key=lambda each: each[0].start):
        pieces += [source[at : span.start], after]
        at = span.end
    return "".join([*pieces, source[at:]])


def in_markdown(source: str, old: str, new: str) -> str:
    """Replace in the text and in the frontmatter's prose; addresses stay."""
    pattern = _pattern(old)
    for name, value in markdown.fields(source):
        if prose(value) and pattern.search(value):
            source = markdown.set_field(source, name, pattern.sub(lambda _: new, value))
    start = markdown.body(source)
    pieces, at = [source[:start]], start
    for match in [*_UNREAD_MARKDOWN.finditer(source, start), None]:
        low, high = match.span() if match else (len(source), len(source))
        pieces.append(pattern.sub(lambda _: _inline(new), source[at:low]))
        pieces.append(source[low:high])
        at = high
    return "".join(pieces)


def _inline(text: str) -> str:
    return markdown.escape(f"x{text}")[1:]


def prose(text: str) -> bool:
    """Whether a string of the code is something to read, not a name or an address."""
    text = text.strip()
    if not text or re.match(r"[./#@{]|https?:|\w+:\S*$", text) or "astro:" in text:
        return False
    return bool(re.search(r"\s", text)) or text[0].isupper() or not text[0].isascii()


def _specifier(source: str, span: Span) -> bool:
    line = source[source.rfind("\n", 0, span.start) + 1 : span.start]
    return bool(re.search(r"\b(?:from|import|require)\b\s*\(?\s*$", line))


def _pattern(old: str) -> re.Pattern[str]:
    """`old` as whole words, over line breaks, escaped or not."""
    words = ["".join(_EITHER.get(char, re.escape(char)) for char in word) for word in old.split()]
    start = r"(?<!\w)" if old[:1].isalnum() else ""
    end = r"(?!\w)" if old[-1:].isalnum() else ""
    return re.compile(start + r"\s+".join(words) + end)
