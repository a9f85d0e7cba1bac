"""What is to be done for each wish: the new text of every file, and a sentence about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from services.agent.simulation import (
    creating,
    edits,
    markdown,
    navigation,
    painting,
    pointed,
    wording,
)
from services.agent.simulation.find import find, slug
from services.agent.simulation.intents import (
    AddLink,
    AddParagraph,
    AddSection,
    ChangeColour,
    ChangeHeading,
    ChangeTitle,
    CreatePage,
    CreatePost,
    Edit,
    RemoveLink,
    RemovePage,
    RemoveThis,
    ReplaceText,
    SetThis,
)
from services.agent.simulation.replacing import replace_text
from services.agent.simulation.site import Cannot, Change, Site, route_of
from services.messages import Selection


@dataclass(frozen=True, slots=True)
class Plan:
    """`verb` is what is done ("change"), `rest` to what; `note` is one more sentence, or none."""

    changes: tuple[Change, ...]
    verb: str
    rest: str
    note: str = ""

    @property
    def will(self) -> str:
        return f"{self.verb} {self.rest}"

    @property
    def did(self) -> str:
        return f"{self.verb}{'d' if self.verb.endswith('e') else 'ed'} {self.rest}"


def plan(site: Site, wish: Edit, today: date, selection: Selection | None = None) -> Plan:
    """How to fulfil a wish; `selection` is what the person points at, its file as `site` has it.

    Raises `Cannot` where the site does not allow it.
    """
    match wish:
        case CreatePage():
            found = _create_page(site, wish)
        case CreatePost(title, text):
            change, where = creating.create_post(site, title, text, today)
            found = Plan((change,), "create", f"the post “{title}”", f"It is at {where}.")
        case ChangeHeading(text, called):
            page = find(site, called)
            change, old = wording.change_heading(site, page, text)
            rest = f"the heading of {page} from “{old}” to “{text}”"
            found = Plan((change,), "change", rest, _shared(change, page.path))
        case ChangeTitle(text, called):
            page = find(site, called)
            change, old = wording.change_title(site, page, text)
            note = _shared(change, page.path) or "That is the name in the browser's tab."
            found = Plan((change,), "change", f"the title of {page} from “{old}” to “{text}”", note)
        case ReplaceText(old, new, called):
            page = find(site, called) if called else None
            changes = replace_text(site, old, new, page)
            where = ", ".join(each.path for each in changes)
            rest = f"“{old}” with “{new}” in {where}" if new else f"“{old}” from {where}"
            found = Plan(tuple(changes), "replace" if new else "remove", rest)
        case ChangeColour(part, colour):
            found = _colour(site, part, colour)
        case AddSection(title, text, called):
            found = _add(site, called, title, text, section=True)
        case AddParagraph(text, called):
            found = _add(site, called, "", text, section=False)
        case AddLink():
            found = _add_link(site, wish)
        case RemoveLink(label):
            link, change = navigation.remove_link(site, label)
            found = Plan((change,), "remove", f"the link “{link.label}” from the navigation")
        case RemovePage(called):
            found = _remove_page(site, called)
        case SetThis() | RemoveThis():
            found = _point(site, wish, selection)
    changes = tuple(each for each in found.changes if site.files.get(each.path) != each.text)
    if not changes:
        raise Cannot("have nothing to do there: it is like that already")
    return Plan(changes, found.verb, found.rest, found.note)


def _point(site: Site, wish: SetThis | RemoveThis, selection: Selection | None) -> Plan:
    if selection is None:
        raise Cannot("cannot tell what you point at")
    if isinstance(wish, RemoveThis):
        change, what = pointed.remove(site, selection)
        return Plan((change,), "remove", what, _shared(change, ""))
    change, what, old = pointed.set_text(site, selection, wish.text)
    rest = f"the text of {what} from “{old}” to “{wish.text}”"
    return Plan((change,), "change", rest, _shared(change, ""))


def _shared(change: Change, path: str) -> str:
    """A word of warning where a page's text stands in a file that others use too."""
    if change.path == path or not change.path.startswith("src/") or route_of(change.path):
        return ""
    return f"It stands in {change.path}, so it changes wherever that is used."


def _create_page(site: Site, wish: CreatePage) -> Plan:
    change, route = creating.create_page(site, wish.name, wish.text)
    changes = [change]
    note = f"It is at {route}. To have it in the menu, say: add {wish.name} to the navigation."
    if wish.in_menu:
        changes.append(navigation.add_link(site.after(changes), wish.name, route))
        note = f"It is at {route}, and in the navigation."
    return Plan(tuple(changes), "create", f"the page “{wish.name}”", note)


def _colour(site: Site, part: str, colour: str) -> Plan:
    changes, painted = painting.paint(site, part, colour)
    note = ""
    if painted.kept_dark:
        note = "The dark theme keeps its own colour, since this one could not be read there."
    elif painted.faint:
        note = "Mind that text is hard to read in these colours."
    rest = f"the colour of the {part} to {colour} ({painted.what} in {changes[0].path})"
    return Plan(tuple(changes), "change", rest, note)


def _add(site: Site, called: str, title: str, text: str, *, section: bool) -> Plan:
    page = find(site, called)
    source, tools = site.files[page.path], markdown if page.markdown else edits
    if section:
        after = tools.add_section(source, title, text)
        what = f"the section “{title}”" if title else "a section"
    else:
        after, what = tools.add_paragraph(source, text), "a paragraph"
    return Plan((site.change(page.path, after),), "add", f"{what} to {page}")


def _add_link(site: Site, wish: AddLink) -> Plan:
    target, label = wish.target, wish.label
    note = ""
    if target.startswith(("http://", "https://", "mailto:", "tel:", "#")):
        href = target
        label = label or target.partition(":")[2].strip("/")
    elif target.startswith("/"):
        href = target
        label = label or target.strip("/").rpartition("/")[2].replace("-", " ").capitalize()
        if not any(navigation.same(page.route, href) for page in site.pages):
            note = f"There is no page {href} yet."
    else:
        page = find(site, target)
        if not page.route:
            raise Cannot(f"cannot tell the address of {page}")
        href = page.route
        label = label or (target[:1].upper() + target[1:] if slug(target) != "home" else "Home")
    change = navigation.add_link(site, label, href)
    return Plan((change,), "add", f"the link “{label}” to {href} to the navigation", note)


def _remove_page(site: Site, called: str) -> Plan:
    page = find(site, called, exactly=True)
    if not creating.removable(page):
        raise Cannot(f"cannot remove {page}: a site needs one")
    changes = [Change(page.path, "deleted", None)]
    note = ""
    entry = next((e for e in navigation.links(site) if navigation.same(e.href, page.route)), None)
    if entry is not None and page.route:
        changes.append(navigation.remove_link(site, entry.href)[1])
        note = f"I took “{entry.label}” out of the navigation as well. "
    left = _linking(site.after(changes), page.route)
    if left:
        note += f"Links to it are left in {', '.join(left)}."
    return Plan(tuple(changes), "remove", f"{page} ({page.path})", note)


def _linking(site: Site, route: str) -> list[str]:
    """The files with a link to an address, for telling a person."""
    link = re.compile(rf"(?:href=[\"'{{`]+|\]\(){re.escape(route)}/?[\"'`)#?]")
    return [path for path, text in site.files.items() if route and link.search(text)]
