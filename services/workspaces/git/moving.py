"""A worktree taken to another commit, all of it or nothing, with what is uncommitted in hand.

Everything is computed first and written down in the worktree's own git directory; then it is
carried out in steps that can be repeated. Whoever dies in the middle is finished by the next
start, so nobody ever finds the files of one commit with the head of another.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec
import pygit2
from pygit2.enums import DeltaStatus, FileMode

from services.workspaces.git.filling import differing, entry_at, fill
from services.workspaces.git.repository import Author, GitFailed, opened, tip
from services.workspaces.git.saves import forget, kept, put, snapshot, wip
from services.workspaces.writing import write_whole

NAME = "nurseryd-move"


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """To `commit` on `branch` (a reference), with the tree `files` in the worktree.

    `base` is the tree that is there now: only what differs is touched. References in `forget`
    go when it is done.
    """

    branch: str
    commit: str
    base: str
    files: str
    forget: tuple[str, ...] = ()


class Changed(GitFailed):
    """Somebody edited the worktree in between."""


def in_the_way(repo: pygit2.Repository, base: pygit2.Tree, files: pygit2.Tree) -> tuple[str, ...]:
    """Ignored files at places where a tree brings its own: it would overwrite them."""
    added = (
        delta.new_file.path
        for delta in base.diff_to_tree(files).deltas
        if delta.status == DeltaStatus.ADDED
    )
    root = Path(repo.workdir)
    return tuple(sorted({found for path in added for found in _ignored_at(root, path, base)}))


def _ignored_at(root: Path, path: str, base: pygit2.Tree) -> Iterator[str]:
    """What is at a path, or on the way to it, without being in `base`."""
    for prefix in [*reversed(PurePosixPath(path).parents), PurePosixPath(path)][1:]:
        place = root / prefix
        if place.is_symlink() or place.is_file():
            if str(prefix) not in base:
                yield str(prefix)
            return
    for directory, _, names in os.walk(root / path):
        for name in names:
            inside = str(Path(directory, name).relative_to(root))
            if inside not in base:
                yield inside


def move(repo: pygit2.Repository, plan: Move) -> None:
    """Carry out a move. Raises `Changed`, with nothing done, where the files are not `base`."""
    if str(snapshot(repo)) != plan.base:
        raise Changed("files of the thread change at this moment; try again when it is at rest")
    write_whole(Path(repo.path, NAME), msgspec.json.encode(plan))
    _finish(repo, plan)


def recover(admin: Path, thread: str, author: Author) -> bool:
    """Finish the move that somebody died in; False if there is none.

    A file that is neither what it was nor what it was to become is kept before it is overwritten.
    """
    journal = admin / NAME
    if not journal.exists():
        return False
    plan = msgspec.json.decode(journal.read_bytes(), type=Move)
    with opened(admin) as repo:
        if not os.path.isdir(repo.workdir):
            _without_files(repo, plan, thread, author)
            return True
        found, base, files = (
            _tree(repo, tree) for tree in (str(snapshot(repo)), plan.base, plan.files)
        )
        if any(
            _entry(found, path) not in (_entry(base, path), _entry(files, path))
            for path in differing(base, files)
        ):
            put(repo, kept(thread), found.id, thread, author)
        _finish(repo, plan)
    return True


def _finish(repo: pygit2.Repository, plan: Move) -> None:
    base, files = _tree(repo, plan.base), _tree(repo, plan.files)
    fill(repo, files, differing(base, files))
    _set_branch(repo, plan)
    _match(repo, _commit(repo, plan.commit).tree)
    _end(repo, plan)


def _without_files(repo: pygit2.Repository, plan: Move, thread: str, author: Author) -> None:
    """The worktree is gone: what it was to hold becomes what is saved."""
    _set_branch(repo, plan)
    if plan.files != str(_commit(repo, plan.commit).tree.id):
        put(repo, wip(thread), pygit2.Oid(hex=plan.files), thread, author)
    _end(repo, plan)


def _set_branch(repo: pygit2.Repository, plan: Move) -> None:
    commit = tip(repo, plan.branch)
    if commit is None or str(commit.id) != plan.commit:
        repo.references.create(plan.branch, pygit2.Oid(hex=plan.commit), force=True)
    if repo.lookup_reference("HEAD").target != plan.branch:
        repo.set_head(plan.branch)


def _match(repo: pygit2.Repository, tree: pygit2.Tree) -> None:
    """Let the index be a commit's, and keep what it knows of files that did not change."""
    index = repo.index
    for delta in tree.diff_to_index(index).deltas:
        path = delta.new_file.path if delta.status == DeltaStatus.ADDED else delta.old_file.path
        if delta.status == DeltaStatus.ADDED:
            index.remove(path)
        else:
            index.add(pygit2.IndexEntry(path, delta.old_file.id, FileMode(delta.old_file.mode)))
    index.write()


def _end(repo: pygit2.Repository, plan: Move) -> None:
    for reference in plan.forget:
        forget(repo, reference)
    Path(repo.path, NAME).unlink(missing_ok=True)


def _entry(tree: pygit2.Tree, path: str) -> tuple[object, object] | None:
    found = entry_at(tree, path)
    return None if found is None else (found.id, found.filemode)


def _tree(repo: pygit2.Repository, name: str) -> pygit2.Tree:
    return repo[name].peel(pygit2.Tree)


def _commit(repo: pygit2.Repository, name: str) -> pygit2.Commit:
    return repo[name].peel(pygit2.Commit)
