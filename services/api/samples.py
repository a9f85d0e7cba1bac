"""Examples of what a request carries, made of its schema. Pure."""

from __future__ import annotations

from typing import Any, cast

from services.api.schemas import Schema

PATH = {
    "client": "example",
    "user": "ann",
    "thread": "first",
    "turn": "t-1",
    "permission": "1",
    "name": "hmr",
    "path": "src/pages/index.astro",
}
"""What stands in a path, by the name of its part."""


def sample(schema: Schema, schemas: dict[str, Schema]) -> Any:
    """A value that `schema` admits: what has to be there, and what the schema gives an example of.

    A field that may be left out is, unless its schema has an example.
    """
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "examples" in schema:
        return schema["examples"][0]
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], schemas)
    match schema.get("type"):
        case "object":
            needed = schema.get("required", ())
            fields = cast("dict[str, Schema]", schema.get("properties", {}))
            return {
                name: sample(field, schemas)
                for name, field in fields.items()
                if name in needed or "examples" in field
            }
        case "array":
            return [sample(schema["items"], schemas)] if schema.get("minItems") else []
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "text"
