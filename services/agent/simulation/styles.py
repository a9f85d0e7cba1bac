"""Edits of style sheets: the colour of a part, by custom property or by rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from services.agent.simulation import colours

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_DECLARATION = re.compile(r"\s*(--[\w-]+|[a-z-]+)\s*:(.*)", re.DOTALL)
_VAR = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,[^()]*)?\)")

_PROPERTIES = {
    "accent": "accent primary brand theme highlight main",
    "background": "background bg page body-background page-background",
    "borders": "border line outline",
    "buttons": "button button-background button-bg btn",
    "button text": "button-text btn-text on-button on-accent",
    "footer": "footer footer-background footer-bg",
    "header": "header header-background header-bg nav navbar",
    "headings": "heading headings title",
    "links": "link links anchor",
    "muted text": "muted text-muted secondary-text gray",
    "cards": "surface card card-background panel box",
    "text": "text foreground fg body-text font body",
}
_RULES = {
    "background": ("body", "background-color"),
    "buttons": ("button, .button, .btn", "background-color"),
    "button text": ("button, .button, .btn", "color"),
    "footer": ("footer", "background-color"),
    "header": ("header", "background-color"),
    "headings": ("h1, h2, h3, h4, h5, h6", "color"),
    "links": ("a", "color"),
    "text": ("body", "color"),
}
_AGAINST = {
    "background": "text",
    "text": "background",
    "headings": "background",
    "links": "background",
    "muted text": "background",
    "accent": "background",
    "buttons": "button text",
    "button text": "buttons",
    "header": "text",
    "footer": "text",
    "cards": "text",
}
_DEEPEST = 20  # preludes that are remembered, of rules in rules in rules
READABLE = 3.0
"""The contrast below which a person is told; WCAG's bound for large text."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """`where` are the preludes around it, outermost first; positions are those of the value."""

    name: str
    value: str
    start: int
    end: int
    where: tuple[str, ...]

    @property
    def dark(self) -> bool:
        return any("dark" in each for each in self.where)


@dataclass(frozen=True, slots=True)
class Painted:
    """A style sheet with a new colour. `kept_dark`: the dark theme keeps its own, since this one
    could not be read there. `faint`: nor can it be read well in the light one."""

    css: str
    what: str
    kept_dark: bool = False
    faint: bool = False


def declarations(css: str) -> list[Declaration]:
    """Every declaration in a style sheet, nested or not. Never raises."""
    text = _COMMENT.sub(lambda match: " " * len(match.group()), css)
    found: list[Declaration] = []
    where: list[str] = []
    start = 0
    for match in re.finditer(r"\"[^\"\n]*\"|'[^'\n]*'|\([^(){}]*\)|[{};]", text):
        mark = match.group()
        if mark not in "{};":
            continue
        piece = text[start : match.start()]
        if mark == "{":
            where.append(" ".join(piece.split()))
        elif declared := _DECLARATION.match(piece):
            value = declared[2].lstrip()
            low = start + declared.end(2) - len(value)
            high = low + len(value.rstrip().removesuffix("!important").rstrip())
            found.append(
                Declaration(declared[1], css[low:high], low, high, tuple(where[:_DEEPEST]))
            )
        if mark == "}" and where:
            where.pop()
        start = match.end()
    return found


def property_of(css: str, part: str) -> str | None:
    """The custom property that colours a part, by the names that people give such properties."""
    names = {each.name for each in declarations(css) if each.name.startswith("--")}
    for word in _PROPERTIES.get(part, part.replace(" ", "-")).split():
        for name in (f"--color-{word}", f"--colour-{word}", f"--{word}-color", f"--{word}-colour"):
            if name in names:
                return name
    for word in _PROPERTIES.get(part, "").split():
        for name in (f"--{word}", f"--clr-{word}", f"--c-{word}"):
            if name in names:
                return name
    return None


def paint_property(css: str, part: str, colour: str) -> Painted | None:
    """Set a part's custom property in every theme in which the colour can be read."""
    name = property_of(css, part)
    if name is None:
        return None
    every = declarations(css)
    mine = [each for each in every if each.name == name]
    other = property_of(css, _AGAINST.get(part, ""))

    def readable(dark: bool) -> bool:
        ratio = colours.contrast(colour, _value(every, other, dark)) if other else None
        return ratio is None or ratio >= READABLE

    kept = any(each.dark for each in every) and any(not each.dark for each in mine)
    kept = kept and not readable(dark=True) and readable(dark=False)
    for each in reversed(mine):
        if not (kept and each.dark):
            css = css[: each.start] + colour + css[each.end :]
    if kept and not any(each.dark for each in mine):
        css = _keep_in_dark(css, name, mine[-1].value)
    return Painted(css, name, kept, faint=not readable(dark=False))


def _keep_in_dark(css: str, name: str, value: str) -> str:
    """Give the dark theme, which had a property from the light one, one of its own."""
    last = [each for each in declarations(css) if each.dark and each.name.startswith("--")][-1:]
    for each in last:
        line = css[css.rfind("\n", 0, each.start) + 1 : each.start]
        indent = line[: len(line) - len(line.lstrip())]
        return f"{css[: each.end]};\n{indent}{name}: {value}{css[each.end :]}"
    return css


def paint_rule(css: str, part: str, colour: str) -> Painted | None:
    """Change the colour in the rule that already gives the part one; None without such a rule."""
    if part not in _RULES:
        return None
    selector, name = _RULES[part]
    wanted = {each.strip() for each in selector.split(",")}
    also = {"html", "html, body", ":root"} if selector == "body" else set[str]()

    @cache
    def split(prelude: str) -> set[str]:
        return {one.strip() for one in prelude.split(",")}

    for each in declarations(css):
        if len(each.where) != 1 or each.name not in (name, name.removesuffix("-color")):
            continue
        selectors = split(each.where[0])
        if selectors <= wanted or selectors <= {"html", "body"} & (wanted | also):
            return Painted(css[: each.start] + colour + css[each.end :], each.where[0])
    return None


def new_rule(css: str, part: str, colour: str) -> Painted | None:
    """Add a rule at the end; None for a part that only a custom property could colour."""
    if part not in _RULES:
        return None
    selector, name = _RULES[part]
    rule = f"{selector} {{\n  {name}: {colour};\n}}\n"
    return Painted(f"{css.rstrip()}\n\n{rule}" if css.strip() else rule, selector)


def own_parts(css: str) -> list[str]:
    """The parts that a site colours with properties of its own, for telling a person."""
    names = {each.name for each in declarations(css)}
    prefix = "--color-"
    return sorted(
        each.removeprefix(prefix).replace("-", " ") for each in names if each.startswith(prefix)
    )


def _value(every: list[Declaration], name: str, dark: bool) -> str:
    """What a custom property comes to in a theme, through properties that refer to others."""
    for _ in range(8):
        mine = [each for each in every if each.name == name]
        chosen = [each for each in mine if each.dark] if dark else []
        chosen = chosen or [each for each in mine if not each.dark]
        if not chosen:
            return ""
        reference = _VAR.fullmatch(chosen[-1].value)
        if reference is None:
            return chosen[-1].value
        name = reference.group(1)
    return ""
