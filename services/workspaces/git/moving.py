"""A worktree taken to another commit, all of it or nothing, with what is uncommitted in hand.

Everything is computed first and written down in the worktree's own git directory; then it is
carried out in steps that can be repeated. Whoever dies in the middle is finished by the next
start, so nobody ever finds the files of one commit with the head of another.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePath

import msgspec
import pygit2
from pygit2.enums import DeltaStatus

from services.nonsense import NONSENSE
from services.workspaces.git.filling import differing, entry_at, fill
from services.workspaces.git.repository import Author, GitFailed, local, opened, shown, tip
from services.workspaces.git.saves import forget, keep, kept, put, snapshot, wip
from services.workspaces.git.staging import match
from services.workspaces.writing import write_whole

NAME = "nurseryd-move"
PROJECT = "_project"  # who moves where it is the project itself; no thread has this name


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """To `commit` on `branch` (a reference), with the tree `files` in the worktree.

    `base` is the tree that is there now: only what differs is touched. `was` is where the branch
    is now, None for one that is made. References in `keep` are set before the first file is
    touched, those in `forget` go when it is done; `upstream` says that the remote has a twin.
    """

    branch: str
    commit: str
    base: str
    files: str
    was: str | None
    keep: dict[str, str] = {}
    forget: tuple[str, ...] = ()
    upstream: bool = False


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
    found = {block for path in added if (block := _blocking(root, base, path))}
    return tuple(sorted(map(shown, found)))


def _blocking(root: Path, base: pygit2.Tree, path: str) -> str | None:
    """The first file in the place of `path`, above it or below it that `base` does not have."""
    for place in (*reversed(PurePath(path).parents[:-1]), PurePath(path)):
        if (root / place).is_symlink() or not (root / place).is_dir():
            there = os.path.lexists(root / place) and str(place) not in base
            return str(place) if there else None
    for directory, folders, names in os.walk(root / path):
        links = [name for name in folders if Path(directory, name).is_symlink()]
        for name in (*links, *names):
            file = str(Path(directory, name).relative_to(root))
            if file not in base:
                return file
    return None


def move(repo: pygit2.Repository, plan: Move) -> None:
    """Carry out a move. Raises `Changed`, with nothing done, where the files are not `base`.

    Whatever else it raises, the move has begun, and `recover` goes on with it.
    """
    if plan.was is None:
        _refuse_clash(repo, plan.branch)
    if str(snapshot(repo)) != plan.base:
        raise Changed("files of the thread change at this moment; try again when it is at rest")
    write_whole(Path(repo.path, NAME), msgspec.json.encode(plan))
    _finish(repo, plan)


def recover(admin: Path, thread: str, author: Author) -> str:
    """Finish the move that somebody died in; what became of it in words, or nothing without one.

    A file that is neither what it was nor what it was to become is kept before it is overwritten.
    Where somebody else has moved the branch by now, the move is kept and not carried out.
    """
    journal = admin / NAME
    if not journal.exists():
        return ""
    try:
        plan = msgspec.json.decode(journal.read_bytes(), type=Move)
    except NONSENSE:
        journal.rename(journal.with_name(f"{NAME}.unreadable"))
        return "put aside an unreadable move"
    with opened(admin) as repo:
        commit = tip(repo, plan.branch)
        if (None if commit is None else str(commit.id)) not in (plan.was, plan.commit):
            _keep_instead(repo, plan, thread, author)
            return "kept, instead of finishing, a move"
        if not os.path.isdir(repo.workdir):
            _without_files(repo, plan, thread, author)
            return "finished a move"
        found, base, files = (
            _tree(repo, tree) for tree in (str(snapshot(repo)), plan.base, plan.files)
        )
        if any(
            _entry(found, path) not in (_entry(base, path), _entry(files, path))
            for path in differing(base, files)
        ):
            put(repo, kept(thread), found.id, thread, author)
        _finish(repo, plan)
    return "finished a move"


def _finish(repo: pygit2.Repository, plan: Move) -> None:
    base, files = _tree(repo, plan.base), _tree(repo, plan.files)
    _keep(repo, plan)
    fill(repo, files, differing(base, files))
    _set_branch(repo, plan)
    match(repo, _commit(repo, plan.commit).tree)
    repo.index.write()
    _end(repo, plan)


def _without_files(repo: pygit2.Repository, plan: Move, thread: str, author: Author) -> None:
    """The worktree is gone: what it was to hold becomes what is saved."""
    _keep(repo, plan)
    _set_branch(repo, plan)
    if plan.files != str(_commit(repo, plan.commit).tree.id):
        put(repo, wip(thread), pygit2.Oid(hex=plan.files), thread, author)
    _end(repo, plan)


def _keep_instead(repo: pygit2.Repository, plan: Move, thread: str, author: Author) -> None:
    _keep(repo, plan)
    keep(repo, kept(thread) + plan.commit, pygit2.Oid(hex=plan.commit))
    put(repo, kept(thread), pygit2.Oid(hex=plan.files), thread, author)
    Path(repo.path, NAME).unlink()


def _keep(repo: pygit2.Repository, plan: Move) -> None:
    for reference, commit in plan.keep.items():
        keep(repo, reference, pygit2.Oid(hex=commit))


def _refuse_clash(repo: pygit2.Repository, reference: str) -> None:
    """Git has no branch `a/b` beside a branch `a`: better known before anything begins."""
    above = {str(parent) for parent in PurePath(reference).parents}
    for name in repo.references:
        if name in above or name.startswith(f"{reference}/"):
            clash, branch = (each.removeprefix(local("")) for each in (name, reference))
            raise GitFailed(f"there is a branch {clash}, so none can be called {branch}")


def _set_branch(repo: pygit2.Repository, plan: Move) -> None:
    commit = tip(repo, plan.branch)
    if commit is None or str(commit.id) != plan.commit:
        repo.references.create(plan.branch, pygit2.Oid(hex=plan.commit), force=True)
    if repo.lookup_reference("HEAD").target != plan.branch:
        repo.set_head(plan.branch)


def _end(repo: pygit2.Repository, plan: Move) -> None:
    name = plan.branch.removeprefix(local(""))
    if plan.upstream and (remote := repo.branches.remote.get(f"origin/{name}")) is not None:
        repo.branches.local[name].upstream = remote
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
