"""Worktrees: a directory of files, and git's own directory for it (`admin`)."""

from __future__ import annotations

import os
from pathlib import Path

import pygit2
from pygit2.enums import CheckoutStrategy

from services.workspaces.git.repository import find_reference, local, opened, tip, twin
from services.workspaces.writing import write_whole

ATTRIBUTES = ".gitattributes"
SHALLOW = "shallow"


def start_branch(git: Path, branch: str, start: str | None = None) -> None:
    """Make a branch, if there is none: at `start`, at its twin in the remote, or at the default."""
    with opened(git) as repo:
        if tip(repo, local(branch)) is not None:
            return
        remote = tip(repo, twin(branch)) if start is None else None
        if remote is not None:
            repo.branches.local.create(branch, remote).upstream = repo.branches.remote[
                f"origin/{branch}"
            ]
        else:
            point = repo.head.peel(pygit2.Commit) if start is None else repo[start]
            assert isinstance(point, pygit2.Commit)
            repo.branches.local.create(branch, point)


def check_out(git: Path, name: str, place: Path, branch: str) -> None:
    """Fill the new directory `place` with the files of `branch`, as worktree `name`."""
    admin = git / "worktrees" / name
    admin.mkdir(parents=True)
    place.mkdir()
    (admin / "HEAD").write_text(f"ref: {local(branch)}\n")
    link(place, admin)
    # libgit2 looks for attributes by two `realpath` of each file it writes, as long as it knows
    # of a worktree. Where a site has none that is a third of all the time.
    with opened(git) as repo:
        tree = find_reference(repo, local(branch)).peel(pygit2.Tree)
        plain = not (git / "info" / "attributes").exists() and not _needs_files(tree)
    with opened(admin, bare=plain) as repo:
        repo.checkout_tree(  # pyright: ignore[reportUnknownMemberType]
            repo.head.peel(pygit2.Tree), strategy=CheckoutStrategy.FORCE, directory=str(place)
        )


def _needs_files(tree: pygit2.Tree) -> bool:
    """Whether a tree has attributes, or submodules, which libgit2 has only in a worktree."""
    # Git's own form of a tree, "mode name NUL hash" for each entry: most have no tree in them,
    # and to make an object of each of their files would take longer than all the rest.
    raw = tree.read_raw()
    if f" {ATTRIBUTES}\0".encode() in raw or b"160000 " in raw:
        return True
    return b"40000 " in raw and any(
        _needs_files(entry) for entry in tree if isinstance(entry, pygit2.Tree)
    )


def link(place: Path, admin: Path) -> None:
    """Let a worktree and git's directory for it point at each other, wherever they now are.

    A repository that somebody made in the worktree itself stays: nothing here goes by it.
    """
    for path, text in (
        (admin / "gitdir", f"{place / '.git'}\n"),
        (admin / "commondir", f"..{os.sep}..\n"),
        (place / ".git", f"gitdir: {admin}\n"),
    ):
        if path.is_dir() and not path.is_symlink():
            continue
        if path.is_symlink() or not path.is_file() or path.read_bytes() != text.encode():
            write_whole(path, text.encode(), durable=False)
    # Where history ends is one thing for all worktrees, but libgit2 looks for it in each.
    shallow = admin / SHALLOW
    if (admin.parents[1] / SHALLOW).exists() and not shallow.is_symlink():
        shallow.symlink_to(Path("..", "..", SHALLOW))


def holder(git: Path, branch: str) -> str | None:
    """The worktree that is on a branch; an empty name for the project itself, None for nobody."""
    if branch_in(git) == branch:
        return ""
    admins = (git / "worktrees").glob("*/")
    return next((admin.name for admin in admins if branch_in(admin) == branch), None)


def branch_in(admin: Path) -> str | None:
    """The branch that a worktree, or the project, is on; None where it is on none."""
    head = _read(admin / "HEAD")
    return head.removeprefix(f"ref: {local('')}") if head.startswith("ref: ") else None


def is_whole(admin: Path) -> bool:
    """Whether git knows a worktree: it is on a branch or a commit."""
    return bool(_read(admin / "HEAD"))


def is_elsewhere(admin: Path) -> bool:
    """Whether this is the worktree of somebody who put its files in a place of their own."""
    place = _read(admin / "gitdir")
    return bool(place) and Path(place).exists()


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
