"""Where a value comes from: a line of a file, an override, a variable, or nowhere, the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, cast

from msgspec import Struct

from supervisor.config.path import Path


class Source(StrEnum):
    FILE = "file"
    DROP_IN = "drop-in"
    ENVIRONMENT = "environment"
    OPTION = "option"


@dataclass(frozen=True)
class Document:
    """One layer: a file, by its path, or one override, by its name."""

    name: str
    source: Source = Source.FILE
    text: str = ""

    @cached_property
    def lines(self) -> Mapping[Path, int]:
        from supervisor.config.lines import lines  # only a problem or a question needs it

        return lines(self.text)

    def line(self, path: Path) -> int | None:
        """Where the statement or list item begins that says this value, or the table's header."""
        for length in range(len(path), 0, -1):
            if (found := self.lines.get(path[:length])) is not None:
                return found
        return None


class Variable(Struct, frozen=True):
    """A `${name}` that is part of a value; without one in the environment, its default is."""

    name: str
    value: str | None = None

    @property
    def is_set(self) -> bool:
        return self.value is not None


class Origin(Struct, frozen=True):
    document: Document
    path: Path = ()
    variables: tuple[Variable, ...] = ()

    @property
    def file(self) -> str:
        return self.document.name

    @property
    def line(self) -> int | None:
        return self.document.line(self.path)

    def blamed(self, text: str) -> str:
        """What is wrong with the value, after the variables that somebody set to make it so."""
        said = (f"{one.name}={one.value!r}" for one in self.variables if one.is_set)
        return ": ".join(filter(None, (", ".join(dict.fromkeys(said)), text)))

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        told = (f"{one.name}{'' if one.is_set else ' at its default'}" for one in self.variables)
        return ", ".join((place, *dict.fromkeys(told)))


class Node(Struct):
    """A value with its origin: a scalar, or a table or list of further nodes.

    An override has a text beside its value, since only its key says whether 8080 is a number.
    """

    value: Any
    origin: Origin
    written: str | None = None

    @property
    def is_table(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    @property
    def table(self) -> dict[str, Node]:
        """What is in it, where it is a table; one that is none has nothing in it."""
        return cast("dict[str, Node]", self.value) if self.is_table else {}

    @property
    def items(self) -> list[Node]:
        """The same for a list."""
        return cast("list[Node]", self.value) if self.is_list else []


def at(tree: Node, path: Path) -> Node | None:
    """The node at a path of tables."""
    found: Node | None = tree
    for part in path:
        found = found.table.get(str(part)) if found else None
    return found


def plain(node: Node) -> Any:
    """A node without its origins."""
    if node.is_table:
        return {name: plain(child) for name, child in node.table.items()}
    return [plain(child) for child in node.items] if node.is_list else node.value
