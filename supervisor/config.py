"""TOML to specs. Every problem is named at once, with its file, table and key."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec import Struct

from supervisor.spec import (
    GroupSpec,
    HealthSpec,
    ProcessSpec,
    ServiceSpec,
    Settings,
    Spec,
    TaskSpec,
)

S = TypeVar("S", bound=Struct)

BAD_CONFIGURATION = 2  # the exit code, as shells have it for misuse

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*@?")
VARIABLE = re.compile(r"\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})")
SERVICES: Mapping[str, type[Spec]] = {"task": TaskSpec, "process": ProcessSpec}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. `key` is empty where it is the whole table."""

    file: str
    table: str
    key: str
    text: str

    def __str__(self) -> str:
        where = ".".join(part for part in (self.table, self.key) if part)
        return f"{self.file}: {where}: {self.text}" if where else f"{self.file}: {self.text}"


class ConfigError(Exception):
    """Nothing can be started from this; `problems` says all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Config:
    """What a person wrote, as far as it could be read.

    `capacity` is the buffer of each channel that has one of its own. `names` are all services;
    those in `broken` lack something that they cannot be without, and are here only to be checked
    for the rest.
    """

    file: str
    settings: Settings = field(default_factory=Settings)
    services: tuple[Spec, ...] = ()
    checks: tuple[HealthSpec, ...] = ()
    groups: tuple[GroupSpec, ...] = ()
    capacity: Mapping[str, int] = field(default_factory=dict[str, int])
    names: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint at the name that was meant, or at those there are."""
    names = tuple(known)
    close = difflib.get_close_matches(word, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there is {', '.join(sorted(names))}" if names else ""


WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "datetime": "a date",
    "date": "a date",
    "time": "a time",
}
TYPES = re.compile(r"`([a-z]+(?: \| [a-z]+)*)`")


def in_words(complaint: str) -> str:
    """msgspec's complaint about a value, in the words of who wrote the TOML."""

    def words(found: re.Match[str]) -> str:
        types = [name for name in found[1].split(" | ") if name != "null"]  # TOML has no null
        return " or ".join(WORDS.get(name, name) for name in types)

    complaint = TYPES.sub(words, complaint)
    return complaint[0].lower() + complaint[1:]


