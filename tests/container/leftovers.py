"""What runs of tests leave that were killed: containers that go on, and their folders.

What they have mounted is in a mount namespace of the container, or is removed with the
containers that buildah works in (`Storage.ensure_base`).
"""

from __future__ import annotations

import os
import select
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL

from tests.container.processes import seen
from tests.whole.api import until

_PREFIX = "nurseryd-container-"


def bundle_folder() -> Path:
    """Make a folder for one container of this process."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


def folders(owner: int | str = "*") -> list[Path]:
    """Those of the containers of a process, or of all."""
    return [*Path(tempfile.gettempdir()).glob(f"{_PREFIX}{owner}-*")]


def remove_leftovers() -> None:
    """End and remove the containers whose processes of tests are gone."""
    for folder in folders():
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if not Path("/proc", owner).exists():
            _end(folder / "pid")
            while folder.exists():
                with suppress(FileNotFoundError):  # whoever ran it removes its own part
                    shutil.rmtree(folder)


def _end(pid_file: Path) -> None:
    try:
        pid = int(pid_file.read_text())
        first = seen(pid)
    except (OSError, ValueError):  # it never began, or has ended
        return
    if first.inside == 1 and first.uid >= 0:  # and no other's process that has this pid by now
        descriptor = os.pidfd_open(pid)
        os.kill(pid, SIGKILL)
        select.select([descriptor], [], [], 10)  # readable when it has ended
        os.close(descriptor)
        until("whoever ran it to see that", lambda: not Path("/proc", str(pid)).exists(), 10)
