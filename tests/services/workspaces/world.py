"""One user's threads as the desk sees them, without the service around them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from services.aws import Remembered
from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    DropChanges,
    FindDropped,
    FindParked,
    ForkThread,
    ListFiles,
    ListThreads,
    MergeThread,
    MoveFile,
    OpenWorkspace,
    ReadDiff,
    ReadFile,
    ReadGit,
    ReadLog,
    RemoveFile,
    RenameThread,
    RestoreCommit,
    SaveChanges,
    SwitchBranch,
    ThreadKey,
    WriteFile,
)
from services.workspaces import projects
from services.workspaces.credentials import Credentials
from services.workspaces.editing import Editing
from services.workspaces.filing import Filing
from services.workspaces.git.repository import prepare
from services.workspaces.lanes import Line
from services.workspaces.layout import Layout
from services.workspaces.recovery import Recovery
from services.workspaces.settings import Settings
from services.workspaces.threads import Threads
from supervisor.desk import Request

R = TypeVar("R")
Files = dict[str, tuple[str, bytes]]


class World:
    """`acme/bob`; a thread is given by its name alone."""

    def __init__(self, settings: Settings, url: str | None = None) -> None:
        prepare(5)
        settings.root.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.url = url
        self.layout = Layout(settings.root, "acme", "bob")
        self.threads = Threads(settings)
        self.editing = Editing(settings)
        self.filing = Filing(settings)
        self._answers: dict[type[Request[Any]], Callable[[Any], object]] = {
            OpenWorkspace: self._open,
            ListThreads: self.threads.list,
            RenameThread: self.threads.rename,
            ArchiveThread: self.threads.archive,
            DeleteThread: self.threads.delete,
            ForkThread: self.threads.fork,
            ReadGit: self.editing.state,
            ReadDiff: self.editing.diff,
            ReadLog: self.editing.log,
            CommitChanges: self.editing.commit,
            SaveChanges: self.editing.save,
            DropChanges: self.editing.drop,
            FindDropped: self.editing.dropped,
            FindParked: self.editing.parked,
            RestoreCommit: self.editing.restore,
            SwitchBranch: self.editing.switch,
            MergeThread: self.editing.merge,
            ListFiles: self.filing.list,
            ReadFile: self.filing.read,
            WriteFile: self.filing.write,
            RemoveFile: self.filing.remove,
            MoveFile: self.filing.move,
        }

    def ask(self, request: Request[R]) -> R:
        return self._answers[type(request)](request)  # type: ignore[return-value]

    def _open(self, request: OpenWorkspace) -> object:
        if not projects.exists(self.settings, request):
            line = Line(lambda: None, lambda _done, _total, _bytes: None)
            projects.make(
                self.settings, request, Credentials({}, Remembered(lambda _name: "")), line
            )
        return self.threads.open(request)

    def key(self, thread: str = "t1") -> ThreadKey:
        return ThreadKey("acme", "bob", thread)

    def open(self, thread: str = "t1") -> Path:
        """The worktree of a thread, in a project that starts empty or from `url`."""
        request = OpenWorkspace(self.key(thread), self.url, empty=self.url is None)
        return self.ask(request).root

    def commit(self, message: str = "change", thread: str = "t1") -> str:
        made = self.ask(CommitChanges(self.key(thread), message))
        assert made is not None
        return made.hash

    def switch(self, branch: str, thread: str = "t1", *, create: bool = False) -> None:
        self.ask(SwitchBranch(self.key(thread), branch, create))

    def files(self, thread: str = "t1") -> Files:
        return files_in(self.layout.worktree(thread))

    def start(self) -> tuple[str, ...]:
        """What a start does before it answers anybody, but for saving; what was found."""
        recovery = Recovery(self.settings)
        return tuple(word for layout in recovery.layouts() for word in recovery.recover(layout))


def files_in(root: Path) -> Files:
    """What git knows of files: their kind and whether they are executable, and their content."""
    found: Files = {}
    for directory, folders, names in os.walk(os.fsencode(root)):
        folders[:] = [name for name in folders if name != b".git"]
        links = [name for name in folders if os.path.islink(os.path.join(directory, name))]
        for name in (*names, *links):
            path = os.path.join(directory, name)
            key = os.fsdecode(os.path.relpath(path, os.fsencode(root)))
            if key == ".git":
                continue
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                found[key] = ("link", os.readlink(path))
            else:
                with open(path, "rb") as file:
                    found[key] = ("program" if mode & stat.S_IXUSR else "file", file.read())
    return found


def write(root: Path, path: str, content: bytes | str = "x\n") -> None:
    """Put a file into a directory, with the directories above it."""
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content.encode() if isinstance(content, str) else content)
