"""A call as it is sent, and what comes back. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast
from urllib.parse import quote

import msgspec
from msgspec import UNSET

from .forms import form
from .problems import NONSENSE, Problem, Unreachable

T = TypeVar("T")

JSON = "application/json"
KEY = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Content:
    """An answer that is no JSON; `etag` is what a change of it has to name as expected."""

    data: bytes
    media_type: str
    etag: str | None = None

    @property
    def text(self) -> str:
        return self.data.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Call:
    """One request; what is `UNSET` is not sent.

    An `Idempotency-Key` that nobody chose is made up, so that it may be sent again.
    """

    method: str
    route: str
    path: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    headers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    body: msgspec.Struct | None = None
    content: bytes | None = None
    content_type: str = ""
    form: Mapping[str, Any] | None = None
    accept: str = JSON

    @property
    def waits(self) -> bool:
        """Whether it is answered when something has ended that may take long."""
        return self.query.get("wait") is True

    @property
    def address(self) -> str:
        """Where it goes, without the query. A path in a path keeps its slashes.

        Raises a `Problem` for one that would lead to another route, as the API would refuse it.
        """
        for name, value in self.path.items():
            if not {".", ".."}.isdisjoint(value.split("/") if name == "path" else [value]):
                raise Problem(400, f"cannot use this {name}: '.' and '..' are no part of it")
        parts = {
            name: quote(value, safe="/" if name == "path" else "")
            for name, value in self.path.items()
        }
        return self.route.format(**parts)

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The query."""
        found = {
            name: [_text(one) for one in _several(given)] for name, given in self.query.items()
        }
        return {name: values for name, values in found.items() if values}

    def prepared(self) -> tuple[dict[str, str], bytes | None]:
        """The headers and the body."""
        headers = {"Accept": self.accept}
        for name, value in self.headers.items():
            if value is not UNSET and value is not None:
                headers[name] = _text(value)
            elif name == KEY:
                headers[name] = uuid.uuid4().hex
        if self.body is not None:
            return {**headers, "Content-Type": JSON}, msgspec.json.encode(self.body)
        if self.content is not None:
            return {**headers, "Content-Type": self.content_type}, self.content
        if self.form is not None:
            kind, content = form(self.form)
            return {**headers, "Content-Type": kind}, content
        return headers, None


def decoded(data: bytes, shape: type[T]) -> T:
    """Raises `Unreachable` for what is no such thing: a proxy's page, a server too old."""
    try:
        return msgspec.json.decode(data, type=shape)
    except NONSENSE as error:
        raise Unreachable(f"cannot read the answer: {error}") from error


def _several(given: Any) -> tuple[Any, ...]:
    if given is UNSET or given is None:
        return ()
    return cast("tuple[Any, ...]", given) if isinstance(given, tuple) else (given,)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat()
        case _:
            return str(value)
