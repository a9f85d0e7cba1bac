"""Where a site keeps the colour of a part, and how to give it another."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.agent.simulation import styles
from services.agent.simulation.colours import PARTS
from services.agent.simulation.scan import scan
from services.agent.simulation.site import Cannot, Change, Site
from services.agent.simulation.styles import Painted

SHEET = "src/styles/global.css"
_FENCE = re.compile(r"\A(\ufeff?\s*---[^\n]*\n)")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A style sheet, or a style element: `start` is where it stands in its file."""

    path: str
    css: str
    start: int

    def changed(self, site: Site, painted: Painted) -> Change:
        source = site.files[self.path]
        after = source[: self.start] + painted.css + source[self.start + len(self.css) :]
        return site.change(self.path, after)


def paint(site: Site, part: str, colour: str) -> tuple[list[Change], Painted]:
    """The changes that give a part a colour. Raises `Cannot` for a part that has none here."""
    sheets = _sheets(site)
    for way in (styles.paint_property, styles.paint_rule):
        for sheet in sheets:
            if painted := way(sheet.css, part, colour):
                return [sheet.changed(site, painted)], painted
    path = next(iter(site.sheets), None)
    painted = styles.new_rule(site.files[path] if path else "", part, colour)
    if painted is None:
        known = sorted({*PARTS, *(own for sheet in sheets for own in styles.own_parts(sheet.css))})
        raise Cannot(f"cannot tell what “{part}” is; I can colour the {', '.join(known)}")
    if path is not None:
        return [site.change(path, painted.css)], painted
    importing = _importing(site)
    if not importing:
        raise Cannot("cannot find a page or a layout to give a style sheet to")
    return [site.change(SHEET, painted.css), *importing], painted


def _sheets(site: Site) -> list[_Sheet]:
    """Style sheets first, then what layouts and components bring themselves."""
    found = [_Sheet(path, site.files[path], 0) for path in site.sheets]
    layouts = site.layouts
    others = sorted(path for path in site.files if path.endswith(".astro") and path not in layouts)
    for path in (*layouts, *others):
        document = scan(site.files[path])
        found += [
            _Sheet(path, document.inside(each), each.inner)
            for each in document.elements
            if each.name == "style"
        ]
    return found


def _importing(site: Site) -> list[Change]:
    """Import a new style sheet where every page gets it from."""
    files = list(site.layouts) or [page.path for page in site.pages if page.path.endswith(".astro")]
    changes: list[Change] = []
    for path in files:
        source = site.files[path]
        line = f"import '{'../' * (path.count('/') - 1)}styles/global.css';\n"
        match = _FENCE.match(source)
        after = (
            source[: match.end()] + line + source[match.end() :]
            if match
            else f"---\n{line}---\n\n{source}"
        )
        changes.append(site.change(path, after))
    return changes
