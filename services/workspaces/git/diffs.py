"""What differs between two points of a thread, file by file. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pygit2
from pygit2.enums import DeltaStatus, DiffOption

from services.messages import Diff, FileDiff
from services.workspaces.git.repository import opened

MOST_TEXT = 2_000_000  # characters of all patches together; the rest is there without its patch

_CHANGES: dict[DeltaStatus, Literal["added", "modified", "deleted", "renamed", "type"]] = {
    DeltaStatus.ADDED: "added",
    DeltaStatus.UNTRACKED: "added",
    DeltaStatus.DELETED: "deleted",
    DeltaStatus.RENAMED: "renamed",
    DeltaStatus.TYPECHANGE: "type",
}
_WITH_UNTRACKED = (
    DiffOption.INCLUDE_UNTRACKED
    | DiffOption.RECURSE_UNTRACKED_DIRS
    | DiffOption.SHOW_UNTRACKED_CONTENT
    | DiffOption.INCLUDE_TYPECHANGE
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
            found = old.diff_to_workdir(_WITH_UNTRACKED, context)
        else:
            found = old.diff_to_tree(
                repo[target].peel(pygit2.Tree),
                DiffOption.INCLUDE_TYPECHANGE,
                context,
                interhunk_lines=0,
            )
        found.find_similar()
        return _limited(
            _file(patch) for patch in found if patch is not None and _within(patch, paths)
        )


def _within(patch: pygit2.Patch, paths: tuple[str, ...]) -> bool:
    files = (patch.delta.old_file.path, patch.delta.new_file.path)
    return not paths or any(
        file == path or file.startswith(f"{path.rstrip('/')}/") for file in files for path in paths
    )


def _file(patch: pygit2.Patch) -> FileDiff:
    delta = patch.delta
    change = _CHANGES.get(delta.status, "modified")
    _, added, deleted = patch.line_stats
    return FileDiff(
        path=delta.new_file.path,
        change=change,
        old_path=delta.old_file.path if change == "renamed" else None,
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
    return Diff(tuple(sorted(kept, key=lambda file: file.path)), truncated)
