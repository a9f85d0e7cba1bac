"""Server-sent events out of the pieces in which they come. Pure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE = re.compile(r"\r\n|\n|\r(?!$)")
_RETRY = re.compile(r"[0-9]{1,9}")  # beyond that is beyond any patience


@dataclass(frozen=True, slots=True)
class Sent:
    """One event. `id` is the last one that there was; `retry` is in milliseconds."""

    kind: str
    data: str
    id: str
    retry: int | None


class Parser:
    """For one connection: what is begun and has no end when it breaks is no event."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._rest: list[str] = []  # of a line whose end has not come
        self._fields: dict[str, str] = {}
        self._data: list[str] = []
        self._id = ""

    def feed(self, piece: bytes) -> Iterator[Sent]:
        """The events that end in this piece, one for each block with data, an id or a `retry`."""
        for line in self._lines(self._decoder.decode(piece)):
            if line:
                self._take(line)
            elif (event := self._dispatched()) is not None:
                yield event

    def _lines(self, text: str) -> list[str]:
        """Those that end in this text; a long one is put together once, however it comes."""
        ends = "\n" in text or "\r" in text
        if not ends and not (self._rest and self._rest[-1].endswith("\r")):
            if text:
                self._rest.append(text)
            return []
        *lines, rest = _LINE.split("".join([*self._rest, text]))
        self._rest = [rest]
        return lines

    def _take(self, line: str) -> None:
        name, _, value = line.removeprefix("\ufeff").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "id" and "\0" not in value:
            self._id = self._fields["id"] = value
        elif name in ("event", "retry"):
            self._fields[name] = value

    def _dispatched(self) -> Sent | None:
        fields, data = self._fields, "\n".join(self._data)
        self._fields, self._data = {}, []
        retry = fields.get("retry", "")
        pause = int(retry) if _RETRY.fullmatch(retry) else None
        if not data and pause is None and "id" not in fields:
            return None
        return Sent(fields.get("event") or "message", data, self._id, pause)
