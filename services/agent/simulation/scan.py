"""Reads the source of an Astro component: its elements, its text and the strings in its code.

Not a compiler: it follows markup, expressions, strings and comments closely enough to know where
a piece of visible text starts and ends, and never raises. Every position is an index into the
source, so that an edit is a splice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|!doctype")
_RAW = frozenset({"script", "style", "textarea"})
_FENCE = re.compile(r"\A\ufeff?\s*---[^\n]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"[A-Za-z][^\s/>{]*")
_ATTRIBUTE = re.compile(r"[^\s=/>{}\"'`]+")
_TEXT = re.compile(r"[^<{]+")
_REGEX = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n\\\[])+/[a-z]*")
# Characters; or one line of what begins again and again would be read as often.
_LONGEST_REGEX = 200

DEEPEST = 500
"""Elements in one another, or what is looked for among those around each would take hours."""


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """`value` is what is inside the quotes or braces; None for an attribute without one."""

    name: str
    start: int
    end: int
    value: str | None
    quoted: bool


@dataclass(frozen=True, slots=True)
class Element:
    """From `start` to `end`, its content from `inner` to `inner_end`; `parent` is an index."""

    name: str
    start: int
    inner: int
    inner_end: int
    end: int
    attributes: tuple[Attribute, ...]
    parent: int | None
    in_code: bool

    def attribute(self, name: str) -> Attribute | None:
        return next((each for each in self.attributes if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Document:
    """`code` is the inside of the frontmatter; `strings` span literals with their quotes."""

    source: str
    code: Span | None
    elements: tuple[Element, ...]
    texts: tuple[Span, ...]
    strings: tuple[Span, ...]

    def inside(self, element: Element) -> str:
        return self.source[element.inner : element.inner_end]

    def ancestors(self, element: Element) -> list[Element]:
        """Outermost first, without the element itself."""
        found: list[Element] = []
        parent = element.parent
        while parent is not None:
            found.append(self.elements[parent])
            parent = found[-1].parent
        return found[::-1]

    def within(self, element: Element, name: str) -> list[Element]:
        return [
            each
            for each in self.elements
            if each.name == name and element.inner <= each.start and each.end <= element.inner_end
        ]

    def children(self, parent: Element | None) -> list[Element]:
        index = None if parent is None else self.elements.index(parent)
        return [each for each in self.elements if each.parent == index and not each.in_code]


class _Scanner:
    def __init__(self, source: str) -> None:
        self.source = source
        self.elements: list[Element] = []
        self.texts: list[Span] = []
        self.strings: list[Span] = []

    def find(self, what: str, start: int) -> int:
        """Where `what` ends, or the end of the source."""
        at = self.source.find(what, start)
        return len(self.source) if at < 0 else at + len(what)

    def markup(self, at: int, parent: int | None, *, single: bool, depth: int = 0) -> int:
        """Scan markup; `single` stops after one element, as an expression needs."""
        source, stack = self.source, list[int]()
        while at < len(source):
            top = stack[-1] if stack else parent
            if source.startswith("<!--", at):
                at = self.find("-->", at + 4)
            elif source.startswith("</", at):
                end = self.find(">", at)
                self._close(source[at + 2 : end - 1].strip(), at, end, stack)
                at = end
            elif source[at] == "<" and (at + 1 < len(source) and _opens(source[at + 1])):
                at = self._open(at, top, stack, in_code=single or depth > 0)
            elif source[at] == "{":
                at = self.code(at + 1, len(source), top, depth=depth + 1)
            else:
                match = _TEXT.match(source, at)
                end = match.end() if match else at + 1
                if source[at:end].strip():
                    self.texts.append(Span(at, end))
                at = end
                continue
            if single and not stack:
                return at
        for index in stack:
            self._end(index, len(source), len(source))
        return at

    def _end(self, index: int, inner_end: int, end: int) -> None:
        self.elements[index] = replace(self.elements[index], inner_end=inner_end, end=end)

    def _open(self, at: int, parent: int | None, stack: list[int], *, in_code: bool) -> int:
        source = self.source
        match = _NAME.match(source, at + 1)
        name = match.group() if match else ("!doctype" if source[at + 1] == "!" else "")
        end, attributes, closed = self._attributes(at + 1 + len(name))
        self.elements.append(Element(name, at, end, end, end, attributes, parent, in_code))
        if name.lower() in _RAW and not closed:
            close = re.compile(rf"</{re.escape(name)}\s*>", re.IGNORECASE).search(source, end)
            inner_end, end = close.span() if close else (len(source), len(source))
            self._end(len(self.elements) - 1, inner_end, end)
            return end
        if not closed and not _VOID.fullmatch(name):
            if len(stack) == DEEPEST:
                raise RecursionError(f"more than {DEEPEST} elements in one another")
            stack.append(len(self.elements) - 1)
        return end

    def _close(self, name: str, at: int, end: int, stack: list[int]) -> None:
        for depth in range(len(stack) - 1, -1, -1):
            if self.elements[stack[depth]].name == name:
                for index in stack[depth + 1 :]:
                    self._end(index, at, at)
                self._end(stack[depth], at, end)
                del stack[depth:]
                return

    def _attributes(self, at: int) -> tuple[int, tuple[Attribute, ...], bool]:
        """Where the tag ends, its attributes, and whether it closes itself."""
        source, found = self.source, list[Attribute]()
        while at < len(source):
            char = source[at]
            if char == ">":
                return at + 1, tuple(found), source[at - 1] == "/"
            if char == "{":
                start, at = at, self.code(at + 1, len(source), None, depth=1)
                short = source[start + 1 : at - 1].strip()
                if short.isidentifier():
                    found.append(Attribute(short, start, at, short, quoted=False))
                continue
            match = _ATTRIBUTE.match(source, at)
            if match is None:
                at += 1
                continue
            start, at = at, match.end()
            value, quoted = None, False
            if source.startswith("=", at):
                opener = source[at + 1 : at + 2]
                if opener and opener in "\"'":
                    end, quoted = self.find(opener, at + 2), True
                    value = source[at + 2 : end - 1]
                elif opener == "{":
                    end = self.code(at + 2, len(source), None, depth=1)
                    value = source[at + 2 : end - 1]
                else:
                    bare = _ATTRIBUTE.match(source, at + 1)
                    end = bare.end() if bare else at + 1
                    value = source[at + 1 : end]
                at = end
            found.append(Attribute(match.group(), start, at, value, quoted))
        return at, tuple(found), True

    def code(self, at: int, stop: int, parent: int | None, *, depth: int) -> int:
        """Scan JavaScript up to the brace that closes it; with `depth` 0, up to `stop`."""
        source, braces = self.source, depth and 1
        before = ""
        while at < stop:
            char = source[at]
            if char in "\"'`":
                at = self._string(at, stop)
            elif source.startswith("//", at):
                at = self.find("\n", at)
            elif source.startswith("/*", at):
                at = self.find("*/", at + 2)
                continue
            elif (
                char == "/"
                and before in "(,=:[!&|?{};"
                and (match := _REGEX.match(source, at, at + _LONGEST_REGEX))
            ):
                at = match.end()
            elif (
                char == "<"
                and depth
                and before in "(?:&|{,[>=;"
                and _opens(source[at + 1 : at + 2])
            ):
                at = self.markup(at, parent, single=True, depth=depth)
            else:
                at += 1
                if braces and char == "}":
                    braces -= 1
                    if not braces:
                        return at
                elif braces and char == "{":
                    braces += 1
            if not char.isspace():
                before = char
        return at

    def _string(self, at: int, stop: int) -> int:
        source, quote, start = self.source, self.source[at], at
        at += 1
        plain = True
        while at < stop and source[at] != quote:
            if source[at] == "\n" and quote != "`":
                return at  # an apostrophe in a text, after all
            if quote == "`" and source.startswith("${", at):
                plain = False
                at = self.code(at + 2, stop, None, depth=1)
            else:
                at += 2 if source[at] == "\\" else 1
        if plain and at < stop:
            self.strings.append(Span(start, at + 1))
        return at + 1


def _opens(char: str) -> bool:
    return bool(char) and (char.isalpha() or char in ">!")


def scan(source: str) -> Document:
    """Read a whole component."""
    scanner = _Scanner(source)
    fence = _FENCE.match(source)
    code = Span(fence.start(1), fence.end(1)) if fence else None
    try:
        if code is not None:
            scanner.code(code.start, code.end, None, depth=0)
        scanner.markup(fence.end() if fence else 0, None, single=False)
    except RecursionError:  # nested beyond reason: nothing in it can be edited
        scanner = _Scanner(source)
    return _document(scanner, code)


def scan_code(source: str) -> Document:
    """Read a module of JavaScript or TypeScript: its strings only."""
    scanner = _Scanner(source)
    scanner.code(0, len(source), None, depth=0)
    return _document(scanner, Span(0, len(source)))


def _document(scanner: _Scanner, code: Span | None) -> Document:
    strings = sorted(scanner.strings, key=lambda span: span.start)
    return Document(
        scanner.source, code, tuple(scanner.elements), tuple(scanner.texts), tuple(strings)
    )
