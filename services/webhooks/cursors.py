"""How far each hook has come, on disk. Blocking."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import structlog

from services.nonsense import NONSENSE

log = structlog.get_logger()


class Cursors:
    """The stamp of the last event that each hook is done with, by the hook's id."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> dict[str, int]:
        """What was kept; nothing where there is no file, or none that can be read.

        Raises `OSError` where there may be one, but it cannot be had.
        """
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, int])
        except FileNotFoundError:
            return {}
        except NONSENSE:
            log.warning("webhooks begin anew: their state is spoilt", file=str(self._file))
            return {}

    def write(self, stamps: Mapping[str, int]) -> None:
        """Keep these, in one step. Raises `OSError`."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=".webhooks", dir=self._file.parent)
        try:
            with open(descriptor, "wb") as out:
                out.write(msgspec.json.encode(stamps))
                out.flush()
                os.fsync(out.fileno())
            os.replace(temporary, self._file)
        except BaseException:
            os.unlink(temporary)
            raise
