"""Nodes to typed values, key by key, so that one bad value does not hide the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from supervisor.config.lax import adapted, converted, unlike
from supervisor.config.origin import Node, Origin, Variable, plain
from supervisor.config.path import Path, label
from supervisor.config.problem import Problem
from supervisor.config.shape import NAMED, infos, items_of, structs, values_of
from supervisor.config.words import as_list, in_words, nearest
from supervisor.texts import filled

S = TypeVar("S", bound=Struct)

NAME = "[A-Za-z_][A-Za-z0-9_]*"
# A default may hold variables, and their defaults others in their turn.
PLAIN = r"[^}$]|\$(?!\{)"
INNERMOST = rf"(?:\$\{{{NAME}(?::-[^}}$]*)?\}}|{PLAIN})*"
DEFAULT = rf"(?:\$\{{{NAME}(?::-{INNERMOST})?\}}|{PLAIN})*"
VARIABLE = re.compile(rf"\$(?:\$|\{{({NAME})(?::-({DEFAULT}))?\}})")


def place(path: Path) -> tuple[str, str]:
    """The table and the key of a path, as a problem has them."""
    tables = next((i - 1 for i, part in enumerate(path) if isinstance(part, int)), len(path) - 1)
    tables = max(tables, 2 if path[0] in NAMED else 1)
    return label(path[:tables]), label(path[tables:])


class Converter:
    """Collects the problems, and where each value came from, on the way."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self.origins: dict[Path, Origin] = {}
        self._environment = environment

    def problem(self, path: Path, text: str, origin: Origin) -> None:
        text = origin.blamed(text)
        self.problems.append(Problem(origin.file, *place(path), text, origin.line))

    def struct(self, path: Path, node: Node, cls: type[S], **given: object) -> S | None:
        """A table as a struct, or None where it lacks a key that it cannot be without.

        `given` are fields that are no keys. A key with a problem keeps its default.
        """
        values, lacking = self.fields(path, node, cls, **given)
        return None if lacking else made(cls, values)

    def fields(
        self, path: Path, node: Node, cls: type[Struct], **given: object
    ) -> tuple[dict[str, object], list[str]]:
        """The values of a table's keys, and which are wanting without a default."""
        self.origins[path] = node.origin
        known = {f.encode_name: f for f in infos(cls) if f.name not in given}
        values = dict(given)
        for key, child in node.table.items():
            if key not in known:
                hint = nearest(key, known)
                self.problem((*path, key), f"no such key{hint}", child.origin)
            elif (value := self.value((*path, key), child, known[key].type)) is not None:
                values[key] = value
        required = [key for key, info in known.items() if info.required]
        for key in required:
            if key not in node.table:
                self.problem((*path, key), "is missing", node.origin)
        return values, [key for key in required if key not in values]

    def value(self, path: Path, node: Node, kind: Any) -> Any:
        """The value as its key wants it, or None and a problem."""
        self.origins[path] = node.origin
        if node.is_table:
            if found := structs(kind):
                return self.struct(path, node, found[0])
            if (inner := values_of(kind)) is not None:
                items = {
                    key: self.value((*path, key), child, inner) for key, child in node.table.items()
                }
                return None if None in items.values() else items
        if node.is_list and (inner := items_of(kind)) is not None:
            return self._list(path, node, kind, inner)
        return self._leaf(path, node, kind)

    def _list(self, path: Path, node: Node, kind: Any, inner: Any) -> Any:
        items = [self.value((*path, i), child, inner) for i, child in enumerate(node.items)]
        variables = [one for i in range(len(items)) for one in self.origins[*path, i].variables]
        if variables:
            self.origins[path] = replace(node.origin, variables=tuple(variables))
        return None if None in items else self._checked(path, node, items, kind, lax=False)

    def _leaf(self, path: Path, node: Node, kind: Any) -> Any:
        raw = plain(node)
        missing = len(self.problems)
        variables: list[Variable] = []
        value = self._expand(path, node, raw, variables)
        if variables:
            self.origins[path] = replace(node.origin, variables=tuple(variables))
        if len(self.problems) > missing:
            return None
        if node.written is not None and not _fits(value, kind):
            text = self._expand(path, node, node.written, [])
            if _fits(adapted(text, kind), kind, strict=False):
                value, raw = text, None
        return self._checked(path, node, value, kind, lax=value != raw)

    def _checked(self, path: Path, node: Node, value: object, kind: Any, *, lax: bool) -> Any:
        try:
            return converted(adapted(value, kind) if lax else value, kind, strict=not lax)
        except msgspec.ValidationError as error:
            text = unlike(value, kind) or in_words(str(error))
            meant = plain(node)
            if isinstance(meant, str) and items_of(kind) is str:
                text += f"; write {as_list(meant)}"
            self.problem(path, text, self.origins[path])
            return None

    def _expand(self, path: Path, node: Node, value: Any, variables: list[Variable]) -> Any:
        """`${NAME}` and `${NAME:-default}` in every text, at any depth; `$$` is a dollar.

        A default may hold variables itself, which count where it is taken.
        """

        def fill(found: re.Match[str]) -> str:
            name, default = found[1], found[2]
            if name is None:
                return "$"
            # An empty variable counts as unset, as in a shell's ${NAME:-default}.
            said = self._environment.get(name)
            if not said and default is None:
                text = f"the variable {name} is not set; ${{{name}:-…}} has a default"
                self.problem(path, text, node.origin)
                return ""
            variables.append(Variable(name, said or None))
            if said:
                return said
            return VARIABLE.sub(fill, default)

        return filled(value, VARIABLE, fill)


def made(cls: type[S], values: Mapping[str, object]) -> S:
    """A struct of values that were converted one by one."""
    make: Callable[..., S] = cls
    return make(**values)


def _fits(value: object, kind: Any, *, strict: bool = True) -> bool:
    try:
        converted(value, kind, strict=strict)
    except msgspec.ValidationError:
        return False
    return True
