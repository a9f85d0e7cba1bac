"""New pages and posts, made after the ones that the site has."""

from __future__ import annotations

import posixpath
import re
from datetime import date

from services.agent.simulation import edits, markdown
from services.agent.simulation.find import slug
from services.agent.simulation.scan import Element, scan
from services.agent.simulation.site import CONTENT, PAGES, Cannot, Change, Page, Site, route_of

_TITLE = ("title", "pageTitle", "heading", "name")
_SUMMARY = ("description", "summary", "excerpt", "subtitle")
_DATE = ("date", "pubDate", "publishDate", "pubdate", "published", "publishedAt")
_MODELS = ("about", "contact")


def create_page(site: Site, name: str, text: str) -> tuple[Change, str]:
    """The change that makes a page, and its address. Raises `Cannot` where one has it."""
    part = slug(name)
    if not part:
        raise Cannot(f"cannot make an address out of “{name}”; use letters or digits")
    route = f"/{part}"
    taken = next((page for page in site.pages if page.route.casefold() == route), None)
    if taken is not None:
        raise Cannot(f"cannot create the page {route}: there is one, {taken.path}")
    path = f"{PAGES}{part}.astro"
    if path in site:
        raise Cannot(f"cannot create {path}: there is such a file")
    return Change(path, "added", _page(site, name, text)), route


def _page(site: Site, name: str, text: str) -> str:
    model, layout = _model(site)
    lines = [f"<h1>{edits.escape(name)}</h1>"]
    lines += [f"<p>{edits.escape(each)}</p>" for each in edits.paragraphs(text)]
    if model is None or layout is None:
        return _whole(name, lines)
    source = site.files[model.path]
    document = scan(source)
    root = next(each for each in document.children(None) if each.name[:1].isupper())
    heading = next((each for each in document.elements if each.name == "h1"), None)
    if heading is None and "<h1" in site.files[layout]:
        del lines[0]
    chain = document.ancestors(heading)[1:] if heading else []
    if not all(each.name.islower() for each in chain):
        chain = []
    for each in reversed(chain):
        lines[:] = [f"<{each.name}{_class(each)}>", *(f"  {line}" for line in lines)]
        lines.append(f"</{each.name}>")
    statement = _import_of(source, root.name)
    tag = " ".join([root.name, *_attributes(root, name)])
    body = "".join(f"  {line}\n" for line in lines)
    return f"---\n{statement}\n---\n\n<{tag}>\n{body}</{root.name}>\n"


def _model(site: Site) -> tuple[Page | None, str | None]:
    """A page to make others like: one of the top level, in a layout, with an ordinary name."""

    def rank(page: Page) -> tuple[bool, bool, bool, str]:
        name = page.route.strip("/")
        return name not in _MODELS, not name, name == "404", page.path

    pages = [
        page
        for page in site.pages
        if page.path.endswith(".astro") and page.path.count("/") == PAGES.count("/")
    ]
    for page in sorted(pages, key=rank):
        if layout := site.layout_of(page.path):
            return page, layout
    return None, None


def _import_of(source: str, name: str) -> str:
    pattern = rf"^[ \t]*(import\s+{re.escape(name)}\s+from\s+['\"][^'\"]+['\"];?)"
    match = re.search(pattern, source, re.MULTILINE)
    return match.group(1) if match else ""


def _class(element: Element) -> str:
    named = element.attribute("class")
    return f' class="{named.value}"' if named and named.quoted else ""


def _attributes(root: Element, name: str) -> list[str]:
    """What the model hands to its layout, with the new title; not what is the model's own."""
    found: list[str] = []
    for each in root.attributes:
        if each.name in _TITLE:
            found.append(edits.attribute(each.name, name))
        elif each.name not in _SUMMARY and (each.value is None or each.quoted):
            found.append(each.name if each.value is None else f'{each.name}="{each.value}"')
    return found


def _whole(name: str, lines: list[str]) -> str:
    body = "".join(f"      {line}\n" for line in lines)
    return (
        '<!doctype html>\n<html lang="en">\n  <head>\n    <meta charset="utf-8" />\n'
        '    <meta name="viewport" content="width=device-width, initial-scale=1" />\n'
        f"    <title>{edits.escape(name)}</title>\n  </head>\n  <body>\n    <main>\n"
        f"{body}    </main>\n  </body>\n</html>\n"
    )


def create_post(site: Site, title: str, text: str, today: date) -> tuple[Change, str]:
    """The change that makes a post like the newest there is, and what to call it."""
    posts = [page for page in site.pages if page.post] or [
        page for page in site.pages if page.markdown and page.route.count("/") > 1
    ]
    if not posts:
        raise Cannot("cannot find any posts to write another like them; create a page instead")
    part = slug(title)
    if not part:
        raise Cannot(f"cannot make an address out of “{title}”; use letters or digits")
    folders = [posixpath.dirname(post.path) for post in posts]
    folder = max(sorted(set(folders)), key=folders.count)
    path = f"{folder}/{part}.md"
    if path in site:
        raise Cannot(f"cannot create the post: there is one, {path}")
    model = next(post for post in posts if posixpath.dirname(post.path) == folder)
    said = edits.paragraphs(text)
    lines = [
        f"{name}: {_value(name, value, title, said, today)}"
        for name, value in markdown.fields(site.files[model.path])
    ]
    if not any(line.startswith("title:") for line in lines):
        lines.insert(0, f"title: {markdown.scalar(title)}")
    body = "\n\n".join(map(markdown.escape, said)) or "…"
    change = Change(path, "added", "---\n" + "\n".join(lines) + f"\n---\n\n{body}\n")
    after = next(page for page in site.after([change]).pages if page.path == path)
    return change, after.route or path


def _value(name: str, value: str, title: str, said: list[str], today: date) -> str:
    if name in _TITLE:
        return markdown.scalar(title)
    if name in _SUMMARY:
        return markdown.scalar(said[0] if said else title)
    if name in _DATE or re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", value):
        return today.isoformat()
    if name == "slug":
        return slug(title)
    if value in ("true", "false") or re.fullmatch(r"-?\d+(?:\.\d+)?", value):
        return value
    return markdown.scalar(value)


def removable(page: Page) -> bool:
    """The home page stays, and so do pages that make others."""
    return page.route != "/" and (page.path.startswith(CONTENT) or route_of(page.path) is not None)
