"""Why a dev server could not start, as its runner left it. Synchronous: for a worker thread."""

from __future__ import annotations

from pathlib import Path

import msgspec

FILE = "failure.json"
MOST_BYTES = 64 * 1024


class Failure(msgspec.Struct, frozen=True):
    """What the runner writes; `file` is relative to the site where it is inside."""

    message: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        where = f" ({self.file}{f':{self.line}' if self.line else ''})" if self.file else ""
        return f"{self.message}{where}"


def read_failure(cache: Path) -> str:
    """One sentence, or nothing where the last start did not fail or cannot be understood."""
    try:
        with (cache / FILE).open("rb") as file:
            return str(msgspec.json.decode(file.read(MOST_BYTES), type=Failure))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
