"""Repositories inside a worktree, which somebody made there: their files are the site's too.

Git takes such a directory for a submodule, and libgit2 refuses to add anything beside it. As
soon as the index has one of its files, both treat it as any other directory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pygit2
from pygit2.enums import FileStatus

_THERE = (
    FileStatus.WT_NEW | FileStatus.WT_MODIFIED | FileStatus.WT_TYPECHANGE | FileStatus.CONFLICTED
)


def is_embedded(path: str) -> bool:
    """Whether a path of `repo.status()` is a repository: it has a slash at its end."""
    return path.endswith("/")


def files_of(repo: pygit2.Repository, path: str) -> Iterator[str]:
    """The files of an embedded repository that the site does not ignore."""
    root = Path(repo.workdir)
    for directory, folders, names in os.walk(root / path):
        place = Path(directory)
        links = [name for name in folders if (place / name).is_symlink()]
        folders[:] = [name for name in folders if name != ".git" and name not in links]
        for name in (*links, *names):
            file = str((place / name).relative_to(root))
            if name != ".git" and _is_kept(place / name) and not repo.path_is_ignored(file):
                yield file


def add_all(repo: pygit2.Repository) -> None:
    """Bring the index in memory in line with the worktree, embedded repositories included."""
    index = repo.index
    found = repo.status()
    for path, is_ in found.items():
        if is_ & FileStatus.WT_DELETED:
            index.remove(path)
    for path, is_ in found.items():
        if is_embedded(path):
            for file in files_of(repo, path):
                index.add(file)
        elif is_ & _THERE:
            index.add(path)


def _is_kept(path: Path) -> bool:
    return path.is_symlink() or path.is_file()
