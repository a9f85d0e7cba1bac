"""Lines of a child as records of the log: one JSON object each, made many at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count, repeat
from typing import cast

import msgspec
from msgspec import Raw, Struct

from supervisor.kept import Chunk
from supervisor.redact import HIDDEN, Redactor

LEVEL = "info"  # of what children write
_ENCODER = msgspec.json.Encoder()


# A character that stands for the end of a line while the others of its chunk are escaped: one that
# JSON need not escape, and that hardly anybody writes.
_END = "\x7f"


class _Record(Struct, omit_defaults=True, gc=False):
    service: str
    stream: str
    pid: int
    sequence: int
    timestamp: str
    level: str
    event: str
    partial: bool = False
    data: Raw | None = None


def records(chunk: Chunk, redactor: Redactor) -> bytes:
    """A record for each line, with its newline; an object that the child wrote becomes `data`."""
    at = datetime.fromtimestamp(chunk.at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    objects = b"{" in chunk.data and (chunk.data.startswith(b"{") or b"\n{" in chunk.data)
    if objects or chunk.partial or _END.encode() in chunk.data:
        return _one_by_one(chunk, at, redactor)
    return _all_at_once(chunk, at)


def _all_at_once(chunk: Chunk, at: str) -> bytes:
    """Texts only: escaped as one, then parted by what stands between two of them."""
    record = _Record(chunk.service, chunk.stream, chunk.pid, 0, at, LEVEL, "")
    before, after = _ENCODER.encode(record).replace(b"%", b"%%").split(b'"sequence":0,')
    opening = before + b'"sequence":%d,' + after.removesuffix(b'""}')
    texts = _ENCODER.encode(chunk.text().replace("\n", _END)).replace(b"%", b"%%")
    template = b"".join((opening, memoryview(texts)[: -len(_END + '"')], b'"}\n'))
    numbers = range(chunk.first, chunk.first + chunk.count)
    return template.replace(_END.encode(), b'"}\n' + opening + b'"') % tuple(numbers)


def _one_by_one(chunk: Chunk, at: str, redactor: Redactor) -> bytes:
    lines = list(
        map(
            _Record,
            repeat(chunk.service),
            repeat(chunk.stream),
            repeat(chunk.pid),
            count(chunk.first),
            repeat(at),
            repeat(LEVEL),
            chunk.texts(),
            repeat(chunk.partial),
        )
    )
    for line in lines:
        if line.event.startswith("{") and (found := read(line.event, redactor)):
            line.event, line.data = message(found[0]), Raw(found[1])
    return _ENCODER.encode_lines(lines)


def read(text: str, redactor: Redactor) -> tuple[dict[str, object], bytes] | None:
    """The object that a child wrote, and how we would write it; or None.

    What is too deep to be read, or only just too deep to be written, is a text like others.
    """
    try:
        data = msgspec.json.decode(text, type=dict[str, object])
        if redactor.active:  # an escape may have hidden a secret from it
            data = cast("dict[str, object]", hidden(data, redactor))
        return data, _ENCODER.encode(data)
    except (msgspec.DecodeError, RecursionError):
        return None


def message(data: dict[str, object]) -> str:
    """What a record of a child says, by the two customs that there are."""
    return str(data.get("message") or data.get("event") or "")


def hidden(value: object, redactor: Redactor) -> object:
    """The same value with nothing in its texts that must be hidden."""
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, dict):
        pairs = cast("dict[object, object]", value).items()
        return {hidden(key, redactor): hidden(item, redactor) for key, item in pairs}
    if isinstance(value, int | float) and redactor.text(repr(value)) != repr(value):
        return HIDDEN
    if isinstance(value, list):
        return [hidden(item, redactor) for item in cast("list[object]", value)]
    return value
