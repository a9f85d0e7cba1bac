"""Dependencies of a repository of several packages, linked into a worktree one by one.

A link to the whole of the shared modules would not do: in them the repository's own packages are
links too, and must lead to the worktree that they are seen from. So each `node_modules` of a
worktree is a folder of links: to what is shared, and to the worktree's own packages. Synchronous:
for a worker thread.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from services.nonsense import NONSENSE

MODULES = "node_modules"
MARKER = ".nurseryd"  # in each folder of links, with the modules that it leads to
DEPTH = 4  # folders down from the root of a repository
MOST_PACKAGES = 500
_PACKAGES = re.compile(rb"^packages\s*:", re.M)


class _Manifest(msgspec.Struct):
    workspaces: object = None


def packages(root: Path) -> tuple[str, ...]:
    """The folders with a package.json below `root`, where that says that it has such packages.

    Which of them belong to it is for the package manager to tell, by patterns of its own: one too
    many is only looked at.
    """
    return tuple(sorted(_below(root, root, DEPTH)))[:MOST_PACKAGES] if _has_any(root) else ()


def _has_any(root: Path) -> bool:
    with suppress(OSError, *NONSENSE):
        manifest = (root / "package.json").read_bytes()
        if msgspec.json.decode(manifest, type=_Manifest).workspaces:
            return True
    with suppress(OSError):
        return bool(_PACKAGES.search((root / "pnpm-workspace.yaml").read_bytes()))
    return False


def _below(root: Path, folder: Path, depth: int) -> Iterator[str]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name == MODULES or entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                inner = Path(entry.path)
                manifest = inner / "package.json"
                if manifest.is_file() and not manifest.is_symlink():
                    yield str(inner.relative_to(root))
                if depth > 1:
                    yield from _below(root, inner, depth - 1)


def is_ours(modules: Path) -> bool:
    """Whether a node_modules is one of these folders of links, whole or not."""
    return not modules.is_symlink() and (modules / MARKER).is_file()


def leads_to(root: Path) -> Path | None:
    """The shared modules that a worktree's node_modules leads to; None where it is none of ours."""
    mine = root / MODULES
    with suppress(OSError):
        if mine.is_symlink():
            return mine.readlink()
        if text := (mine / MARKER).read_bytes():
            return Path(os.fsdecode(text))
    return None


def spread(root: Path, packages: tuple[str, ...], modules: Path) -> None:
    """Let a worktree and its packages see what was installed around `modules`, a real path.

    A node_modules that a package brings along stays as it is, and so does one that is right: a
    server may be using it.
    """
    entry = modules.parent
    for package in ("", *packages):
        shared, mine = entry / package / MODULES, root / package / MODULES
        if is_ours(mine) and leads_to(root / package) == modules:
            continue
        if mine.is_symlink():
            mine.unlink()
        elif is_ours(mine):
            shutil.rmtree(mine)
        if shared.is_dir() and not mine.exists():
            mine.mkdir()
            (mine / MARKER).touch()
            _fill(mine, shared, root, entry)
            (mine / MARKER).write_bytes(os.fsencode(modules))


def _fill(mine: Path, shared: Path, root: Path, entry: Path) -> None:
    for item in shared.iterdir():
        place = mine / item.name
        if item.name.startswith("@") and not item.is_symlink():
            place.mkdir()
            _fill(place, item, root, entry)
        elif item.name != MARKER:
            place.symlink_to(_seen_from(root, item, entry))


def _seen_from(root: Path, item: Path, entry: Path) -> Path:
    """Where a link to an item of the shared modules leads, in the eyes of a worktree."""
    real = Path(os.path.realpath(item))  # not `resolve`: a stranger's link may lead to itself
    if item.is_symlink() and real.is_relative_to(entry):
        inside = real.relative_to(entry)
        if MODULES not in inside.parts:
            return root / inside
    return item
