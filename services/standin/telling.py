"""What a stand-in hears, told on a terminal and kept in a file."""

from __future__ import annotations

import json
from typing import Any, TextIO

from services.standin.heard import Heard

# What a client proves itself with is nobody's business, even where nobody checks it.
_SECRET = frozenset({"authorization", "x-api-key", "x-amz-security-token", "cookie"})
_SHORT = 60  # characters


class Telling:
    """Writes a line for people for each answer, and all of each request as lines of JSON.

    The record has two lines for a request, with the same `number`: what came, as soon as it has
    come, and how it ended.
    """

    def __init__(self, terminal: TextIO, record: TextIO | None) -> None:
        self._terminal = terminal
        self._record = record

    def heard(self, it: Heard) -> None:
        if self._record is not None:
            print(json.dumps(_outcome(it) if it.done else _request(it)), file=self._record)
            self._record.flush()
        if it.done:
            print(_line(it), file=self._terminal, flush=True)


def _request(it: Heard) -> dict[str, Any]:
    return {
        "number": it.number,
        "method": it.method,
        "target": it.target,
        "headers": {name: "..." if name in _SECRET else value for name, value in it.headers},
        "body": it.text,
    }


def _outcome(it: Heard) -> dict[str, Any]:
    return {
        "number": it.number,
        "status": it.status,
        "events": it.events,
        "attempt": it.attempt,
        "end": it.end,
    }


def _line(it: Heard) -> str:
    said = it.conversation.instruction if it.conversation else ""
    short = said if len(said) <= _SHORT else f"{said[:_SHORT]}…"
    what = f" {short!r}, round {it.conversation.rounds}" if it.conversation else ""
    return f"{it.method} {it.target} {it.status or '-'} {it.end}{what}"
