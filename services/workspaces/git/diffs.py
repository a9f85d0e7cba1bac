"""What differs between two points of a thread, file by file. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pygit2
from pygit2.enums import DeltaStatus, DiffFind, DiffOption

from services.messages import Diff, FileDiff
from services.workspaces.git.repository import opened, shown

MOST_TEXT = 2_000_000  # characters of all patches together; the rest is there without its patch

_CHANGES: dict[DeltaStatus, Literal["added", "modified", "deleted", "renamed"]] = {
    DeltaStatus.ADDED: "added",
    DeltaStatus.UNTRACKED: "added",
    DeltaStatus.DELETED: "deleted",
    DeltaStatus.RENAMED: "renamed",
}
_WORKTREE = (
    DiffOption.INCLUDE_UNTRACKED
    | DiffOption.RECURSE_UNTRACKED_DIRS
    | DiffOption.SHOW_UNTRACKED_CONTENT
)


def diff(
    admin: Path, base: str | None, target: str | None, paths: tuple[str, ...], context: int
) -> Diff:
    """From the last commit, or the commit `base`, to the worktree, or the commit `target`.

    `paths` are files or directories; none means all.
    """
    with opened(admin) as repo:
        old = repo.head.peel(pygit2.Tree) if base is None else repo[base].peel(pygit2.Tree)
        if target is None:
            # By way of the index, as git does: it knows which files need not be read, and unlike
            # `old.diff_to_workdir` it leaves the interpreter, and the loop with it, free.
            found = repo.index.diff_to_tree(old, _WORKTREE, context)
            found.merge(repo.index.diff_to_workdir(_WORKTREE, context))
        else:
            found = old.diff_to_tree(repo[target].peel(pygit2.Tree), DiffOption.NORMAL, context, 0)
        found.find_similar(DiffFind.FIND_RENAMES | DiffFind.FIND_FOR_UNTRACKED)
        return _limited(
            _file(patch) for patch in found if patch is not None and _within(patch, paths)
        )


def _within(patch: pygit2.Patch, paths: tuple[str, ...]) -> bool:
    files = (patch.delta.old_file.path, patch.delta.new_file.path)
    return not paths or any(
        path == "." or file == path or file.startswith(f"{path.rstrip('/')}/")
        for file in files
        for path in paths
    )


def _file(patch: pygit2.Patch) -> FileDiff:
    delta = patch.delta
    change = _CHANGES.get(delta.status, "modified")
    _, added, deleted = patch.line_stats
    return FileDiff(
        path=shown(delta.new_file.path),
        change=change,
        old_path=shown(delta.old_file.path) if change == "renamed" else None,
        binary=bool(delta.is_binary),
        added=added,
        deleted=deleted,
        patch="" if delta.is_binary else patch.data.decode(errors="replace"),
    )


def _limited(files: Iterator[FileDiff]) -> Diff:
    kept: list[FileDiff] = []
    room, truncated = MOST_TEXT, False
    for file in files:
        if len(file.patch) > room:
            truncated = True
            file = FileDiff(file.path, file.change, file.old_path, False, file.added, file.deleted)
        room -= len(file.patch)
        kept.append(file)
    return Diff(
        tuple(sorted(kept, key=lambda file: (file.path, file.change == "added"))), truncated
    )
