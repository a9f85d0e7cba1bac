"""What git has no part in of a worktree that goes, and that nobody could make again.

Ignored files, `.env` for one, are in no save. They wait beside the threads, and come back with
the worktree. What is generated does not: it is made again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from services.workspaces.files import GENERATED, is_generated


def put(place: Path, ignored: Iterable[str], aside: Path) -> None:
    """Move the ignored paths of a worktree, and repositories inside it, out of it.

    It can be repeated: what was moved before stays beside what is moved now.
    """
    for path in (*ignored, *_repositories(place)):
        if not is_generated(path):
            _move(place / path, _free(aside / path))


def bring_back(aside: Path, place: Path) -> None:
    """Move everything to where it was, but for what has a successor there by now: that stays."""
    if not aside.is_dir():
        return
    for directory, folders, names in os.walk(aside):
        there = place / Path(directory).relative_to(aside)
        if not _is_directory(there):  # nor what is below: it may be a link to elsewhere
            folders.clear()
            continue
        for name in [*names, *folders]:
            if not os.path.lexists(there / name):
                Path(directory, name).rename(there / name)
        folders[:] = [name for name in folders if Path(directory, name).is_dir()]
    _remove_empty(aside)


def _repositories(place: Path) -> list[str]:
    """Git's own directories in a worktree, which no save has either."""
    found: list[str] = []
    for directory, folders, _ in os.walk(place):
        if ".git" in folders:
            found.append(str((Path(directory) / ".git").relative_to(place)))
        folders[:] = [name for name in folders if name not in (".git", *GENERATED)]
    return found


def _move(source: Path, target: Path) -> None:
    if os.path.lexists(source):
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)


def _free(path: Path) -> Path:
    while os.path.lexists(path):
        path = path.with_name(f"{path.name}~")
    return path


def _is_directory(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove_empty(top: Path) -> None:
    for directory, _, _ in os.walk(top, topdown=False):
        with suppress(OSError):
            os.rmdir(directory)
