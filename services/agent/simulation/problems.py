"""What is wrong in tables that a person wrote: all of it, each with its place and its key."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec
from msgspec import Struct


class Problems:
    """The problems so far, as sentences."""

    def __init__(self, *nested: type[Struct]) -> None:
        """`nested` are the structs that fields of others may be."""
        self.found: list[str] = []
        self._nested = nested

    def add(self, where: str, text: str) -> None:
        self.found.append(f"{where}: {text}")

    def table(self, where: str, written: Mapping[str, Any], kind: type[Struct]) -> dict[str, Any]:
        """The fields that can be read; a field that is a table of its own is looked at, too."""
        fields = msgspec.structs.fields(kind)
        self.unknown(where, written, [field.name for field in fields])
        found: dict[str, Any] = {}
        for field in fields:
            if field.name not in written:
                if field.required:
                    self.add(f"{where}, {field.name}", "is missing")
                continue
            value, place = written[field.name], f"{where}, {field.name}"
            known = len(self.found)
            if field.type in self._nested and isinstance(value, dict):
                self.table(place, cast("dict[str, Any]", value), field.type)
            try:
                found[field.name] = msgspec.convert(value, field.type)
            except msgspec.ValidationError as error:
                if len(self.found) == known:
                    self.add(place, str(error))
        return found

    def unknown(self, where: str, written: Iterable[str], known: Iterable[str]) -> None:
        """Say which keys are none, with the nearest that is one."""
        names = list(known)
        for key in written:
            if key not in names:
                near = difflib.get_close_matches(key, names, n=1)
                hint = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(names)}"
                self.add(f"{where}, {key}" if where else key, f"is no known key; {hint}")
