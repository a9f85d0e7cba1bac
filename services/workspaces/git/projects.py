"""A user's repository: made without a remote, and read for what it is."""

from __future__ import annotations

from pathlib import Path

import pygit2

from services.workspaces.git.repository import Author, opened, reasons


def create(project: Path, branch: str) -> None:
    """Make a repository without commits, whose first will be on `branch`."""
    with reasons():
        pygit2.init_repository(str(project), initial_head=branch).free()


def make_room(git: Path) -> None:
    """Make all the directories that objects will be in, which git makes one by one.

    A commit of one file writes five objects, and on a disk half its time is to make a directory
    for each of them, as long as there are few.
    """
    for number in range(256):
        (git / "objects" / f"{number:02x}").mkdir(exist_ok=True)


def first_commit(git: Path, author: Author, message: str) -> None:
    """Commit all files of a repository that has no commit yet."""
    with opened(git) as repo:
        repo.index.add_all()
        repo.index.write()
        tree = repo.index.write_tree()
        repo.create_commit("HEAD", author.sign(), author.sign(), message, tree, [])


def is_hollow(git: Path) -> bool:
    """Whether a repository has no branch and so no commit."""
    with opened(git) as repo:
        return not list(repo.references)


def origin(git: Path) -> str | None:
    """The address that the repository was cloned from."""
    with opened(git) as repo:
        names = [remote.name for remote in repo.remotes]
        return repo.remotes["origin"].url if "origin" in names else None


def default_branch(git: Path) -> str:
    """The branch that threads start from and are merged into: the one of the project itself."""
    with opened(git) as repo:
        return str(repo.lookup_reference("HEAD").target).removeprefix("refs/heads/")
