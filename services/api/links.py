"""What can be done next with what an answer tells of, as links of the document. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from services.api.schemas import Schema

_PART = re.compile(r"\{(\w+)\}")


def add_links(document: dict[str, Any]) -> None:
    """Where an answer has a `turn` with an `id`, link to all operations with a turn in the path."""
    operations = [
        (path, described)
        for path, methods in document["paths"].items()
        for described in methods.values()
    ]
    for path, described in operations:
        for answer in described["responses"].values():
            links = dict(_links(document, path, answer, operations))
            if links:
                answer["links"] = links


def _links(
    document: dict[str, Any], path: str, answer: Schema, operations: list[tuple[str, Schema]]
) -> Iterator[tuple[str, Schema]]:
    media: Schema = answer.get("content", {}).get("application/json", {})
    shape = _shape(document, media.get("schema", {}))
    told = {
        name
        for name, schema in shape.get("properties", {}).items()
        if "id" in _shape(document, schema).get("properties", {})
    }
    known = set(_PART.findall(path))
    for other, described in operations:
        wanted = _PART.findall(other)
        if wanted and wanted[-1] in told and known.issuperset(wanted[:-1]):
            name = described["operationId"]
            values = {part: f"$request.path.{part}" for part in wanted[:-1]}
            values[wanted[-1]] = f"$response.body#/{wanted[-1]}/id"
            yield name, {"operationId": name, "parameters": values}


def _shape(document: dict[str, Any], schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found
