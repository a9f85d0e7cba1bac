"""The description of the API that the API itself serves, made of what its operations say."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import fields
from quart_schema import Info, QuartSchema
from quart_schema.openapi import OpenAPIProvider
from quart_trio import QuartTrio
from werkzeug.routing import Rule

from services.api.answers import PART, given, parts, refusals, responses, shared
from services.api.errors import ORIGINAL
from services.api.links import add_links
from services.api.operation import Needs, Operation, operation_of
from services.api.samples import PATH, sample
from services.api.schemas import Schema, components, properties, ref
from services.api.shapes import Body, Media
from services.messages import ID

ABOUT = """\
Live editing of Astro sites by chat: threads, their turns, files, git and previews, under `/v1`,
and the routes of the original under `/api`.

Show a token as `Authorization: Bearer TOKEN`. Refusals under `/v1` are problems (RFC 9457) whose
`detail` says what to do. Fields that a request may not have are refused; a client ignores those
of a reply that it does not know, and events of a kind that it does not know.
"""
_IDS = {
    "client": "A client's id.",
    "user": "The id of one of the client's users.",
    "thread": "The id of one of the user's threads, which are conversations.",
}
_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The operator's token, or one of a narrower scope.",
    },
    "ticket": {
        "type": "apiKey",
        "in": "query",
        "name": "ticket",
        "description": "A short-lived token for what can send no header, such as an EventSource,"
        " an image or a frame.",
    },
}


class Described(OpenAPIProvider):
    """Quart-Schema's walk over the routes, with msgspec's own schemas.

    Its conversion of a model keeps the first of msgspec's components alone, and with it no struct
    within a struct; nor does it know other media types, or the common refusals.
    """

    def schema(self) -> dict[str, Any]:
        """The whole document, OpenAPI 3.1."""
        self._taken: list[type[Struct]] = []
        self._given: list[type[Struct]] = []
        self._refusals: set[tuple[int, bool]] = set()
        self._tags: dict[str, str] = {}
        document = super().schema()
        common = document["components"]
        common["securitySchemes"] = _SCHEMES
        common["responses"] = shared(self._refusals)
        common["parameters"] = {name: _id(name, means) for name, means in _IDS.items()}
        common["schemas"] = components(self._taken, self._given)
        document["paths"] = dict(sorted(document["paths"].items()))
        document["tags"] = [
            {"name": name, "description": text} for name, text in sorted(self._tags.items())
        ]
        for path in document["paths"].values():
            for operation in path.values():
                _give_examples(operation, common["schemas"])
        add_links(document)
        return document

    def generate_rules(self) -> Iterable[Rule]:
        return (
            rule
            for rule in super().generate_rules()
            if operation_of(self._app.view_functions[rule.endpoint]) is not None
        )

    def build_paths(self, rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
        view = self._app.view_functions[rule.endpoint]
        operation = operation_of(view)
        assert operation is not None
        tag = rule.endpoint.rpartition(".")[0]
        self._tags.setdefault(tag, inspect.cleandoc(sys.modules[view.__module__].__doc__ or ""))
        path = PART.sub(r"{\1}", rule.rule)
        methods = sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"})
        assert len(methods) == 1, f"{path} takes {methods}: an operation is one method"
        method = methods[0].lower()
        doc = inspect.getdoc(view) or ""
        return {path: {method: self._described(rule, method, operation, tag, doc)}}, {}

    def _described(
        self, rule: Rule, method: str, operation: Operation, tag: str, doc: str
    ) -> Schema:
        summary, _, description = doc.partition("\n\n")
        original = rule.rule.startswith(ORIGINAL)
        self._given += given(operation)
        self._refusals |= {(status, original) for status in refusals(rule, operation)}
        described: Schema = {
            "operationId": operation.id,
            "summary": " ".join(summary.split()),
            "tags": [tag],
            "parameters": [*_parameters(rule, operation)],
            "responses": responses(operation, rule),
            "security": _security(rule, method, operation.needs),
        }
        if description.strip():
            described["description"] = description.strip()
        if operation.body is not None:
            described["requestBody"] = self._body(operation.body)
        return described

    def _body(self, body: type[Body] | Media) -> Schema:
        if isinstance(body, Media):
            return {"content": {body.type: {"schema": body.schema}}, "required": True}
        self._taken.append(body)
        required = any(field.required for field in fields(body))
        return {"content": {"application/json": {"schema": ref(body)}}, "required": required}


def _parameters(rule: Rule, operation: Operation) -> Iterable[Schema]:
    for name in parts(rule):
        if name in _IDS:
            yield {"$ref": f"#/components/parameters/{name}"}
        else:
            schema = {"type": "string", "minLength": 1}
            described = {"name": name, "in": "path", "required": True, "schema": schema}
            if f"<path:{name}>" in rule.rule:
                described["description"] = "It may have slashes."
            yield {**described, "example": PATH[name]} if name in PATH else described
    if operation.query is not None:
        for name, schema in properties(operation.query):
            described = {"name": name, "in": "query", "schema": schema}
            if "description" in schema:
                described["description"] = schema.pop("description")
            yield described
    for name, purpose in operation.headers.items():
        yield {"name": name, "in": "header", "description": purpose, "schema": {"type": "string"}}


def _id(name: str, means: str) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": means,
        "schema": {"type": "string", "pattern": f"^{ID.pattern}$"},
        "example": PATH[name],
    }


def _security(rule: Rule, method: str, needs: Needs) -> list[dict[str, list[str]]]:
    """Which token: the role is the narrowest that is enough, none where each sees its own."""
    if needs is Needs.NOBODY:
        return []
    levels = [name for name in _IDS if name in parts(rule)]
    enough = levels[-1] if levels and needs is Needs.PATH else "operator"
    roles = [] if needs is Needs.ANYONE else [enough]
    bearer: list[dict[str, list[str]]] = [{"bearer": roles}]
    return [*bearer, {"ticket": roles}] if method == "get" else bearer


def _give_examples(operation: Schema, schemas: dict[str, Schema]) -> None:
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if media["schema"].get("$ref"):
            media["example"] = sample(media["schema"], schemas)


def description(app: QuartTrio, version: str) -> dict[str, Any]:
    """What `app` serves, as an OpenAPI document.

    Quart-Schema is not installed into the application: that would have every answer pass through
    its conversions.
    """
    info = Info(title="nurseryd", version=version, description=ABOUT)
    return Described(app, QuartSchema(info=info)).schema()
