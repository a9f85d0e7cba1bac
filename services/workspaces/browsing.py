"""What there is in a thread's worktree, folder by folder. Synchronous: use a worker thread."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.messages import LARGEST_FILE, Entry, Listing
from services.site.containment import Outside, is_private
from services.site.opening import Unreadable, folder_at, slurp
from services.workspaces.hashing import blob_id
from services.workspaces.names import checked_file
from services.workspaces.remembering import Hashes
from supervisor.desk import Invalid

MOST_HASHED = 256 * 1024 * 1024  # bytes of all files that are read for one answer


class Ignored(Protocol):
    """What is none of the thread's."""

    def file(self, path: str) -> bool: ...
    def folder(self, path: str) -> bool: ...


@dataclass
class Browsing:
    """One walk through the worktree `root`."""

    root: Path
    ignored: Ignored
    hashes: Hashes
    room: int = MOST_HASHED

    def listing(self, start: str, depth: int | None, limit: int) -> Listing:
        """What is below the folder `start`, which is empty for all of the worktree.

        Raises `Outside` and `OSError` for `start`; a folder that vanishes meanwhile is empty,
        and a file that does is left out.
        """
        found: list[Entry] = []
        folders = deque([(start, 1)])
        while folders:
            folder, level = folders.popleft()
            for entry in self._entries(folder, must_be=folder == start):
                if len(found) == limit:
                    return Listing(tuple(sorted(found, key=_place)), truncated=True)
                found.append(entry)
                if entry.type == "folder" and (depth is None or level < depth):
                    folders.append((entry.path, level + 1))
        return Listing(tuple(sorted(found, key=_place)), truncated=False)

    def _entries(self, folder: str, *, must_be: bool) -> Iterator[Entry]:
        try:
            with folder_at(self.root, folder) as handle:
                with os.scandir(handle) as scan:
                    names = sorted((_rank(one), one.name) for one in scan if _rank(one) is not None)
                for _, name in names:
                    entry = self._entry(handle, name, f"{folder}/{name}" if folder else name)
                    if entry is not None:
                        yield entry
        except (OSError, Outside):
            if must_be:
                raise

    def _entry(self, folder: int, name: str, path: str) -> Entry | None:
        if is_private(name) or not _can_be_named(path):
            return None
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:  # it vanished since its name was read
            return None
        if stat.S_ISDIR(status.st_mode):
            return None if self.ignored.folder(path) else Entry(path, "folder")
        if self.ignored.file(path):
            return None
        if stat.S_ISLNK(status.st_mode):
            return Entry(path, "link")
        executable = bool(status.st_mode & stat.S_IXUSR)
        return Entry(path, "file", status.st_size, self._hash(folder, name, status), executable)

    def _hash(self, folder: int, name: str, status: os.stat_result) -> str | None:
        if status.st_size > LARGEST_FILE or status.st_nlink > 1:
            return None

        def read() -> str:
            if status.st_size > self.room:
                raise Unreadable
            self.room -= status.st_size
            return blob_id(slurp(folder, name, name, LARGEST_FILE))

        try:
            return self.hashes.of(status, read)
        except (OSError, Unreadable, Outside):  # it has changed, or there is no room for it
            return None


def _rank(entry: os.DirEntry[str]) -> int | None:
    """Folders first; None for pipes, devices and sockets, which git knows nothing of."""
    if entry.is_dir(follow_symlinks=False):
        return 0
    return 1 if entry.is_symlink() or entry.is_file(follow_symlinks=False) else None


def _can_be_named(path: str) -> bool:
    try:
        return checked_file(path) == path
    except Invalid:
        return False


def _place(entry: Entry) -> list[tuple[bool, str]]:
    """What entries are sorted by: each folder right before what is in it, files behind them."""
    *folders, name = entry.path.split("/")
    return [*((False, folder) for folder in folders), (entry.type != "folder", name)]