def choices(kind: Any) -> tuple[str, ...]:
    """The words that a key is chosen from, where it is one of a few."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return tuple(choice.value for choice in kind)
    return get_args(kind) if get_origin(kind) is Literal else ()


def load(path: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """Read a file; raises `ConfigError` where it is no TOML.

    Other problems are in the result, so that the plan can add its own to them.
    """
    file = str(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([Problem(file, "", "", f"cannot read it: {error.strerror}")]) from None
    # Not only TOML's own errors: a number of thousands of digits is a ValueError of Python's.
    except (ValueError, RecursionError) as error:
        raise ConfigError([Problem(file, "", "", f"is not TOML: {error}")]) from None
    return _Reader(file, environment).read(data)


class _Reader:
    def __init__(self, file: str, environment: Mapping[str, str]) -> None:
        self._file = file
        self._environment = environment
        self._problems: list[Problem] = []
        self._broken: set[str] = set()

    def read(self, data: dict[str, Any]) -> Config:
        tables = ("supervisor", "service", "group", "health", "channels")
        for name in data:
            if name not in tables:
                self._problem(name, "", f"no such table{nearest(name, tables)}")
        settings = self._struct("supervisor", data.get("supervisor", {}), Settings)
        services = [
            self._service(f"service.{name}", name, table)
            for name, table in self._named(data, "service")
        ]
        checks = [
            self._struct(f"health.{name}", table, HealthSpec, name=name)
            for name, table in self._named(data, "health")
        ]
        groups = [
            self._struct(f"group.{name}", table, GroupSpec, name=name)
            for name, table in self._named(data, "group")
        ]
        capacity = self._capacities(data.get("channels", {}))
        return Config(
            self._file,
            settings or Settings(),
            tuple(spec for spec in services if spec is not None),
            tuple(check for check in checks if check is not None),
            tuple(group for group in groups if group is not None),
            capacity,
            frozenset(name for name, _ in self._named(data, "service")),
            frozenset(self._broken),
            tuple(dict.fromkeys(self._problems)),
        )

    def _problem(self, table: str, key: str, text: str) -> None:
        self._problems.append(Problem(self._file, table, key, text))

    def _named(self, data: dict[str, Any], kind: str) -> Iterable[tuple[str, Any]]:
        group = data.get(kind, {})
        if not isinstance(group, dict):
            self._problem(kind, "", f"write [{kind}.NAME] tables")
            return
        for name, table in cast("dict[str, Any]", group).items():
            if not NAME.fullmatch(name):
                self._problem(f"{kind}.{name}", "", "a name is letters, digits, '_', '.' and '-'")
            else:
                yield name, table

    def _service(self, where: str, name: str, table: Any) -> Spec | None:
        if not isinstance(table, dict):
            self._problem(where, "", "is not a table")
            return None
        fields = dict(cast("dict[str, Any]", table))
        kind = fields.pop("kind", None)
        if not isinstance(kind, str) or kind not in SERVICES:
            hint = nearest(str(kind), SERVICES)
            text = "is missing" if kind is None else f"no kind {kind!r}"
            self._problem(where, "kind", text + hint)
            self._struct(where, fields, ServiceSpec, only_known=True, name=name)
            return None
        return self._struct(where, fields, SERVICES[kind], name=name)

    def _capacities(self, table: Any) -> dict[str, int]:
        capacities: dict[str, int] = {}
        if not isinstance(table, dict):
            self._problem("channels", "", "is not a table")
            return capacities
        for name, value in cast("dict[str, Any]", table).items():
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                capacities[name] = value
            else:
                self._problem("channels", name, "a channel's buffer is a whole number above 0")
        return capacities

    def _struct(
        self, where: str, table: Any, cls: type[S], *, only_known: bool = False, **given: object
    ) -> S | None:
        """Convert a table key by key, so that one bad value does not hide the next."""
        if not isinstance(table, dict):
            self._problem(where, "", "is not a table")
            return None
        known = {f.encode_name: f for f in msgspec.structs.fields(cls) if f.name not in given}
        values: dict[str, object] = dict(given)
        for key, raw in cast("dict[str, Any]", table).items():
            if key not in known:
                if not only_known:
                    self._problem(where, key, f"no such key{nearest(key, known)}")
                continue
            nested = _struct_type(known[key].type)
            if nested is not None:
                values[key] = self._struct(f"{where}.{key}", raw, nested)
            else:
                value = self._expand(where, key, raw)
                values[key] = self._value(where, key, value, known[key].type, lax=value != raw)
        values = {key: value for key, value in values.items() if value is not None}
        for key, info in known.items():
            if info.required and key not in table and not only_known:
                self._problem(where, key, "is missing")
        lacking = [key for key, info in known.items() if info.required and key not in values]
        if lacking and "name" in given and where.startswith("service."):
            self._broken.add(str(given["name"]))
            values |= dict.fromkeys(lacking)
        elif lacking:
            return None
        make: Callable[..., S] = cls
        return None if only_known else make(**values)

    def _value(self, where: str, key: str, value: object, kind: Any, *, lax: bool) -> object:
        """The value as its key wants it, or None and a problem; the key then keeps its default."""
        try:
            return msgspec.convert(value, kind, strict=not lax)
        except msgspec.ValidationError as error:
            hint = nearest(str(value), choices(kind)) if isinstance(value, str) else ""
            self._problem(where, key, in_words(str(error)) + hint)
            return None

    def _expand(self, where: str, key: str, value: Any) -> Any:
        """`${NAME}` and `${NAME:-default}` in every text, at any depth; `$$` is a dollar."""
        if isinstance(value, str):
            return VARIABLE.sub(lambda found: self._variable(where, key, found), value)
        if isinstance(value, list):
            return [self._expand(where, key, item) for item in cast("list[Any]", value)]
        if isinstance(value, dict):
            items = cast("dict[str, Any]", value).items()
            return {name: self._expand(where, key, item) for name, item in items}
        return value

    def _variable(self, where: str, key: str, found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        if name is None:
            return "$"
        # An empty variable counts as unset, as in a shell's ${NAME:-default}.
        value = self._environment.get(name) or default
        if value is None:
            self._problem(
                where, key, f"the variable {name} is not set; ${{{name}:-…}} has a default"
            )
            return ""
        return value


def _struct_type(kind: Any) -> type[Struct] | None:
    for candidate in (kind, *(get_args(kind) if get_origin(kind) in (Union, UnionType) else ())):
        if isinstance(candidate, type) and issubclass(candidate, Struct):
            return candidate
    return None
