"""What went wrong with a site, as its runner left it. Synchronous: for a worker thread."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace

from services.messages import BuildError
from services.nonsense import NONSENSE

FILE = "failure.json"
MOST_BYTES = 256 * 1024
MOST_ERRORS = 50


class _Failure(msgspec.Struct, frozen=True):
    errors: tuple[BuildError, ...]


def read_failures(cache: Path) -> tuple[BuildError, ...]:
    """The mistakes, the one that ended it first; none where nothing failed or is understood."""
    try:
        with (cache / FILE).open("rb") as file:
            failure = msgspec.json.decode(file.read(MOST_BYTES), type=_Failure)
    except (OSError, *NONSENSE):
        return ()
    return failure.errors[:MOST_ERRORS]


def read_failure(cache: Path) -> BuildError | None:
    """The mistake that ended the last life of a server, if one did."""
    return next(iter(read_failures(cache)), None)


def headline(error: BuildError) -> str:
    """The first line of a mistake and where it is, for a list or a log. Pure."""
    message, *_ = error.message.splitlines() or [""]
    return str(replace(error, message=message))
