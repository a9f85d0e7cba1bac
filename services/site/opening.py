"""Files opened as they were judged: folder by folder, no link followed, whole at every moment.

`containment.within` judges a path; what changes on the disk between that and the opening leads
nowhere else. All of it is synchronous: use a worker thread. `OSError` is what the system says.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from services.site.containment import Outside, within

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
UNWRITTEN = ".nurseryd-edit-*.tmp"
"""What was being written when somebody was killed; nothing of the site."""


class Unreadable(Exception):
    """A file whose content nobody is shown; the message says why."""


@contextmanager
def at(root: Path, path: str, *, make: bool = False) -> Generator[tuple[int, str]]:
    """The folder of a file, open, and the file's name in it; `make` makes the folders.

    Raises `Outside`, and `OSError` where there is no such folder.
    """
    base = root.resolve()
    parts = within(root, path).relative_to(base).parts
    if not parts:
        raise IsADirectoryError(f"cannot use {path}: it is a folder")
    with _walked(base, parts[:-1], make=make) as folder:
        yield folder, parts[-1]


@contextmanager
def folder_at(root: Path, path: str, *, make: bool = False) -> Generator[int]:
    """A folder, open; an empty `path` is the worktree itself. Raises `Outside` and `OSError`."""
    base = root.resolve()
    with _walked(base, within(root, path or ".").relative_to(base).parts, make=make) as folder:
        yield folder


@contextmanager
def _walked(base: Path, parts: tuple[str, ...], *, make: bool) -> Generator[int]:
    folder = os.open(base, _FOLDER)
    try:
        for part in parts:
            if make and look(folder, part) is None:
                os.mkdir(part, dir_fd=folder)
            inner = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def prune(root: Path, path: str) -> None:
    """Remove the folders of a path that are empty, as git does once their last file is gone."""
    with suppress(OSError, Outside):
        for folder in PurePosixPath(path).parents[:-1]:
            with at(root, str(folder)) as (above, name):
                os.rmdir(name, dir_fd=above)


def look(folder: int, name: str) -> os.stat_result | None:
    """What is there, links not followed; None where nothing is."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def slurp(folder: int, name: str, path: str, most: int, *, cut: bool = False) -> bytes:
    """The content of an ordinary file; the first `most` bytes with `cut`, refused beyond else.

    Raises `Unreadable`, `Outside` and `OSError`; `path` is what it is called in their texts.
    """
    with open(os.open(name, _READ, dir_fd=folder), "rb") as file:
        status = os.fstat(file.fileno())
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(f"cannot read {path}: it is a folder; list it instead")
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(f"cannot read {path}: it is no ordinary file")
        if status.st_nlink > 1:  # one that became so after it was judged
            raise Outside(f"cannot use {path}: it has another name, which may be of anything")
        data = file.read(most + 1)
    if len(data) > most and not cut:
        raise Unreadable(f"cannot read {path}: it is larger than {most // 1024} KiB")
    return data[:most]


def replace(folder: int, name: str, data: bytes, mode: int, *, durable: bool = False) -> None:
    """Put a file there, or in place of another, in one step.

    With `durable` its content is on the disk when this returns.
    """
    with drafted(folder) as (draft, handle):
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            finish(file.fileno(), mode, durable=durable)
        os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)


@contextmanager
def drafted(folder: int) -> Generator[tuple[str, int]]:
    """The name of a new file there, and the file, open to be written and closed by the caller.

    One that is still called so at the end is removed.
    """
    draft = UNWRITTEN.replace("*", secrets.token_hex(6))
    handle = os.open(draft, _NEW, 0o600, dir_fd=folder)
    try:
        yield draft, handle
    finally:
        with suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=folder)


def finish(handle: int, mode: int, *, durable: bool) -> None:
    """What is done to a file once its content is written through `handle` to the system."""
    os.fchmod(handle, mode)
    if durable:
        os.fsync(handle)
