"""Asks the runner of a dev server which pages can be shown: believed no more than its reports."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import trio
from msgspec import Meta, Struct

from services.messages import BuildError
from services.nonsense import NONSENSE
from services.previews.reports import MOST_NAME, MOST_TEXT

SOCKET = "check.sock"
MOST_BYTES = 1 << 20
MOST_PAGES = 50
MOST_ERRORS = 50


class Unanswered(Exception):
    """It gave no answer, or none that can be understood; the text says why."""


_Name = Annotated[str, Meta(max_length=MOST_NAME)]


class Answer(Struct, frozen=True):
    """The addresses that were opened, and what is wrong with what they showed."""

    pages: tuple[_Name, ...] = ()
    errors: tuple[BuildError, ...] = ()
    failed: str = ""


async def ask(cache: Path, files: Sequence[Path], pages: Sequence[str], seconds: float) -> Answer:
    """Have `files` checked within `seconds`; raises `Unanswered`.

    Cancelled, it hangs up, and the runner opens no further page.
    """
    question = {"files": [str(file) for file in files], "pages": pages, "ms": round(seconds * 1000)}
    try:
        said = await _exchange(cache, msgspec.json.encode(question) + b"\n")
    except (OSError, trio.BrokenResourceError) as error:
        raise Unanswered(f"its dev server cannot be asked: {error}") from error
    return read(said)


def read(said: bytes) -> Answer:
    """What an answer says, no longer than it has to be. Pure; raises `Unanswered`."""
    try:
        answer = msgspec.json.decode(said, type=Answer)
    except NONSENSE as error:
        raise Unanswered("its dev server ended, or gave no answer that makes sense") from error
    if answer.failed:
        raise Unanswered(f"its dev server could not check it: {answer.failed[:MOST_NAME]}")
    errors = tuple(_cut(error) for error in answer.errors[:MOST_ERRORS])
    return Answer(answer.pages[:MOST_PAGES], errors)


def _cut(error: BuildError) -> BuildError:
    return BuildError(
        error.message[:MOST_TEXT],
        error.file[:MOST_NAME],
        error.line,
        error.column,
        error.frame[:MOST_TEXT],
    )


async def _exchange(cache: Path, question: bytes) -> bytes:
    # By way of the folder: the name of a socket has no room for a long path.
    folder = os.open(cache, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        stream = await trio.open_unix_socket(f"/proc/self/fd/{folder}/{SOCKET}")
    finally:
        os.close(folder)
    said = b""
    async with stream:
        await stream.send_all(question)
        while chunk := await stream.receive_some():
            said += chunk
            if len(said) > MOST_BYTES:
                raise Unanswered("its dev server gave an answer that is too long")
    return said
