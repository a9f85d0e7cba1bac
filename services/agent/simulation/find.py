"""Which page somebody means."""

from __future__ import annotations

import posixpath
import re
import unicodedata

from services.agent.simulation import navigation
from services.agent.simulation.site import PAGES, Cannot, Page, Site

_HOME = frozenset(
    ("home", "homepage", "index", "landing", "start", "front", "main", "frontpage", "welcome", "")
)
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "þ": "th"})


def slug(text: str) -> str:
    """A name as part of an address: lower case, hyphens, no accents; "" where nothing is left."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", plain))
    return "-".join(words)[:60].strip("-")


def find(site: Site, called: str, *, exactly: bool = False) -> Page:
    """The page of that address, file, name, menu entry or heading.

    Unless `exactly`, one page whose names contain all the words will do. Raises `Cannot`, with
    the pages that there are.
    """
    pages = site.pages
    by_route = {page.route: page for page in pages if page.route}
    wanted = called.strip()
    for page in pages:
        if wanted in (page.path, page.path.removeprefix(PAGES), posixpath.basename(page.path)):
            return page
    key = slug(wanted)
    if wanted == "/" or (key in _HOME and not wanted.startswith("/")) or key == "home-page":
        if "/" in by_route:
            return by_route["/"]
        raise Cannot(f"cannot find the home page, src/pages/index.astro. {listing(pages)}")
    route = "/" + wanted.strip("/").casefold()
    for page in pages:
        if page.route.casefold() == route or slug(page.route) == key:
            return page
    for name in (_stem, _caption):
        found = [page for page in pages if name(page) == key]
        if len(found) == 1:
            return found[0]
    for link in navigation.links(site):
        if slug(link.label) == key and (page := by_route.get(link.href.rstrip("/") or "/")):
            return page
    if not exactly and key:
        words = set(key.split("-"))
        found = [page for page in pages if words <= _words(page)]
        if len(found) == 1:
            return found[0]
    raise Cannot(f"cannot find a page called “{called}”. {listing(pages)}")


def listing(pages: tuple[Page, ...]) -> str:
    """The pages in a sentence."""
    names = [page.route or page.path for page in pages]
    if not names:
        return "There are no pages in src/pages"
    return "The pages are " + ", ".join(names[:40]) + (" and more" if len(names) > 40 else "")


def _stem(page: Page) -> str:
    return slug(posixpath.splitext(posixpath.basename(page.path))[0])


def _caption(page: Page) -> str:
    return slug(page.caption)


def _words(page: Page) -> set[str]:
    return {*_stem(page).split("-"), *_caption(page).split("-"), *slug(page.route).split("-")}
