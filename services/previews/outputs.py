"""What builds put out, on local disk. Synchronous: for a worker thread.

{preview}/{when}/     an output, by when its build began, in milliseconds
{preview}/good        which of them is the last good one: a link, exchanged at once
{preview}/cache/      what the next build can use of this one
{preview}/build.log   what the last build wrote
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

GOOD = "good"
LOG = "build.log"
REPORT = '{"event":"astro.'  # as runner/saying.mjs writes it
MOST_SAID = 8 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Output:
    """A good build: its folder, and when it began in Unix seconds."""

    folder: Path
    built: float


@dataclass(frozen=True, slots=True)
class Outputs:
    """All of them, in `folder`."""

    folder: Path

    def cache(self, preview_id: str) -> Path:
        return self.folder / preview_id / "cache"

    def log(self, preview_id: str) -> Path:
        return self.folder / preview_id / LOG

    def prepare(self, preview_id: str) -> None:
        """Make room for a build, and forget what the one before wrote."""
        self.cache(preview_id).mkdir(parents=True, exist_ok=True)
        self.log(preview_id).unlink(missing_ok=True)

    def said(self, preview_id: str) -> str:
        """The last lines that a build wrote, without those that it reports to us."""
        with suppress(OSError), self.log(preview_id).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - MOST_SAID))
            tail = file.read(MOST_SAID).decode(errors="replace")
            lines = tail.splitlines(keepends=True)[0 if size <= MOST_SAID else 1 :]
            return "".join(line for line in lines if not line.startswith(REPORT))
        return ""

    def place(self, preview_id: str, built: float) -> Path:
        """Where a build that begins now may put its output."""
        return self.folder / preview_id / str(round(built * 1000))

    def keep(self, preview_id: str, output: Path) -> None:
        """From now on this is the last good one."""
        draft = self.folder / preview_id / f".{GOOD}"
        draft.unlink(missing_ok=True)
        draft.symlink_to(output.name)
        draft.rename(self.folder / preview_id / GOOD)

    def latest(self, preview_id: str) -> Output | None:
        """The last good one, if it is still there."""
        with suppress(OSError, ValueError):
            name = (self.folder / preview_id / GOOD).readlink().name
            folder = self.folder / preview_id / name
            if folder.is_dir():
                return Output(folder, int(name) / 1000)
        return None

    def tidy(self, preview_id: str) -> None:
        """Remove all but the last good one."""
        good = self.latest(preview_id)
        for folder in (self.folder / preview_id).glob("*/"):
            if folder.name.isdecimal() and (good is None or folder != good.folder):
                self.discard(folder)

    def discard(self, output: Path) -> None:
        """Remove what a build put out that is not good."""
        shutil.rmtree(output, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what builds left that somebody died in."""
        for folder in self.folder.glob("*/"):
            self.tidy(folder.name)

    def forget(self, preview_id: str) -> None:
        """Remove all that there is of a preview."""
        shutil.rmtree(self.folder / preview_id, ignore_errors=True)
