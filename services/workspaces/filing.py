"""The files of a thread as a person's programs read and change them, one at a time."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field

from services.messages import (
    LARGEST_FILE,
    Content,
    Differs,
    Entry,
    ListFiles,
    Listing,
    MoveFile,
    ReadFile,
    RemoveFile,
    WriteFile,
)
from services.site.opening import at, look, prune, replace, slurp
from services.workspaces.browsing import Browsing
from services.workspaces.finding import existing, seen
from services.workspaces.git.ignoring import ignoring
from services.workspaces.hashing import blob_id
from services.workspaces.meaning import is_ignored, itself, meant, told
from services.workspaces.remembering import Hashes
from services.workspaces.settings import Settings
from supervisor.desk import Invalid, NotFound, Refused

MOST_ENTRIES = 5000  # in one answer
MODE = 0o644  # of a file that was not there


@dataclass(frozen=True, slots=True)
class Filing:
    """What changes a file is for one caller at a time for each user.

    Raises `Refused`, `GitFailed` and `OSError`.
    """

    settings: Settings
    hashes: Hashes = field(default_factory=Hashes)

    def list(self, request: ListFiles) -> Listing:
        layout = seen(self.settings, request.key)
        if not 1 <= request.limit <= MOST_ENTRIES:
            raise Invalid(f"cannot list {request.limit} entries at once: 1 to {MOST_ENTRIES}")
        root, path = layout.worktree(request.key.thread), request.path
        with ignoring(layout.admin(request.key.thread)) as ignored, told(path):
            if path and ignored.folder(itself(root, path)):
                raise NotFound(is_ignored(path))
            return Browsing(root, ignored, self.hashes).listing(path, request.depth, request.limit)

    def read(self, request: ReadFile) -> Content:
        layout = seen(self.settings, request.key)
        path = meant(layout, request.key, request.path)
        with told(path), at(layout.worktree(request.key.thread), path) as (folder, name):
            data = slurp(folder, name, path, LARGEST_FILE)
            return Content(_entry(path, folder, name, data), data)

    def write(self, request: WriteFile) -> Entry:
        layout = existing(self.settings, request.key)
        path = meant(layout, request.key, request.path, to_write=True)
        if len(request.data) > LARGEST_FILE:
            raise Invalid(f"cannot write {path}: {LARGEST_FILE} bytes at most")
        root, new = layout.worktree(request.key.thread), request.expected is None
        try:
            with told(path), at(root, path, make=new) as (folder, name):
                before = look(folder, name)
                if before is not None or not new:
                    _expect(path, _current(folder, name, path), request.expected)
                mode = MODE if before is None else stat.S_IMODE(before.st_mode)
                replace(folder, name, request.data, mode, durable=True)
                return _entry(path, folder, name, request.data)
        except NotFound as missing:
            raise _differs(path, None) from missing

    def remove(self, request: RemoveFile) -> None:
        layout = existing(self.settings, request.key)
        path = meant(layout, request.key, request.path)
        root = layout.worktree(request.key.thread)
        with told(path), at(root, path) as (folder, name):
            _expect(path, _current(folder, name, path), request.expected)
            os.unlink(name, dir_fd=folder)
        prune(root, path)

    def move(self, request: MoveFile) -> Entry:
        layout = existing(self.settings, request.key)
        source = meant(layout, request.key, request.source)
        target = meant(layout, request.key, request.target, to_write=True)
        root = layout.worktree(request.key.thread)
        with told(source), at(root, source) as (folder, name):
            data = slurp(folder, name, source, LARGEST_FILE)
            _expect(source, blob_id(data), request.expected)
            with told(target), at(root, target, make=True) as (to, called):
                if look(to, called) is not None:
                    raise Refused(
                        f"cannot move {source} to {target}: there is something; remove that first"
                    )
                os.rename(name, called, src_dir_fd=folder, dst_dir_fd=to)
                moved = _entry(target, to, called, data)
        prune(root, source)
        return moved


def _current(folder: int, name: str, path: str) -> str:
    return blob_id(slurp(folder, name, path, LARGEST_FILE))


def _expect(path: str, current: str, expected: str | None) -> None:
    if current != expected:
        raise _differs(path, current)


def _differs(path: str, current: str | None) -> Differs:
    what = "there is none" if current is None else f"it has the hash {current}"
    return Differs(f"cannot change {path}: {what}; read it again, and change that", current)


def _entry(path: str, folder: int, name: str, data: bytes) -> Entry:
    status = look(folder, name)
    executable = status is not None and bool(status.st_mode & stat.S_IXUSR)
    return Entry(path, "file", len(data), blob_id(data), executable)
