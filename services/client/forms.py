"""A form with files (multipart/form-data), as it is sent. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET


def form(fields: Mapping[str, Any]) -> tuple[str, bytes]:
    """Its Content-Type, and its bytes.

    A text is one part, and a sequence one for each file of it, which is a pair of its name and
    its bytes. What is `UNSET` is not sent.
    """
    boundary = uuid.uuid4().hex
    mark = f"--{boundary}".encode()
    parts = [b"\r\n".join((mark, *part)) for part in _parts(fields)]
    return f"multipart/form-data; boundary={boundary}", b"\r\n".join((*parts, mark + b"--", b""))


def _parts(fields: Mapping[str, Any]) -> Iterator[tuple[bytes, bytes, bytes]]:
    for name, value in fields.items():
        if value is UNSET or value is None:
            continue
        if isinstance(value, str):
            yield _disposition(name), b"", value.encode()
            continue
        files: Sequence[tuple[str, bytes]] = value
        for filename, data in files:
            yield _disposition(name, filename), b"", data


def _disposition(name: str, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{_quoted(filename)}"'
    return f'Content-Disposition: form-data; name="{_quoted(name)}"{file}'.encode()


def _quoted(text: str) -> str:
    """As browsers do it, so that a name ends neither its quotes nor its line."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
