"""Every table that a configuration may have, with its keys, from the types that read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Struct

from supervisor.config import load
from supervisor.config.shape import File, forms, infos, items_of, keys_of, structs, values_of
from supervisor.spec import ServiceSpec, TaskSpec
from tests.docs.pages import ROOT

Tables = dict[str, list[type[Struct]]]
WHOLE = "a file"


@cache
def tables() -> Tables:
    """The types of each table by how TOML writes it: `[service.NAME]` has two of them."""
    found: Tables = {}
    _walk(File, "", found)
    for spec in load(ROOT / "config/local.toml", {}).services:
        if isinstance(spec, TaskSpec):
            module = import_module(spec.run.partition(":")[0])
            if options := getattr(module, "Options", None):
                _walk(options, f"service.{spec.name}.options", found)
    return found


def _walk(cls: type[Struct], path: str, found: Tables, *, many: bool = False) -> None:
    title = f"[[{path}]]" if many else f"[{path}]" if path else WHOLE
    if cls in found.setdefault(title, []):
        return
    found[title].append(cls)
    for key, kind in keys_of(cls).items():
        below = f"{path}.{key}" if path else key
        for nested in structs(kind):
            _walk(nested, below, found)
        for nested in structs(values_of(kind)):
            _walk(nested, f"{below}.NAME", found)
        for nested in structs(items_of(kind)):
            _walk(nested, below, found, many=True)


def keys(classes: list[type[Struct]]) -> set[str]:
    return {key for cls in classes for key in keys_of(cls)}


def words(classes: list[type[Struct]], key: str) -> Iterator[str]:
    """The few words that a key may have, where it is one of those."""
    for kind in (keys_of(cls).get(key) for cls in classes):
        for form in (*forms(kind), *forms(values_of(kind)), *forms(items_of(kind))):
            if isinstance(form, type) and issubclass(form, Enum):
                yield from (word.value for word in form)
            elif get_origin(form) is Literal:
                yield from get_args(form)
    if key == "kind":
        yield from (str(cls.__struct_config__.tag) for cls in classes)


def default(classes: list[type[Struct]], key: str) -> str | None:
    """How TOML writes what a key has unless somebody says so; None where TOML cannot."""
    found: dict[str, str] = {}
    for cls in classes:
        for info in infos(cls):
            if info.encode_name == key and (text := _text(info)) is not None:
                kind = cls.__struct_config__.tag if issubclass(cls, ServiceSpec) else ""
                found[text] = f"{text} ({kind})"
    return next(iter(found)) if len(found) == 1 else ", ".join(found.values()) or None


def _text(info: msgspec.structs.FieldInfo) -> str | None:
    if info.default_factory is not NODEFAULT:
        return _written(info.default_factory())
    return "required" if info.default is NODEFAULT else _written(info.default)


def _written(value: Any) -> str | None:
    match value:
        case None | Struct():
            return None
        case Enum():
            return str(value.value)
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}" if value < 1e6 else str(int(value))
        case str():
            return value
        case tuple() | list():
            items: list[Any] = [*value]
            return json.dumps(items) if items else ""
        case dict():
            return None if value else ""
        case _:
            return str(value)
