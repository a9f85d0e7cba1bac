"""What is on a disk at every moment of an operation at which its process could be killed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import services.workspaces

CODE = os.path.dirname(services.workspaces.__file__)


def images(volume: Path, act: Callable[[], object], into: Path) -> list[Path]:
    """Copies of `volume` as it was before every line of the code at which it was another.

    A repository that is there has all its objects in one place that all copies share: nobody
    ever changes an object, and one that nothing leads to is as good as none.
    """
    taken: list[Path] = []
    for number, objects in enumerate([*volume.glob("*/*/project/.git/objects")]):
        shared = objects.rename(into.with_name(f"{into.name}-objects{number}"))
        objects.symlink_to(shared)
    last: object = None

    def look() -> None:
        nonlocal last
        now = _fingerprint(volume)
        if now != last:
            last = now
            taken.append(into / f"{len(taken):04}")
            shutil.copytree(volume, taken[-1], symlinks=True)

    def trace(frame: FrameType, event: str, _argument: object) -> Callable[..., Any] | None:
        if not frame.f_code.co_filename.startswith(CODE):
            return None
        look()
        return trace

    look()
    tracer = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(tracer)
    look()
    return taken


def put_back(image: Path, volume: Path) -> None:
    """Let a disk be again what it was; the image is used up."""
    # Put aside, since removing takes ten times as long.
    volume.rename(image.with_name(f"{image.name}-before"))
    image.rename(volume)


def _fingerprint(volume: Path) -> list[tuple[str, int, int, int]]:
    found: list[tuple[str, int, int, int]] = []
    for directory, folders, names in os.walk(volume):
        folders[:] = [name for name in folders if name not in ("objects", "hooks")]
        for name in (*names, *folders):
            path = os.path.join(directory, name)
            status = os.lstat(path)
            # A directory's time tells of objects beside it, too.
            time = 0 if name in folders else status.st_mtime_ns
            found.append((path, status.st_mode, status.st_size if time else 0, time))
    return found
