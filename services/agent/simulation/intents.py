"""What somebody can want of the simulation: one frozen dataclass for each thing it can do.

A `page` or `where` is what the person called it ("about", "the home page", "/pricing"); the site
decides which page that is.
"""

from __future__ import annotations

from dataclasses import dataclass

HOME = "home"


@dataclass(frozen=True, slots=True)
class CreatePage:
    name: str
    text: str = ""
    in_menu: bool = False


@dataclass(frozen=True, slots=True)
class CreatePost:
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChangeHeading:
    text: str
    page: str = HOME


@dataclass(frozen=True, slots=True)
class ChangeTitle:
    text: str
    page: str = HOME


@dataclass(frozen=True, slots=True)
class ReplaceText:
    """Without `page`: wherever it is found."""

    old: str
    new: str
    page: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeColour:
    """`part` is canonical ("background") or the person's own word; `colour` is CSS."""

    part: str
    colour: str


@dataclass(frozen=True, slots=True)
class AddSection:
    title: str
    text: str = ""
    page: str = HOME


@dataclass(frozen=True, slots=True)
class AddParagraph:
    text: str
    page: str = HOME


@dataclass(frozen=True, slots=True)
class AddLink:
    """A link in the navigation. `target`: an address, or what a page is called."""

    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class RemoveLink:
    label: str


@dataclass(frozen=True, slots=True)
class RemovePage:
    page: str


@dataclass(frozen=True, slots=True)
class SetThis:
    """The text of the element that the person points at."""

    text: str


@dataclass(frozen=True, slots=True)
class RemoveThis:
    pass


@dataclass(frozen=True, slots=True)
class ListPages:
    pass


@dataclass(frozen=True, slots=True)
class ListFiles:
    pass


@dataclass(frozen=True, slots=True)
class ShowFile:
    """`where` is a path in the site, or what a page is called."""

    where: str


@dataclass(frozen=True, slots=True)
class ShowStatus:
    pass


@dataclass(frozen=True, slots=True)
class Help:
    pass


Edit = (
    CreatePage
    | CreatePost
    | ChangeHeading
    | ChangeTitle
    | ReplaceText
    | ChangeColour
    | AddSection
    | AddParagraph
    | AddLink
    | RemoveLink
    | RemovePage
    | SetThis
    | RemoveThis
)
Look = ListPages | ListFiles | ShowFile | ShowStatus | Help
Intent = Edit | Look


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """`reason` is a sentence where there is more to say than that."""

    reason: str = ""
