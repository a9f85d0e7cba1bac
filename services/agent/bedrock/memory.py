"""What a thread's conversation with the model was, on disk: one line a turn.

    {"version": 1}
    {"turn": "…", "messages": [{"role": "user", "blocks": [{"type": "text", "text": "…"}]}, …]}

A turn is written when it is over, with everything closed that was open in it, so that another may
follow. A line that is broken, or of a kind that is not known, counts for nothing. Synchronous.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import structlog

from services.agent.bedrock.messages import Message
from services.nonsense import NONSENSE

log = structlog.get_logger()

VERSION = 1
NAME = "messages.jsonl"


class Remembered(msgspec.Struct, frozen=True):
    turn: str
    messages: tuple[Message, ...]


class _Head(msgspec.Struct, frozen=True):
    version: int


def load(store: Path) -> list[Remembered]:
    """The turns, oldest first. A file of a later version is put aside, and nothing is remembered.

    Raises `OSError` where there is a file that cannot be read.
    """
    path = store / NAME
    try:
        first, *lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    version = _version(first)
    if version != VERSION:
        aside = path.with_name(f"messages-{'unknown' if version is None else version}.jsonl")
        log.warning("conversation put aside", path=str(aside), version=version)
        path.replace(aside)
        return []
    return [turn for line in lines if (turn := _turn(line)) is not None]


def append(store: Path, turn: Remembered) -> None:
    """Write a turn down; on disk when this returns. Raises `OSError`."""
    store.mkdir(parents=True, exist_ok=True)
    handle = os.open(store / NAME, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with open(handle, "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        data = msgspec.json.encode(turn) + b"\n"
        if size == 0:
            data = _head() + data
        elif os.pread(handle, 1, size - 1) != b"\n":
            data = b"\n" + data  # after a line that was not written to its end
        file.write(data)
        os.fsync(handle)


def rewrite(store: Path, turns: Iterable[Remembered]) -> None:
    """Put these turns in place of what is there, at once. Raises `OSError`."""
    store.mkdir(parents=True, exist_ok=True)
    temporary = store / f"{NAME}.tmp"
    with open(temporary, "wb") as file:
        file.write(_head() + b"".join(msgspec.json.encode(turn) + b"\n" for turn in turns))
        file.flush()
        os.fsync(file.fileno())
    temporary.chmod(0o600)
    temporary.replace(store / NAME)


def again(before: Sequence[Remembered], after: Sequence[Sequence[Message]]) -> list[Remembered]:
    """The same turns with other messages, of which the oldest may be gone."""
    kept = before[len(before) - len(after) :]
    return [Remembered(old.turn, tuple(new)) for old, new in zip(kept, after, strict=True)]


def _head() -> bytes:
    return msgspec.json.encode(_Head(VERSION)) + b"\n"


def _version(line: bytes) -> int | None:
    try:
        return msgspec.json.decode(line, type=_Head).version
    except NONSENSE:
        return None


def _turn(line: bytes) -> Remembered | None:
    try:
        turn = msgspec.json.decode(line, type=Remembered)
    except NONSENSE:
        return None
    return turn if turn.messages else None
