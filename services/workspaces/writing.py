"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

PARTIAL = ".partial-"


def write_whole(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace a file by one with this content, in one step.

    Unless it need not be `durable`, it is on the disk when this returns.
    """
    draft = path.with_name(f".{path.name}{PARTIAL}{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
