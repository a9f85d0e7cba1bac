"""The answers of an operation as its documentation has them: replies, refusals, their headers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.routing import Rule

from services.api.errors import ORIGINAL, PROBLEM
from services.api.operation import Needs, Operation
from services.api.schemas import Schema, ref
from services.api.shapes import EventStream, Failure, ProblemDetails, Reply

JSON = "application/json"
PART = re.compile(r"<(?:[^:>]+:)?(\w+)>")
_WAIT: Schema = {
    "Retry-After": {
        "description": "How many seconds to wait before asking again.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    }
}
_HEADERS: Mapping[int, Schema] = {
    401: {
        "WWW-Authenticate": {
            "description": "How to show a token.",
            "schema": {"type": "string"},
        }
    },
    429: _WAIT,
    503: _WAIT,
}
# What a refusal is called, which is part of the document whatever Python calls it, and means.
_MEANS: Mapping[int, tuple[str, str]] = {
    304: ("NotModified", "Not Modified"),
    400: (
        "BadRequest",
        "Something in the request cannot be used; the sentence says what, and what may be there.",
    ),
    401: ("Unauthorized", "No token, or one that is not good (any more)."),
    403: ("Forbidden", "The token does not reach this."),
    404: ("NotFound", "There is no such thing."),
    406: ("NotAcceptable", "It cannot be answered as any media type that is accepted."),
    408: ("RequestTimeout", "The body did not come in time."),
    409: ("Conflict", "It cannot be done as things are now."),
    410: ("Gone", "It is not there any more."),
    412: ("PreconditionFailed", "It is not as it was expected to be: look again."),
    413: ("ContentTooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The body is of another media type than this takes."),
    422: ("Unprocessable", "It was carried out, and did not come to what it was to do."),
    428: ("PreconditionRequired", "It has to be said what is expected to be there."),
    429: ("TooManyRequests", "Too much at once; ask again after a while."),
    500: ("ServerError", "A mistake of the server, which its log tells of."),
    501: ("NotImplemented", "This deployment does not do that."),
    502: ("BadGateway", "Somebody else, the git host for example, did not do their part."),
    503: ("Unavailable", "Whoever does this is not there now; ask again after a while."),
    504: ("GatewayTimeout", "Somebody else did not answer in time."),
}


def parts(rule: Rule) -> list[str]:
    """The names of what is variable in a path, in order."""
    return PART.findall(rule.rule)


def responses(operation: Operation, rule: Rule) -> dict[str, Any]:
    """All that may be answered, by status."""
    original = rule.rule.startswith(ORIGINAL)
    found: dict[int, Schema] = {}
    for status in refusals(rule, operation):
        shape = operation.shapes.get(status)
        found[status] = (
            _refusal(status, original, shape)
            if shape is not None
            else {"$ref": f"#/components/responses/{_named(status, original)}"}
        )
    for status, replies in operation.replies.items():
        found[status] = _reply(status, replies)
    return {str(status): found[status] for status in sorted(found)}


def refusals(rule: Rule, operation: Operation) -> set[int]:
    """The statuses by which an operation may be refused."""
    found = set(operation.problems) | set(operation.shapes)
    if operation.needs is not Needs.NOBODY:
        found |= {401, 403, 429}
    arguments = parts(rule)
    if arguments or operation.body is not None or operation.query is not None:
        found |= {400}
    if operation.body is not None:
        found |= {413, 415}
    if "client" in arguments:
        found |= {404, 409, 503}
    return found


def shared(used: Iterable[tuple[int, bool]]) -> dict[str, Any]:
    """The refusals that are the same everywhere, by name."""
    return {
        _named(status, original): _refusal(status, original, None)
        for status, original in sorted(used)
    }


def given(operation: Operation) -> Iterable[type[Any]]:
    """The shapes of what an operation answers."""
    for replies in operation.replies.values():
        for reply in replies:
            if issubclass(reply, EventStream):
                yield from reply.events.values()
            elif reply.media_type == JSON:
                yield reply
    yield from operation.shapes.values()
    yield from (ProblemDetails, Failure)


def _reply(status: int, replies: tuple[type[Reply], ...]) -> Schema:
    answer: Schema = {"description": _MEANS.get(status, ("", "Done."))[1]}
    if replies:
        answer["description"] = _first_line(replies[0])
    for reply in replies:
        answer.setdefault("content", {})[reply.media_type] = _content(reply)
        for name, purpose in reply.headers.items():
            header = {"description": purpose, "schema": {"type": "string"}}
            answer.setdefault("headers", {})[name] = header
    return answer


def _content(reply: type[Reply]) -> Schema:
    """OpenAPI 3.1 has no word for the events of a stream: the schema is that of one event."""
    if issubclass(reply, EventStream):
        events = [_event(name, shape) for name, shape in reply.events.items()]
        schema: Schema = {"type": "object", "description": inspect.getdoc(reply) or ""}
        return {"schema": {**schema, "oneOf": events} if events else schema}
    if reply.media_type == JSON:
        return {"schema": ref(reply)}
    # Of bytes that are no text there is nothing to say.
    return {"schema": {"type": "string"} if reply.media_type.startswith("text/") else {}}


def _event(name: str, shape: type[Any]) -> Schema:
    data = {"type": "string", "contentMediaType": JSON, "contentSchema": ref(shape)}
    return {
        "properties": {"id": {"type": "string"}, "event": {"const": name}, "data": data},
        "required": ["event", "data"],
    }


def _refusal(status: int, original: bool, shape: type[ProblemDetails] | None) -> Schema:
    kind, common = (JSON, Failure) if original else (PROBLEM, ProblemDetails)
    answer: Schema = {
        "description": _first_line(shape) if shape else _MEANS[status][1],
        "content": {kind: {"schema": ref(shape or common)}},
    }
    if status in _HEADERS:
        answer["headers"] = _HEADERS[status]
    return answer


def _named(status: int, original: bool) -> str:
    name, _ = _MEANS[status]
    return f"Original{name}" if original else name


def _first_line(shape: type[Any]) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join((inspect.getdoc(shape) or "").partition("\n\n")[0].split())
