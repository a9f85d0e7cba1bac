"""One tree out of all that says something: files, then drop-ins, then single overrides.

A later layer wins key by key: tables merge, `environment` too; lists and all else are replaced.
The file and what it includes are one layer, in which nothing is said twice: a table may be in
several of them, each of its keys in one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from supervisor.config import files
from supervisor.config.convert import Converter, place
from supervisor.config.origin import Node, Origin, Source, at
from supervisor.config.overrides import Override, from_environment, from_option, layer, wrapped
from supervisor.config.path import Path
from supervisor.config.problem import ConfigError, Problem
from supervisor.config.secrets import Secrets
from supervisor.config.shape import ALTERNATIVES

INCLUDE: Path = ("supervisor", "include")


class Layers:
    """The tree of a file with all its layers, and what was wrong with their coming together.

    `files` are those that were read. Raises `ConfigError` with the problems of every file that
    could not be found or read: nothing can be said of the rest while one is wanting.
    """

    def __init__(self, path: str, environment: Mapping[str, str], options: Sequence[str]) -> None:
        self.files: list[str] = []
        self.problems: list[Problem] = []
        self._unreadable: list[Problem] = []
        self._environment = environment
        self._main = path
        self.tree = files.read(path)
        self.files.append(path)
        self._includes()
        self._drop_ins()
        if self._unreadable:
            secrets = Secrets.of(self.tree, environment)
            found = (*self._unreadable, *self.problems)
            raise ConfigError(replace(one, text=secrets.hide(one.text)) for one in found)
        self._overrides(options)

    def _read(self, path: str, source: Source) -> Node | None:
        self.files.append(path)
        try:
            return files.read(path, source)
        except ConfigError as error:
            self._unreadable += error.problems
            return None

    def _includes(self) -> None:
        """Each file is read once, so two that include each other are none the worse for it."""
        seen = {os.path.realpath(self._main)}
        waiting = self._included(self._main, self.tree)
        while waiting:
            path = waiting.pop(0)
            if (real := os.path.realpath(path)) in seen:
                continue
            seen.add(real)
            if node := self._read(path, Source.FILE):
                waiting = self._included(path, node) + waiting
                self._join(node)

    def _included(self, path: str, tree: Node) -> list[str]:
        node = at(tree, INCLUDE)
        if node is None:
            return []
        if tree is not self.tree:
            del tree.table["supervisor"].table["include"]
        converter = Converter(self._environment)
        patterns: tuple[str, ...] = converter.value(INCLUDE, node, tuple[str, ...]) or ()
        self.problems += converter.problems
        found: list[str] = []
        for pattern in patterns:
            try:
                found += files.included(pattern, path)
            except (OSError, ValueError) as error:
                text = f"cannot include {pattern!r}: {error}"
                self._unreadable.append(Problem(path, *place(INCLUDE), text, line=node.origin.line))
        return found

    def _join(self, more: Node, into: Node | None = None, path: Path = ()) -> None:
        below = into or self.tree
        for name, node in more.table.items():
            before = below.table.setdefault(name, node)
            if before is node:
                continue
            if before.is_table and node.is_table:
                self._join(node, before, (*path, name))
            else:
                self._twice((*path, name), before.origin, node.origin)

    def _twice(self, path: Path, first: Origin, again: Origin) -> None:
        text = f"is in {first} already; only a drop-in or an override may say it again"
        self.problems.append(Problem(again.file, *place(path), text, again.line))

    def _drop_ins(self) -> None:
        try:
            paths = list(files.drop_ins(self._main))
        except OSError as error:
            text = f"cannot look for drop-ins: {error.strerror}"
            self._unreadable.append(Problem(f"{self._main}.d", "", "", text))
            return
        for path in paths:
            if node := self._read(path, Source.DROP_IN):
                if include := at(node, INCLUDE):
                    text = f"cannot include from a drop-in: name the file in {self._main}"
                    self.problems.append(
                        Problem(path, *place(INCLUDE), text, line=include.origin.line)
                    )
                lay(self.tree, node)

    def _overrides(self, options: Sequence[str]) -> None:
        said: dict[Path, str] = {}
        for given in (*from_environment(self._environment), *options):
            try:
                override = from_option(given) if isinstance(given, str) else given
                path, value = layer(override, self.tree)
                self._once(path, override, said)
            except ConfigError as error:
                self.problems += error.problems
            else:
                lay(self.tree, wrapped(path, value))

    def _once(self, path: Path, override: Override, said: dict[Path, str]) -> None:
        """An environment has no order that its two spellings of one key could be told by."""
        if override.source is Source.ENVIRONMENT:
            first = said.setdefault(path, override.name)
            if first != override.name:
                text = f"cannot set what {first} sets: keep one of them"
                raise ConfigError([Problem(override.name, *place(path), text)])


def lay(under: Node, over: Node, path: Path = ()) -> None:
    """Put a table over another one, which then has the keys of both and the values of the last."""
    if len(path) in (2, 3):
        rivals = ALTERNATIVES.get((str(path[0]), str(path[2]) if len(path) == 3 else ""))
        if rivals and (said := rivals & over.table.keys()):
            for rival in rivals - said:
                under.table.pop(rival, None)
    for key, node in over.table.items():
        below = under.table.get(key)
        if below and below.is_table and node.is_table:
            lay(below, node, (*path, key))
        else:
            under.table[key] = node
