"""The intent that a matched sentence means: one function for each kind of rule.

Each returns None where the words fit the pattern and yet say something else.
"""

from __future__ import annotations

import re

from services.agent.simulation import colours, phrases
from services.agent.simulation.grammar import LINK, Parts
from services.agent.simulation.intents import (
    HOME,
    AddLink,
    AddParagraph,
    AddSection,
    ChangeHeading,
    ChangeTitle,
    CreatePage,
    CreatePost,
    Intent,
    RemoveLink,
    RemovePage,
    ReplaceText,
    ShowFile,
)


def _page(part: Parts) -> str:
    return phrases.page(part("page"))


def heading(part: Parts) -> Intent | None:
    text = phrases.name(part("text"))
    return ChangeHeading(text, _page(part)) if text else None


def header(part: Parts) -> Intent | None:
    """Many a heading is called a header; with a colour it is the bar at the top."""
    return None if colours.parse(part("text")) else heading(part)


def title(part: Parts) -> Intent | None:
    text = phrases.name(part("text"))
    return ChangeTitle(text, _page(part)) if text else None


def replace(part: Parts) -> Intent | None:
    page = phrases.page(part("page"), default="") or None
    old = part("old").strip()
    return ReplaceText(old, part("new").strip(), page) if old else None


def section(part: Parts) -> Intent | None:
    title, text = part.title("title"), part("text")
    return AddSection(title, text, _page(part)) if title or text else None


def paragraph(part: Parts) -> Intent | None:
    return AddParagraph(part("text"), _page(part)) if part("text") else None


def quoted_paragraph(part: Parts) -> Intent | None:
    text = part("text") or part("quoted")
    return AddParagraph(text, HOME) if text else None


def create_page(part: Parts) -> Intent | None:
    name = part.title("name")
    if not name or name.casefold() in ("it", "this", "that"):
        return None
    return CreatePage(name, part("text"), bool(part("menu")))


def create_post(part: Parts) -> Intent | None:
    title = part.title("name")
    return CreatePost(title, part("text")) if title else None


def _target(text: str) -> str:
    text = re.sub(r"^(?:a |an |the )?(?:(?:new )?link (?:to|for) )?", "", text.strip(), flags=re.I)
    return phrases.page(re.sub(rf"\s+{LINK}$", "", text, flags=re.I), default="")


def add_link(part: Parts) -> Intent | None:
    target, label = _target(part("target")), phrases.name(part("label"))
    return AddLink(target or label, label) if target or label else None


def remove_link(part: Parts) -> Intent | None:
    label = _target(part("label"))
    return RemoveLink(label) if label else None


def remove_page(part: Parts) -> Intent | None:
    page = phrases.page(part("page"), default="")
    return RemovePage(page) if page else None


def show(part: Parts) -> Intent | None:
    where = part("where").strip("?. ")
    if re.search(r"\s", where):
        where = phrases.page(where)
    return ShowFile(where) if where else None
