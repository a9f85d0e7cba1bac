"""Files of a tree put into a worktree, each at once and nowhere else.

libgit2's own checkout writes through a symbolic link that stands where a directory is to be, and
a file that it is killed over is left half written.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

import pygit2
from pygit2.enums import FileMode, FilterMode

from services.workspaces.git.repository import sought

DRAFT = "nurseryd-draft"
ATTRIBUTES = ".gitattributes"


def fill(repo: pygit2.Repository, tree: pygit2.Tree, paths: Iterable[str]) -> None:
    """Let a worktree and its index have at `paths` what a tree has there, and no more.

    The index is changed in memory only. Directories that become empty go, as git has none.
    """
    root, draft = Path(repo.workdir), Path(repo.path, DRAFT)
    wanted = {path: entry for path in paths if (entry := entry_at(tree, path)) is not None}
    for path in paths:
        _make_way(root, path, whole=path not in wanted)
        if path not in wanted and path in repo.index:
            repo.index.remove(path)
    # Attributes first: they say how the others are written.
    for path in sorted(wanted, key=lambda path: (not path.endswith(ATTRIBUTES), path)):
        _write(repo, wanted[path], root / path, path, draft)
        _index(repo, wanted[path], path)


def differing(one: pygit2.Tree, other: pygit2.Tree) -> list[str]:
    """The paths of files that are not the same in two trees."""
    deltas = one.diff_to_tree(other).deltas
    return sorted({path for delta in deltas for path in (delta.old_file.path, delta.new_file.path)})


def entry_at(tree: pygit2.Tree, path: str) -> pygit2.Object | None:
    """The file that a tree has at a path; None where it has none, or a directory."""
    try:
        entry = tree[sought(path)]
    except KeyError:
        return None
    return None if entry.filemode == FileMode.TREE else entry


def _write(
    repo: pygit2.Repository, entry: pygit2.Object, place: Path, path: str, draft: Path
) -> None:
    if entry.filemode == FileMode.COMMIT:  # a submodule; its files are not ours
        place.mkdir(parents=True, exist_ok=True)
        return
    blob = entry.peel(pygit2.Blob)
    draft.unlink(missing_ok=True)
    if entry.filemode == FileMode.LINK:
        os.symlink(blob.data, os.fsencode(draft))
    else:
        # As bytes, since pygit2 takes no string for a name that is no UTF-8.
        name: Any = os.fsencode(path)
        filters = repo.load_filter_list(name, FilterMode.TO_WORKTREE)
        content = blob.data if filters is None else filters.apply_to_blob(blob)
        mode = 0o777 if entry.filemode == FileMode.BLOB_EXECUTABLE else 0o666
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
    _make_parents(place)
    if _is_directory(place):
        place.rmdir()
    draft.rename(place)


def _index(repo: pygit2.Repository, entry: pygit2.Object, path: str) -> None:
    if entry.filemode == FileMode.COMMIT:
        repo.index.add(pygit2.IndexEntry(path, entry.id, FileMode.COMMIT))
    else:
        repo.index.add(path)


def _make_parents(place: Path) -> None:
    # Not by `parents=True`, which calls itself for each and so ends at some hundreds.
    missing: list[Path] = []
    for parent in place.parents:
        if _is_directory(parent):
            break
        missing.append(parent)
    for parent in reversed(missing):
        parent.mkdir()


def _make_way(root: Path, path: str, *, whole: bool) -> None:
    """Remove what is no directory on the way to a path; `whole`: the file there, too."""
    *parents, itself = [*reversed(PurePosixPath(path).parents), PurePosixPath(path)][1:]
    for prefix in [*parents, itself] if whole else parents:
        place = root / prefix
        if place.is_symlink() or place.is_file():
            place.unlink()
            break
    if whole:
        # A submodule's directory is empty, too, unless somebody filled it.
        for prefix in [itself, *reversed(parents)]:
            if not _is_directory(root / prefix):
                continue
            try:
                (root / prefix).rmdir()
            except OSError:
                break


def _is_directory(place: Path) -> bool:
    try:
        return stat.S_ISDIR(place.lstat().st_mode)
    except OSError:
        return False
