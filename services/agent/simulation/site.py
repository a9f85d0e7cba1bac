"""An Astro site as its files say it is: its pages, layouts, components and style sheets."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.agent.simulation import markdown
from services.agent.simulation.edits import unescape
from services.agent.simulation.scan import scan

PAGES = "src/pages/"
CONTENT = "src/content/"
_IMPORT = re.compile(
    r"^[ \t]*import\s++(?:([\w$]+)\s*+,?\s*+)?(?:\{([^{}]*)\})?\s*+(?:from\s++)?"
    r"['\"]([^'\"]+)['\"]",
    re.M,
)
_EXTENSIONS = ("", ".astro", ".ts", ".js", ".mjs", ".json", "/index.ts", "/index.js")


class Cannot(Exception):
    """A wish that the site does not allow; the text follows "I" and says what to do."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one file; `text` is None where it is deleted."""

    path: str
    kind: Literal["added", "modified", "deleted"]
    text: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """`route` is its address; empty for a post whose address nothing tells."""

    path: str
    route: str
    caption: str

    @property
    def markdown(self) -> bool:
        return self.path.endswith((".md", ".mdx"))

    @property
    def post(self) -> bool:
        return self.path.startswith(CONTENT)

    def __str__(self) -> str:
        if self.route == "/":
            return "the home page"
        return f"the page {self.route}" if self.route else f"the post “{self.caption}”"


@dataclass(frozen=True, slots=True)
class Import:
    """`names` maps what a module calls a thing to what it is called here; default is "default"."""

    path: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Site:
    """`files` are the texts by path, relative to the root; `others` what else there is."""

    files: Mapping[str, str]
    others: frozenset[str] = frozenset()

    def __contains__(self, path: str) -> bool:
        return path in self.files or path in self.others

    def after(self, changes: Iterable[Change]) -> Site:
        files = dict(self.files)
        for change in changes:
            if change.text is None:
                files.pop(change.path, None)
            else:
                files[change.path] = change.text
        return Site(files, self.others)

    def change(self, path: str, text: str) -> Change:
        """The change that gives a file this text."""
        return Change(path, "modified" if path in self.files else "added", text)

    @property
    def pages(self) -> tuple[Page, ...]:
        """Everything with an address of its own, the home page first, then posts."""
        pages = [
            Page(path, route, _caption(path, text))
            for path, text in self.files.items()
            if (route := route_of(path)) is not None
        ]
        posts = [
            Page(path, self._post_route(path), _caption(path, text))
            for path, text in self.files.items()
            if path.startswith(CONTENT) and path.endswith((".md", ".mdx"))
        ]
        order = sorted(pages, key=lambda page: page.route)
        return (*order, *sorted(posts, key=lambda page: page.path))

    def _post_route(self, path: str) -> str:
        collection, _, name = path.removeprefix(CONTENT).partition("/")
        for each in self.files:
            folder, _, file = each.removeprefix(PAGES).rpartition("/")
            if each.startswith(f"{PAGES}{collection}/") and re.match(r"\[.*\]\.astro$", file):
                return f"/{folder}/{posixpath.splitext(name)[0].lower()}"
        return ""

    def imports(self, path: str) -> list[Import]:
        """The files of this site that a file imports, in order."""
        text = self.files.get(path, "")
        found: list[Import] = []
        for match in _IMPORT.finditer(text):
            target = self._resolve(path, match.group(3))
            if target is None:
                continue
            names = {match.group(1): "default"} if match.group(1) else {}
            for name in (match.group(2) or "").split(","):
                there, _, here = name.strip().removeprefix("type ").partition(" as ")
                if there:
                    names[here.strip() or there.strip()] = there.strip()
            found.append(Import(target, names))
        return found

    def imported(self, path: str, name: str) -> str | None:
        """The file that a name comes from in another."""
        return next((each.path for each in self.imports(path) if name in each.names), None)

    def _resolve(self, path: str, specifier: str) -> str | None:
        if specifier.startswith("."):
            bases = [posixpath.join(posixpath.dirname(path), specifier)]
        else:
            bases = [f"src/{specifier.lstrip('@~#/')}", specifier.lstrip("/")]
        for base in map(posixpath.normpath, bases):
            for extension in _EXTENSIONS:
                if base + extension in self:
                    return base + extension
        return None

    def layout_of(self, path: str) -> str | None:
        """The layout that a page stands in: the component around everything on it."""
        if path.endswith((".md", ".mdx")):
            named = markdown.field(self.files[path], "layout")
            return self._resolve(path, named[1]) if named else None
        document = scan(self.files[path])
        for element in document.children(None):
            if element.name[:1].isupper() and element.inner < element.inner_end:
                return self.imported(path, element.name)
        return None

    @property
    def layouts(self) -> tuple[str, ...]:
        """Layouts in use, the most used first."""
        used = [layout for page in self.pages if (layout := self.layout_of(page.path))]
        return tuple(sorted(set(used), key=lambda path: (-used.count(path), path)))

    @property
    def sheets(self) -> tuple[str, ...]:
        """Style sheets, those that a layout or a page imports first."""
        names = [path for path in self.files if path.endswith((".css", ".scss"))]
        roots = [*self.layouts, *(page.path for page in self.pages)]
        imported = [each.path for root in roots for each in self.imports(root)]
        first = ("global", "main", "base", "style", "index", "app")

        def rank(path: str) -> tuple[bool, int, str]:
            stem = posixpath.splitext(posixpath.basename(path))[0]
            known = next((i for i, name in enumerate(first) if stem.startswith(name)), len(first))
            return path not in imported, known, path

        return tuple(
            sorted((path for path in names if path.startswith(("src/", "public/"))), key=rank)
        )


def route_of(path: str) -> str | None:
    """The address of a page; None for a file that is none, or that makes many."""
    stem, extension = posixpath.splitext(path.removeprefix(PAGES))
    if not path.startswith(PAGES) or extension not in (".astro", ".md", ".mdx", ".html"):
        return None
    parts = stem.split("/")
    if any(part.startswith(("_", "[", ".")) for part in parts):
        return None
    if parts[-1] == "index":
        parts.pop()
    return "/" + "/".join(parts)


def _caption(path: str, text: str) -> str:
    """What a page says it is: its first heading, else its title, else its file name."""
    if path.endswith((".md", ".mdx")):
        said = markdown.heading(text) or markdown.field(text, "title")
        found = said[1] if said else ""
    else:
        document = scan(text)
        headings = [each for each in document.elements if each.name == "h1"]
        found = unescape(document.inside(headings[0])) if headings else ""
        found = "" if "{" in found else found
    return found or posixpath.splitext(posixpath.basename(path))[0]
