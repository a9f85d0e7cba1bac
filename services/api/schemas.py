"""Shapes as JSON schemas: msgspec's, and what it leaves out."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, Struct
from msgspec import inspect as types
from msgspec.structs import fields

from services.api.shapes import ProblemDetails

Schema: TypeAlias = "dict[str, Any]"

REF = "#/components/schemas/{name}"
DESCRIPTION = "Description"


def public_name(shape: type) -> str:
    """What a shape is called outside: `TurnDescription` is how a `Turn` is told of."""
    return shape.__name__.removesuffix(DESCRIPTION)


def ref(shape: type) -> Schema:
    """A reference to the schema of a shape."""
    return {"$ref": REF.format(name=public_name(shape))}


def components(taken: Iterable[type[Struct]], given: Iterable[type[Struct]]) -> dict[str, Schema]:
    """The schemas of shapes by name, with those that they stand on.

    Of what is `taken`, a field that has a default may be left out; what is `given` has all of its
    fields. Raises `TypeError` where two shapes have the same name: it is that of a type in the
    clients.
    """
    taken, given = list(taken), list(given)
    inputs = set(_structs(taken))
    shapes: dict[str, type[Struct]] = {}
    for shape in _structs([*taken, *given]):
        if shapes.setdefault(public_name(shape), shape) is not shape:
            raise TypeError(f"two shapes of the API are called {public_name(shape)}; rename one")
    found = _public(msgspec.json.schema_components([*taken, *given], ref_template=REF)[1])
    for name, shape in shapes.items():
        _mark_moments(shape, found[name])
        if shape not in inputs:
            found[name]["required"] = [*_always(shape)]
    for schema in found.values():
        schema.pop("title", None)
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    return dict(sorted(found.items()))


def properties(shape: type[Struct]) -> Iterator[tuple[str, Schema]]:
    """The fields of a shape as they are called in JSON, with their schemas."""
    _, found = msgspec.json.schema_components([shape], ref_template=REF)
    yield from found[shape.__name__]["properties"].items()


def _always(shape: type[Struct]) -> Iterator[str]:
    """The fields that are there whatever they are; a problem says only what it knows."""
    given = shape.__struct_config__.omit_defaults or issubclass(shape, ProblemDetails)
    for field in fields(shape):
        left_out = not field.required and (given or field.default is UNSET)
        if not left_out or (issubclass(shape, ProblemDetails) and field.name == "type"):
            yield field.encode_name


def _public(schemas: dict[str, Schema]) -> dict[str, Schema]:
    """The same with the names that they have outside."""
    text = msgspec.json.encode(schemas).decode()
    for name in schemas:
        if name.endswith(DESCRIPTION):
            short = name.removesuffix(DESCRIPTION)
            text = text.replace(f'"{REF.format(name=name)}"', f'"{REF.format(name=short)}"')
    decoded: dict[str, Schema] = msgspec.json.decode(text)
    return {name.removesuffix(DESCRIPTION): schema for name, schema in decoded.items()}


def _structs(shapes: Iterable[type[Struct]]) -> Iterator[type[Struct]]:
    seen: set[type[Struct]] = set()
    waiting = list(types.multi_type_info(shapes))
    while waiting:
        match waiting.pop():
            case types.StructType(cls=cls, fields=fields):
                if cls not in seen:
                    seen.add(cls)
                    yield cls
                    waiting += [field.type for field in fields]
            case types.UnionType(types=several):
                waiting += several
            case types.DictType(value_type=value):
                waiting.append(value)
            case types.Metadata(type=inner):
                waiting.append(inner)
            case types.ListType() | types.VarTupleType() | types.SetType() as listed:
                waiting.append(listed.item_type)
            case types.TupleType(item_types=several):
                waiting += several
            case _:
                pass


def _mark_moments(shape: type[Struct], schema: Schema) -> None:
    """msgspec names the format only of a moment that must have a time zone; ours all have one."""
    info = types.type_info(shape)
    assert isinstance(info, types.StructType)
    for field in info.fields:
        kinds = field.type.types if isinstance(field.type, types.UnionType) else (field.type,)
        if any(isinstance(kind, types.DateTimeType) for kind in kinds):
            property = schema["properties"][field.encode_name]
            for part in property.get("anyOf", [property]):
                if part.get("type") == "string":
                    part["format"] = "date-time"
