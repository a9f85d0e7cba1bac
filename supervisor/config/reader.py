"""From a tree of layers to specs. Every problem is named at once, with its file, table and key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from msgspec import Struct

from supervisor.config.configuration import Config
from supervisor.config.convert import Converter, made
from supervisor.config.origin import Node, plain
from supervisor.config.problem import Problem
from supervisor.config.secrets import Secrets
from supervisor.config.shape import KINDS, TABLES, keys_of
from supervisor.config.words import nearest
from supervisor.spec import (
    Count,
    GroupSpec,
    HealthSpec,
    ProcessSpec,
    ServiceSpec,
    Settings,
    Spec,
)

S = TypeVar("S", bound=Struct)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*@?")


def read(
    tree: Node,
    environment: Mapping[str, str],
    *,
    files: Sequence[str],
    problems: Sequence[Problem] = (),
) -> Config:
    """The configuration of a tree; `problems` are those of its layers, which come first."""
    reader = _Reader(tree, environment)
    settings: Settings | None = reader.table("supervisor", Settings)
    services = tuple(reader.services())
    checks = tuple(reader.named("health", HealthSpec))
    groups = tuple(reader.named("group", GroupSpec))
    capacity: dict[str, int] | None = reader.table("channels", dict[str, Count])
    reader.unknown()
    own = (one.environment for one in services if isinstance(one, ProcessSpec))
    secrets = Secrets.of(tree, environment, *(table for table in own if table))
    found = (*problems, *reader.converter.problems)
    return Config(
        files[0],
        settings or Settings(),
        services,
        checks,
        groups,
        capacity or {},
        frozenset(reader.names),
        frozenset(reader.broken),
        tuple(dict.fromkeys(replace(one, text=secrets.hide(one.text)) for one in found)),
        tuple(files),
        reader.converter.origins,
        secrets,
    )


class _Reader:
    def __init__(self, tree: Node, environment: Mapping[str, str]) -> None:
        self.converter = Converter(environment)
        self.names: list[str] = []
        self.broken: list[str] = []
        self._tree = tree

    def table(self, name: str, kind: Any) -> Any:
        """What a table without names says, or None where there is none or it is none."""
        node = self._tree.table.get(name)
        return self.converter.value((name,), node, kind) if node else None

    def unknown(self) -> None:
        for name, node in self._tree.table.items():
            if name not in TABLES:
                text = f"no such table{nearest(name, TABLES)}"
                self.converter.problem((name,), text, node.origin)

    def named(self, kind: str, cls: type[S]) -> Iterator[S]:
        for name, node in self._tables(kind):
            spec = self.converter.struct((kind, name), node, cls, name=name)
            if spec is not None:
                yield spec

    def services(self) -> Iterator[Spec]:
        for name, node in self._tables("service"):
            path = ("service", name)
            fields = dict(node.table)
            kind = fields.pop("kind", None)
            cls = KINDS.get(kind.value) if kind and isinstance(kind.value, str) else None
            if kind is None or cls is None:
                text = f"no kind {plain(kind)!r}" if kind else "is missing"
                hint = nearest(str(plain(kind)) if kind else "", KINDS)
                self.converter.problem((*path, "kind"), text + hint, (kind or node).origin)
                # What it is remains unknown, but not what any service may have.
                common = keys_of(ServiceSpec)
                fields = {key: child for key, child in fields.items() if key in common}
                self.converter.fields(path, Node(fields, node.origin), ServiceSpec, name=name)
                continue
            self.converter.origins[*path, "kind"] = kind.origin
            values, lacking = self.converter.fields(path, Node(fields, node.origin), cls, name=name)
            if lacking:
                self.broken.append(name)
                values |= dict.fromkeys(lacking)
            yield made(cls, values)

    def _tables(self, kind: str) -> Iterator[tuple[str, Node]]:
        group = self._tree.table.get(kind)
        if group is None:
            return
        if not isinstance(group.value, dict):
            self.converter.problem((kind,), f"write [{kind}.NAME] tables", group.origin)
            return
        for name, node in group.table.items():
            if not NAME.fullmatch(name):
                text = "a name is letters, digits, '_', '.' and '-'"
                self.converter.problem((kind, name), text, node.origin)
                continue
            if kind == "service":
                self.names.append(name)
            if not isinstance(node.value, dict):
                text = "is not a table"
                self.converter.problem((kind, name), text, node.origin)
            else:
                yield name, node
