"""What differs between two points of a thread, file by file. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pygit2
from msgspec.structs import replace
from pygit2.enums import DeltaStatus, DiffFind, DiffOption

from services.messages import Diff, FileDiff
from services.site.containment import is_secret
from services.workspaces.git.repository import is_within, opened, shown

MOST_TEXT = 2_000_000  # characters of all patches together; the rest is there without its patch
MOST_FILE = 20_000_000  # bytes; to compare a larger one would take several times its size of memory

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

    `paths` are files or directories; none means all. Of a file that may hold secrets it says that
    there is a difference, and not which.
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
        return _limited(_files(repo, found, paths))


def _files(
    repo: pygit2.Repository, found: pygit2.Diff, paths: tuple[str, ...]
) -> Iterator[tuple[FileDiff, bool]]:
    """The files of a diff, each with whether it was compared."""
    for number, delta in enumerate(found.deltas):
        if not _within(delta, paths):
            continue
        if (
            _is_secret(delta)
            or max(_size(repo, delta.old_file), _size(repo, delta.new_file)) > MOST_FILE
        ):
            yield _described(delta), False
        elif (patch := found[number]) is not None:
            yield _compared(patch), True


def _size(repo: pygit2.Repository, file: pygit2.DiffFile) -> int:
    # Where a diff is of two commits it does not know the sizes.
    if file.size or file.id not in repo:
        return file.size
    return repo.odb.read_header(file.id)[1]


def _within(delta: pygit2.DiffDelta, paths: tuple[str, ...]) -> bool:
    files = (delta.old_file.path, delta.new_file.path)
    return not paths or any(is_within(file, paths) for file in files)


def _is_secret(delta: pygit2.DiffDelta) -> bool:
    """Whether nobody is shown what is in a file, which holds in its history, too."""
    files = (delta.old_file.path, delta.new_file.path)
    return any(is_secret(shown(file)) for file in files)


def _described(delta: pygit2.DiffDelta) -> FileDiff:
    change = _CHANGES.get(delta.status, "modified")
    old = shown(delta.old_file.path) if change == "renamed" else None
    return FileDiff(shown(delta.new_file.path), change, old)


def _compared(patch: pygit2.Patch) -> FileDiff:
    _, added, deleted = patch.line_stats
    binary = bool(patch.delta.is_binary)
    return replace(
        _described(patch.delta),
        binary=binary,
        added=added,
        deleted=deleted,
        patch="" if binary else patch.data.decode(errors="replace"),
    )


def _limited(files: Iterator[tuple[FileDiff, bool]]) -> Diff:
    kept: list[FileDiff] = []
    room, truncated = MOST_TEXT, False
    for file, compared in files:
        truncated = truncated or not compared
        if len(file.patch) > room:
            truncated = True
            file = replace(file, patch="")
        room -= len(file.patch)
        kept.append(file)
    return Diff(
        tuple(sorted(kept, key=lambda file: (file.path, file.change == "added"))), truncated
    )
