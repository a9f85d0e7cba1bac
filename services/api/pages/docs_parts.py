"""Parts of the documentation: an operation, a shape, a command. Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from services.api.samples import PATH
from services.api.schemas import Schema

_CODE = re.compile(r"`([^`]+)`")
_SECRET = "$TOKEN"
_WHO = {
    "operator": "The operator's token.",
    "client": "A token that covers the client.",
    "user": "A token that covers the user.",
    "thread": "A token that covers the thread.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the document has it."""

    method: str
    path: str
    described: Mapping[str, Any]


def text(value: object) -> str:
    """A text, escaped, with what is between backticks as code."""
    return _CODE.sub(r"<code>\1</code>", escape(str(value)))


def paragraphs(value: str) -> str:
    return "\n".join(f"<p>{text(part)}</p>" for part in value.split("\n\n") if part.strip())


def operation(found: Operation, document: Mapping[str, Any], address: str) -> str:
    """All that there is to know of an operation."""
    described = found.described
    name = text(described["operationId"])
    parameters = [resolved(document, given) for given in described["parameters"]]
    lines = [
        f'<article id="{name}">',
        f'<h3><a href="#{name}">{text(described["summary"])}</a></h3>',
        f'<p class="route"><b class="{found.method}">{found.method}</b> {text(found.path)}</p>',
        paragraphs(described.get("description", "")),
        f'<p class="soft">{text(_who(described["security"]))}</p>',
        *_listed("Parameters", (_parameter(given) for given in parameters)),
        *_listed("Body", _body(described.get("requestBody", {}))),
        *_listed("Answers", _answers(described["responses"], document)),
        "<h4>By hand</h4>",
        f'<pre tabindex="0">{escape(curl(found, address))}</pre>',
        "</article>",
    ]
    return "\n".join(line for line in lines if line)


def shape(name: str, schema: Schema) -> str:
    """All that there is to know of a shape."""
    needed = schema.get("required", ())
    fields = (
        (field, f"{_type(part)}{'' if field in needed else ', optional'}", part)
        for field, part in schema.get("properties", {}).items()
    )
    words = " ".join(f"<code>{escape(str(word))}</code>" for word in schema.get("enum", ()))
    lines = [
        f'<article id="shape-{name}">',
        f'<h3><a href="#shape-{name}">{name}</a></h3>',
        paragraphs(schema.get("description", "")),
        f"<p>{words}</p>" if words else "",
        *_listed("Fields", (_term(field, type_, part) for field, type_, part in fields)),
        "</article>",
    ]
    return "\n".join(line for line in lines if line)


def curl(found: Operation, address: str) -> str:
    """A command that asks for it, with examples where something has to be filled in."""
    path = re.sub(r"\{(\w+)\}", lambda part: quote(PATH.get(part[1], part[1])), found.path)
    words = ["curl -sS" if found.method == "GET" else f"curl -sS -X {found.method}"]
    words[0] += f" {shlex.quote(address + path)}"
    described = found.described
    if described["security"]:
        words.append(f'-H "Authorization: Bearer {_SECRET}"')
    for kind, media in described.get("requestBody", {}).get("content", {}).items():
        if "example" in media:
            words.append(f"-H 'Content-Type: {kind}'")
            words.append(f"-d {shlex.quote(json.dumps(media['example'], ensure_ascii=False))}")
        elif kind.startswith("multipart/"):
            words.append("-F 'file=@picture.png'")
        else:
            words += [f"-H 'Content-Type: {kind}'", "--data-binary @file"]
        break
    if "text/event-stream" in _good(described["responses"]):
        words += ["-N", "-H 'Accept: text/event-stream'"]
    return " \\\n  ".join(words)


def resolved(document: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference refers to."""
    found: Any = document
    for part in given["$ref"].removeprefix("#/").split("/") if "$ref" in given else ():
        found = found[part]
    return found if "$ref" in given else given


def _listed(title: str, terms: Iterator[str]) -> Iterator[str]:
    found = list(terms)
    if found:
        yield from (f"<h4>{title}</h4>", "<dl>", *found, "</dl>")


def _term(name: str, type_: str, part: Schema, about: str = "") -> str:
    about = about or part.get("description", "")
    default = part.get("default")
    told = "" if default in (None, "", [], False) else f"; {text(f'`{default}` if left out')}"
    says = f"<br>{text(about)}" if about else ""
    return f"<div><dt>{text(name)}</dt><dd>{type_}{told}{says}</dd></div>"


def _parameter(given: Mapping[str, Any]) -> str:
    where = "" if given["in"] == "path" else f", in the {given['in']}"
    type_ = f"{_type(given['schema'])}{where}"
    return _term(given["name"], type_, given["schema"], given.get("description", ""))


def _body(body: Mapping[str, Any]) -> Iterator[str]:
    for kind, media in body.get("content", {}).items():
        needed = "" if body.get("required") else ", may be left out"
        yield _term(kind, f"{_type(media['schema'])}{needed}", {})


def _answers(responses: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    for status, given in responses.items():
        answer = resolved(document, given)
        kinds = [
            f"{_type(media.get('schema', {}))} ({text(kind)})"
            for kind, media in answer.get("content", {}).items()
        ]
        yield _term(status, " or ".join(kinds) or "no body", {}, answer["description"])


def _good(responses: Mapping[str, Any]) -> Mapping[str, Any]:
    return responses.get("200", {}).get("content", {})


def _who(security: list[Mapping[str, list[str]]]) -> str:
    if not security:
        return "No token is needed."
    (roles,) = security[0].values()
    return _WHO[roles[0]] if roles else "Any token; there is no more than it covers."


def _type(schema: Schema) -> str:
    """A schema in a few words, with links to shapes."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#shape-{name}">{name}</a>'
    if "oneOf" in schema:
        kinds = [
            f"{text(event['properties']['event']['const'])}"
            f" {_type(event['properties']['data']['contentSchema'])}"
            for event in schema["oneOf"]
        ]
        return f"events: {', '.join(kinds)}"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(part) for part in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return " | ".join(escape(str(w)) for w in schema.get("enum", [schema.get("const")]))
    match schema.get("type"):
        case "array":
            return f"list of {_type(schema.get('items', {}))}"
        case "object" if isinstance(schema.get("additionalProperties"), Mapping):
            return f"object of {_type(schema['additionalProperties'])}"
        case kind:
            return escape(str(schema.get("format") or kind or "anything"))
