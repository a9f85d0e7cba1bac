"""The workspaces' volume: a small file system that fills up, and goes away and comes back.

It lives in a mount namespace of the driver's own, so nothing is left of it when the driver ends.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

SIZE = "768m"  # what a run of ten minutes writes, and the archives that npm keeps on it
BLOCK = 1024 * 1024


class Volume:
    """A tmpfs at `place`, until `end`.

    A volume cannot be pulled out from under open files: what "gone" and "read-only" do is to
    mount something over it. Who has a file open goes on with it, as with NFS, whose client keeps
    what it opened; who opens by a path finds nothing, or cannot write. An empty file system that
    takes writes would be no fault of the volume but another volume.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir()
        _run("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "chaos", str(place))

    def fill(self) -> None:
        """Leave no byte: in the end a page at a time, since others write meanwhile."""
        for size in (BLOCK, os.sysconf("SC_PAGESIZE")):
            with self._filler.open("ab", buffering=0) as filler, suppress(OSError):
                while filler.write(bytes(size)) == size:
                    pass

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)

    def hide(self) -> None:
        """Nothing is there, and nothing can be written."""
        _run("mount", "-t", "tmpfs", "-o", "ro,size=4k", "away", str(self.place))

    def freeze(self) -> None:
        """All is there, and nothing can be opened to be written.

        It is made beside, where nobody writes: what is written to cannot be made read-only.
        """
        beside = self.place.with_name("frozen")
        beside.mkdir(exist_ok=True)
        _run("mount", "--bind", str(self.place), str(beside))
        _run("mount", "-o", "remount,bind,ro", str(beside))
        _run("mount", "--move", str(beside), str(self.place))

    def show(self) -> None:
        """Undo the last of these two. Lazily: somebody may have come to be in there."""
        _run("umount", "--lazy", str(self.place))

    def end(self) -> None:
        _run("umount", "--lazy", str(self.place))

    @property
    def _filler(self) -> Path:
        return self.place / ".filler"


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
