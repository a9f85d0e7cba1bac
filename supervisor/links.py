"""Opening a file as root, by no link of another user's."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress

FOLDER = os.O_PATH | os.O_DIRECTORY


def open_file(path: str, flags: int, mode: int) -> int:
    """As `os.open`, with the folders that are missing; raises `OSError`.

    Who may write to a folder on the way could lead root to any file. So as root each part of the
    path is opened by itself, and a link is followed only where it belongs to root, in a folder
    that root alone may write to: /dev/stdout is one. A second name of a file, a hard link, is not
    told from the first.
    """
    if os.geteuid() != 0:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        return os.open(path, flags, mode)
    *folders, name = os.path.abspath(path).strip("/").split("/")
    at = os.open("/", FOLDER)
    try:
        for folder in folders:
            with suppress(FileExistsError):
                os.mkdir(folder, dir_fd=at)
            above, at = at, _open(folder, FOLDER, 0, at)
            os.close(above)
        return _open(name, flags, mode, at)
    finally:
        os.close(at)


def _open(name: str, flags: int, mode: int, at: int) -> int:
    try:
        return os.open(name, flags | os.O_NOFOLLOW, mode, dir_fd=at)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENOTDIR):
            raise
        it, around = os.lstat(name, dir_fd=at), os.fstat(at)
        if not stat.S_ISLNK(it.st_mode):
            raise
        if it.st_uid != 0 or around.st_uid != 0 or around.st_mode & 0o022:
            why = f"{name!r} is a link that another user may have made"
            raise OSError(errno.ELOOP, f"{why}; remove it, or name what it leads to") from None
    return os.open(name, flags, mode, dir_fd=at)
