"""A script for the simulation: what it does where an instruction matches, for demos and tests.

A TOML file with rules; the first that matches an instruction is carried out, step by step, and
an instruction that none matches is understood as the simulation understands it by itself:

    [[rule]]
    when = "(?i)prices"  # a regular expression, looked for in the instruction
    steps = [
      { say = "I will write a page for your prices." },
      { pause = 0.5 },  # seconds
      { write = "src/pages/prices.astro", text = "<h1>Prices</h1>" },
      { edit = "src/pages/index.astro", old = "Hello", new = "Good day" },
      { delete = "src/pages/old.astro" },
      { ask = "publish", summary = "the prices" },
      { use = { input_tokens = 1200, output_tokens = 300, cost = 0.02 } },
      { fail = "the model is overloaded; try again in a minute" },
    ]

    [[rule]]
    when = "cannot be shown"
    repair = true  # when it is sent back to mend what it broke; other rules are not looked at then
    steps = [{ edit = "src/pages/index.astro", old = "{oops", new = "{oops}" }]

`write`, `edit` and `delete` ask for permission as every tool does, and so does `ask`, which does
nothing else: a refusal ends the rule. `old` is changed where it stands first. A path that leads out
of the site, an `old` that is not there or a turn that changes no file make a step fail: that is
told, and the next step follows. `use` is told as used; beyond the turn's budget it ends the turn,
as `fail` does. Longer steps may be tables of their own, `[[rule.steps]]`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from services.agent.simulation.problems import Problems
from services.messages import Usage

Named = Annotated[str, Meta(min_length=1)]


class Say(Struct, frozen=True):
    say: str


class Write(Struct, frozen=True):
    write: Named
    text: str


class Edit(Struct, frozen=True):
    edit: Named
    old: Named
    new: str


class Delete(Struct, frozen=True):
    delete: Named


class Pause(Struct, frozen=True):
    pause: Annotated[float, Meta(ge=0)]


class Ask(Struct, frozen=True):
    ask: Named
    summary: str = ""


class Spent(Struct, frozen=True):
    """`cost` is in US dollars."""

    model: str = "simulation"
    input_tokens: Annotated[int, Meta(ge=0)] = 0
    output_tokens: Annotated[int, Meta(ge=0)] = 0
    cache_read_tokens: Annotated[int, Meta(ge=0)] = 0
    cache_write_tokens: Annotated[int, Meta(ge=0)] = 0
    cost: Annotated[float, Meta(ge=0)] = 0.0

    @property
    def usage(self) -> Usage:
        return Usage(**msgspec.structs.asdict(self))


class Use(Struct, frozen=True):
    use: Spent


class Fail(Struct, frozen=True):
    fail: Named


Step = Say | Write | Edit | Delete | Pause | Ask | Use | Fail
_STEPS: Mapping[str, type[Step]] = {
    each.__struct_fields__[0]: each for each in (Say, Write, Edit, Delete, Pause, Ask, Use, Fail)
}


@dataclass(frozen=True, slots=True)
class Rule:
    when: re.Pattern[str]
    steps: tuple[Step, ...]
    repair: bool = False


class _Written(Struct, frozen=True):
    when: str
    steps: list[dict[str, Any]]
    repair: bool = False


def matching(rules: Iterable[Rule], instruction: str, *, repair: bool = False) -> Rule | None:
    """The first rule for an instruction; `repair` where the backend is sent back to mend."""
    return next(
        (each for each in rules if each.repair is repair and each.when.search(instruction)), None
    )


def load(path: Path) -> tuple[Rule, ...]:
    """The rules of a script. Raises `ValueError` with all that is wrong in it. Synchronous."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot read the script {path}: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"cannot use the script {path}: {error}") from error


def parse(text: str) -> tuple[Rule, ...]:
    """As `load`, of a script's text."""
    written = tomllib.loads(text)
    problems = Problems(Spent)
    problems.unknown("", written, ("rule",))
    try:
        rules = msgspec.convert(written.get("rule", []), list[dict[str, Any]])
    except msgspec.ValidationError:
        problems.add("rule", "has to be written [[rule]], once for each rule")
        rules = []
    found = [_rule(f"rule {number}", each, problems) for number, each in enumerate(rules, 1)]
    if problems.found:
        raise ValueError("; ".join(problems.found))
    return tuple(each for each in found if each is not None)


def _rule(where: str, written: Mapping[str, Any], problems: Problems) -> Rule | None:
    fields = problems.table(where, written, _Written)
    when = _pattern(where, fields.get("when"), problems)
    steps = [
        _step(f"{where}, step {number}", each, problems)
        for number, each in enumerate(fields.get("steps", ()), 1)
    ]
    if when is None:
        return None
    return Rule(when, tuple(each for each in steps if each), fields.get("repair", False))


def _pattern(where: str, when: str | None, problems: Problems) -> re.Pattern[str] | None:
    try:
        return None if when is None else re.compile(when)
    except re.error as error:
        problems.add(f"{where}, when", f"is no regular expression: {error}")
        return None


def _step(where: str, written: Mapping[str, Any], problems: Problems) -> Step | None:
    kinds = [key for key in written if key in _STEPS]
    if len(kinds) != 1:
        problems.add(where, f"has to have one of {', '.join(_STEPS)}")
        return None
    kind = _STEPS[kinds[0]]
    fields = problems.table(where, written, kind)
    needed = {field.name for field in msgspec.structs.fields(kind) if field.required}
    return kind(**fields) if needed <= fields.keys() else None
