"""An OpenAPI 3.1 document as far as a client is made of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

Schema: TypeAlias = "Mapping[str, Any]"

JSON = "application/json"
EVENTS = "text/event-stream"
FORM = "multipart/form-data"
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What goes into the query or a header: `name` on the wire, `argument` in Python."""

    name: str
    argument: str
    schema: Schema
    about: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `body` is the name of a shape, `media` what a body that is no JSON is, and
    `bare` says that there may be no body. `form` is the shape of one that is a form.

    `replies` are the schemas of good answers by media type, of the first status that has one;
    `empty` says that there may be none. `events` are the names of shapes by kind of event.
    """

    id: str
    group: str
    method: str
    path: str
    summary: str
    about: str
    arguments: tuple[str, ...]
    query: tuple[Parameter, ...]
    headers: tuple[Parameter, ...]
    body: str | None
    media: str | None
    bare: bool
    replies: Mapping[str, Schema]
    empty: bool
    form: Schema | None = None
    events: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def name(self) -> str:
        """What it is called within its group: `startTurn` of the turns is `start`."""
        words = snake(self.id).split("_")
        own = {self.group, self.group.removesuffix("s"), re.sub(r"ies$", "y", self.group)}
        while len(words) > 1 and words[-1] in own:
            words.pop()
        return "_".join(words)

    def name_as(self, media: str) -> str:
        """The same for one of its media types: the first has its name, a stream is followed."""
        if media == next(iter(self.replies), media):
            return self.name
        verb = "follow" if media == EVENTS else "raw"
        return "_".join([verb, *self.name.split("_")[1:]])


def snake(name: str) -> str:
    """`lastEvent`, or `Last-Event-ID`, as Python would call it."""
    return _CAMEL.sub("_", name).replace("-", "_").lower()


def name_of(schema: Schema) -> str | None:
    """The name of the shape that a schema refers to."""
    return schema["$ref"].rpartition("/")[2] if "$ref" in schema else None


def schemas_of(document: Mapping[str, Any]) -> dict[str, Schema]:
    """All shapes, by name."""
    return dict(sorted(document["components"]["schemas"].items()))


def operations_of(document: Mapping[str, Any]) -> list[Operation]:
    """All operations, by group and then in the order of paths."""
    found = [
        _operation(document, path, method, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    return sorted(found, key=lambda operation: operation.group)


def _operation(
    document: Mapping[str, Any], path: str, method: str, described: Mapping[str, Any]
) -> Operation:
    parameters = [_resolved(document, given) for given in described.get("parameters", ())]
    content = described.get("requestBody", {}).get("content", {})
    replies, events, empty = _answers(document, described)
    return Operation(
        id=described["operationId"],
        group=described["tags"][0],
        method=method.upper(),
        path=path,
        summary=described.get("summary", ""),
        about=described.get("description", ""),
        arguments=tuple(_named(parameters, "path")),
        query=tuple(_parameters(parameters, "query")),
        headers=tuple(_parameters(parameters, "header")),
        body=name_of(content[JSON]["schema"]) if JSON in content else None,
        media=next((kind for kind in content if kind != JSON), None),
        bare=not described.get("requestBody", {}).get("required", False),
        replies=replies,
        empty=empty,
        form=content[FORM]["schema"] if FORM in content else None,
        events=events,
    )


def _answers(
    document: Mapping[str, Any], described: Mapping[str, Any]
) -> tuple[dict[str, Schema], dict[str, str], bool]:
    replies: dict[str, Schema] = {}
    events: dict[str, str] = {}
    empty = False
    for status, given in described["responses"].items():
        if not status.startswith("2"):
            continue
        content = _resolved(document, given).get("content", {})
        empty = empty or not content
        for kind, media in content.items():
            replies.setdefault(kind, media.get("schema", {}))
            for event in media.get("schema", {}).get("oneOf", ()) if kind == EVENTS else ():
                parts = event["properties"]
                events[parts["event"]["const"]] = cast(str, name_of(parts["data"]["contentSchema"]))
    return replies, events, empty


def _named(parameters: list[Mapping[str, Any]], place: str) -> Iterator[str]:
    yield from (given["name"] for given in parameters if given["in"] == place)


def _parameters(parameters: list[Mapping[str, Any]], place: str) -> Iterator[Parameter]:
    for given in parameters:
        if given["in"] == place:
            name, about = given["name"], given.get("description", "")
            yield Parameter(name, snake(name), given["schema"], about)


def _resolved(document: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in given:
        return given
    found: Any = document
    for part in given["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found
