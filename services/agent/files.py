"""The files of a worktree as agents read and change them, whole at every moment.

A path is resolved and judged by `containment.within`; what is opened is the file that was judged,
folder by folder without following a link, so that what changes in between leads nowhere else.
Everything here is synchronous: use a worker thread. `OSError` is what the system says.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from services.agent.containment import is_private, within

LARGEST = 1024 * 1024
"""Bytes; a larger file is nothing that an agent reads or edits as text."""

BUILT = frozenset({"node_modules", "dist", ".astro"})
"""Folders that hold nothing that a person wrote; they are not listed."""

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Unreadable(Exception):
    """A file that cannot be taken for a text; the message says why."""


def relative(root: Path, path: str) -> str:
    """The file that `path` leads to, relative to the worktree, as `FileChanged` names it.

    Raises `Outside`.
    """
    return within(root, path).relative_to(root.resolve()).as_posix()


def read(root: Path, path: str) -> str:
    """A file's text, its lines ended by `\\n` alone.

    Raises `Outside`, `OSError`, or `Unreadable` where it is too large or no text.
    """
    return _text(_bytes(root, path), path).replace("\r\n", "\n")


def write(root: Path, path: str, text: str) -> Literal["added", "modified"]:
    """Put a text in place of a file's, or make the file and its folders.

    An existing file keeps its mode, and its lines end as they did. Raises `Outside`, `OSError`.
    """
    with _at(root, path, make=True) as (folder, name):
        before = _look(folder, name)
        if before is not None and stat.S_ISDIR(before.st_mode):
            raise IsADirectoryError(f"cannot write {path}: it is a folder")
        if before is not None:
            text = text.replace("\r\n", "\n")
            if b"\r\n" in _slurp(folder, name, path, LARGEST, cut=True):
                text = text.replace("\n", "\r\n")
        mode = 0o644 if before is None else stat.S_IMODE(before.st_mode)
        _replace(folder, name, text.encode(), mode)
        return "added" if before is None else "modified"


def delete(root: Path, path: str) -> None:
    """Remove a file. Raises `Outside`, `OSError`; a folder is not removed."""
    with _at(root, path) as (folder, name):
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
    with _at(root, path) as (folder, name):
        return _slurp(folder, name, path, LARGEST)


def _text(data: bytes, path: str) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"cannot read {path}: it is no text") from error
    if "\0" in text:
        raise Unreadable(f"cannot read {path}: it is no text")
    return text


@contextmanager
def _at(root: Path, path: str, *, make: bool = False) -> Generator[tuple[int, str]]:
    """The folder of a file, open, and the file's name in it."""
    base = root.resolve()
    parts = within(root, path).relative_to(base).parts
    if not parts:
        raise IsADirectoryError(f"cannot use {path}: it is a folder")
    folder = os.open(base, _FOLDER)
    try:
        for part in parts[:-1]:
            if make and _look(folder, part) is None:
                os.mkdir(part, dir_fd=folder)
            inner = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder, parts[-1]
    finally:
        os.close(folder)


def _look(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _slurp(folder: int, name: str, path: str, most: int, *, cut: bool = False) -> bytes:
    """The content of an ordinary file; the first `most` bytes with `cut`, refused beyond else."""
    with open(os.open(name, _READ, dir_fd=folder), "rb") as file:
        status = os.fstat(file.fileno())
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(f"cannot read {path}: it is a folder; list it instead")
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(f"cannot read {path}: it is no ordinary file")
        data = file.read(most + 1)
    if len(data) > most and not cut:
        raise Unreadable(f"cannot read {path}: it is larger than {most // 1024} KiB")
    return data[:most]


def _replace(folder: int, name: str, data: bytes, mode: int) -> None:
    temporary = f".nurseryd-edit-{secrets.token_hex(6)}.tmp"
    handle = os.open(temporary, _NEW, 0o600, dir_fd=folder)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(temporary, dir_fd=folder)
        raise
