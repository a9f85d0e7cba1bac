"""What a wire format is to the server that speaks it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from services.standin.playing import Said
from services.standin.script import Fail


class BadRequest(Exception):
    """What the real service would not take either; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer all at once."""

    status: int
    body: bytes
    headers: Sequence[tuple[str, str]] = ()
    content_type: str = "application/json"


def as_json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


class Wire(Protocol):
    """How one reply is put into bytes. Each request has one of its own."""

    content_type: str  # of a stream

    def stream(self, said: Said) -> Sequence[bytes]:
        """The events of the stream that say this."""
        ...

    def broken(self, fail: Fail) -> bytes:
        """The event that says an error in mid-stream."""
        ...

    def whole(self, said: Iterable[Said]) -> Whole:
        """The same without a stream."""
        ...

    def failed(self, fail: Fail) -> Whole:
        """An error where no stream has begun."""
        ...
