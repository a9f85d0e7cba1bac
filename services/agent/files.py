"""The files of a worktree as agents read and change them, whole at every moment.

Which they are, and how they are opened, is `services.site`'s. Everything here is synchronous: use a
worker thread. `OSError` is what the system says.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Literal

from services.site.containment import is_private
from services.site.opening import Unreadable, at, look, replace, slurp

LARGEST = 1024 * 1024
"""Bytes; a larger file is nothing that an agent reads or edits as text."""

BUILT = frozenset({"node_modules", "dist", ".astro"})
"""Folders that hold nothing that a person wrote; they are not listed."""


def read(root: Path, path: str) -> str:
    """A file's text, its lines ended by `\\n` alone.

    Raises `Outside`, `OSError`, or `Unreadable` where it is too large or no text.
    """
    return _text(_bytes(root, path), path).replace("\r\n", "\n")


def write(root: Path, path: str, text: str) -> Literal["added", "modified"]:
    """Put a text in place of a file's, or make the file and its folders.

    An existing file keeps its mode, and its lines end as they did. Raises `Outside`, `OSError`.
    """
    with at(root, path, make=True) as (folder, name):
        before = look(folder, name)
        if before is not None and stat.S_ISDIR(before.st_mode):
            raise IsADirectoryError(f"cannot write {path}: it is a folder")
        if before is not None:
            text = text.replace("\r\n", "\n")
            if b"\r\n" in slurp(folder, name, path, LARGEST, cut=True):
                text = text.replace("\n", "\r\n")
        mode = 0o644 if before is None else stat.S_IMODE(before.st_mode)
        replace(folder, name, text.encode(), mode)
        return "added" if before is None else "modified"


def delete(root: Path, path: str) -> None:
    """Remove a file. Raises `Outside`, `OSError`; a folder is not removed."""
    with at(root, path) as (folder, name):
        os.unlink(name, dir_fd=folder)


def listed(root: Path, most: int) -> tuple[list[str], bool]:
    """The files that an agent may see, sorted, `most` of them, and whether there are more.

    Links, private files and folders of built files are left out. Raises `OSError` where `root`
    cannot be listed.
    """
    found: list[str] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError:
            if not folder:
                raise
            continue  # it has vanished
        for entry in entries:
            if is_private(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False) and entry.name not in BUILT:
                folders.append(f"{folder}{entry.name}/")
            elif entry.is_file(follow_symlinks=False):
                if len(found) == most:
                    return sorted(found), True
                found.append(f"{folder}{entry.name}")
    return sorted(found), False


def _bytes(root: Path, path: str) -> bytes:
    with at(root, path) as (folder, name):
        return slurp(folder, name, path, LARGEST)


def _text(data: bytes, path: str) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"cannot read {path}: it is no text") from error
    if "\0" in text:
        raise Unreadable(f"cannot read {path}: it is no text")
    return text
