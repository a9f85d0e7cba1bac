"""The JSON Schema of a file, made from the types that read it, for editors and other checkers.

What the types say of one value alone is in it. What several values say together, names that must
exist and keys that exclude each other, is `nurseryd check`'s.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec
from msgspec import Struct

from supervisor.config.meanings import meaning
from supervisor.config.reader import NAME
from supervisor.config.shape import KINDS, NAMED, File
from supervisor.spec import (
    Backoff,
    Budget,
    CauseBudget,
    GroupSpec,
    HealthSpec,
    Log,
    Ready,
    Schedule,
    Settings,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DEFINITIONS = "#/$defs/{name}"
WITH_NAMES: tuple[type[Struct], ...] = (*KINDS.values(), HealthSpec, GroupSpec)
TABLES = (*WITH_NAMES, Settings, Backoff, Budget, CauseBudget, Schedule, Log, Ready)
# A text in which a variable stands may become a number, true or false, or one of a few words.
VARIABLE = {"type": "string", "pattern": r"\$\{"}
LEFT_OUT = ("title", "discriminator")  # names of our classes, and OpenAPI's word
Schema = dict[str, Any]


def schema() -> Schema:
    """JSON Schema 2020-12 of a whole file."""
    _, tables = msgspec.json.schema_components(
        (File,), schema_hook=_anything, ref_template=DEFINITIONS
    )
    for cls in TABLES:
        for key, value in tables[cls.__name__]["properties"].items():
            if key != "name":
                value["description"] = meaning(cls, key)
    for cls in WITH_NAMES:  # a name is the table's own, not a key in it
        del tables[cls.__name__]["properties"]["name"]
        tables[cls.__name__]["required"].remove("name")
    file = tables.pop(File.__name__)
    for name in NAMED:
        file["properties"][name]["propertyNames"] = {"pattern": f"^{NAME.pattern}$"}
    return _edited({"$schema": DIALECT, **file, "$defs": tables})


def _anything(kind: type) -> Schema:
    return {"description": "Whatever the function takes."}


def _edited(part: Schema) -> Schema:
    """The same without null, which TOML does not have, and with variables where they may stand."""
    edited = {key: _kept(key, value) for key, value in part.items() if key not in LEFT_OUT}
    if edited.get("default", 0) is None:
        del edited["default"]
    if "anyOf" in edited:
        options = [one for one in edited.pop("anyOf") if one.get("type") != "null"]
        if len(options) == 1:
            return options[0] | edited
        if {"type": "string"} in options:  # any text at all, so one with a variable too
            options = [_without_variable(one) for one in options]
        return {"anyOf": options, **edited}
    if edited.get("type") in ("number", "integer", "boolean") or "pattern" in edited:
        return _or_variable(edited)
    return _or_variable(edited) if len(edited.get("enum", ())) > 1 else edited  # but for `kind`


def _or_variable(edited: Schema) -> Schema:
    about = {key: edited.pop(key) for key in ("description", "default") if key in edited}
    return {"anyOf": [edited, VARIABLE], **about}


def _without_variable(edited: Schema) -> Schema:
    return edited["anyOf"][0] if VARIABLE in edited.get("anyOf", ()) else edited


def _kept(key: str, value: Any) -> Any:
    match key, value:
        case "default", dict():
            return {name: one for name, one in cast("Schema", value).items() if one is not None}
        case "description", str():
            return " ".join(value.split())
        case (("properties" | "$defs"), dict()):
            return {name: _edited(one) for name, one in cast("dict[str, Schema]", value).items()}
        case (("additionalProperties" | "items"), dict()):
            return _edited(cast("Schema", value))
        case (("anyOf" | "prefixItems"), list()):
            return [_edited(one) for one in cast("list[Schema]", value)]
        case _:
            return value
