"""The lines of a thread's journal, as far as this version understands them."""

from __future__ import annotations

from typing import Annotated

import msgspec

from services.messages import BuildError, Leftover, Mode, Reason, Selection, TurnState, Usage
from services.nonsense import NONSENSE

Seconds = Annotated[float, msgspec.Meta(ge=0, lt=2**37)]  # up to the year 6325


class StoredImage(msgspec.Struct, frozen=True):
    """An image that came with a turn; `file` is its name in the thread's folder of images."""

    media_type: str
    file: str


class Line(msgspec.Struct, frozen=True):
    """An event as far as it matters here: what a kind does not have is as it begins."""

    id: int
    type: str
    time: Seconds = 0.0
    turn: str = ""
    version: int = 1
    instruction: str | None = None
    mode: Mode = Mode.EXECUTE
    backend: str = ""
    named: str | None = None
    model: str | None = None
    idempotency_key: str | None = None
    selection: Selection | None = None
    images: tuple[StoredImage, ...] = ()
    base: str | None = None
    text: str = ""
    path: str = ""
    usage: Usage = Usage()
    pages: tuple[str, ...] = ()
    errors: tuple[BuildError, ...] = ()
    repair: int = 0
    hash: str | None = None
    files: tuple[str, ...] = ()
    state: TurnState | None = None
    error: str | None = None
    reason: Reason | None = None
    saved: str | None = None
    leftover: Leftover | None = None
    operation: str = ""
    turns: tuple[str, ...] = ()
    reverted: tuple[str, ...] = ()
    keep: bool = False


_lines = msgspec.json.Decoder(Line)


def line_of(data: bytes) -> Line | None:
    """None for an event that says what this version does not understand."""
    try:
        return _lines.decode(data)
    except NONSENSE:
        return None
