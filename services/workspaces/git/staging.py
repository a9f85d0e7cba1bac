"""What of a worktree goes into the next commit: the index, brought in line in memory."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePosixPath

import pygit2
from pygit2.enums import DeltaStatus, DiffOption, FileMode

from services.site.containment import is_secret
from services.workspaces.git.filling import differing
from services.workspaces.git.repository import GitFailed, is_within

_WORKTREE = DiffOption.INCLUDE_UNTRACKED | DiffOption.RECURSE_UNTRACKED_DIRS


class NotStaged(GitFailed):
    """A path that was named cannot be meant; nothing is wrong with the repository."""


def match(repo: pygit2.Repository, tree: pygit2.Tree) -> None:
    """Let the index be a tree, and keep what it knows of files that did not change."""
    index = repo.index
    deltas = [*tree.diff_to_index(index).deltas]
    # A file that became a link is a file that went and a link that came: in this order.
    for delta in deltas:
        if delta.status == DeltaStatus.ADDED:
            index.remove(delta.new_file.path)
    for delta in deltas:
        if delta.status != DeltaStatus.ADDED:
            old = delta.old_file
            index.add(pygit2.IndexEntry(old.path, old.id, FileMode(old.mode)))


def stage(repo: pygit2.Repository, tree: pygit2.Tree, paths: Collection[str]) -> pygit2.Oid:
    """The tree that is like `tree` but for `paths`, files or directories, which are as on disk.

    The index is that tree, too. Named files are looked at alone, which spares looking at all
    others. Raises `NotStaged` for a path with nothing at it, for one that is ignored, and for one
    behind a symbolic link.
    """
    _stage(repo, paths)
    made = repo.index.write_tree()
    if any(not is_within(path, paths) for path in differing(tree, repo[made].peel(pygit2.Tree))):
        match(repo, tree)  # somebody has staged more, by hand
        _stage(repo, paths)
        made = repo.index.write_tree()
    return made


def _stage(repo: pygit2.Repository, paths: Collection[str]) -> None:
    root = Path(repo.workdir)
    directories: list[str] = []
    for path in paths:
        if any((root / parent).is_symlink() for parent in PurePosixPath(path).parents):
            raise NotStaged(f"{path} is behind a symbolic link; name the link itself")
        if (root / path).is_symlink() or (root / path).is_file():
            if path not in repo.index:
                if repo.path_is_ignored(path):
                    raise NotStaged(f"{path} is ignored; {_how_to_add(path)}")
                repo.index.remove_directory(path)  # it was one, perhaps
            repo.index.add(path)
            continue
        tracked = path in repo.index
        if tracked:
            repo.index.remove(path)
        if not tracked or (root / path).is_dir():
            directories.append(path)
    if directories:
        _stage_below(repo, directories)


def _how_to_add(path: str) -> str:
    if is_secret(path):
        return "if it holds no secret, add it with `git add -f`"
    return "take it out of .gitignore first"


def _stage_below(repo: pygit2.Repository, directories: Collection[str]) -> None:
    found = {
        delta.new_file.path: delta.status for delta in repo.index.diff_to_workdir(_WORKTREE).deltas
    }
    for directory in directories:
        below = [path for path in found if is_within(path, (directory,))]
        if not below and not (Path(repo.workdir) / directory).is_dir():
            raise NotStaged(f"there is nothing at {directory}; give the path of a file")
        for path in below:
            if found[path] == DeltaStatus.DELETED:
                repo.index.remove(path)
            else:
                repo.index.add(path)
