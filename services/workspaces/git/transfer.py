"""What goes over the network: clone, fetch and push."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pygit2
from pygit2.enums import CheckoutStrategy

from services.workspaces.git.repository import reasons


def clone(url: str, project: Path, branch: str, check: Callable[[], None]) -> bool:
    """Clone into a new directory; False if there is nothing in the remote.

    An empty clone is made ready for a first commit on `branch`. `check` is called now and then
    while data comes in; what it raises ends the clone.
    """
    with reasons():
        repo: pygit2.Repository = pygit2.clone_repository(  # pyright: ignore[reportUnknownMemberType]
            url, str(project), callbacks=_Checked(check)
        )
        try:
            if not repo.head_is_unborn and not repo.head_is_detached:
                return True
            name = _likeliest(_origin_branches(repo), branch)
            if name is None:
                repo.set_head(f"refs/heads/{branch}")
                return False
            remote = repo.branches.remote[f"origin/{name}"]
            repo.branches.local.create(name, remote.peel(pygit2.Commit)).upstream = remote
            repo.set_head(f"refs/heads/{name}")
            repo.checkout_tree(  # pyright: ignore[reportUnknownMemberType]
                repo.head.peel(pygit2.Tree), strategy=CheckoutStrategy.FORCE
            )
            return True
        finally:
            repo.free()


def _origin_branches(repo: pygit2.Repository) -> list[str]:
    names = [name.removeprefix("origin/") for name in repo.branches.remote]
    return sorted(name for name in names if name != "HEAD")


def _likeliest(names: list[str], branch: str) -> str | None:
    """The default branch of a remote whose own HEAD names none."""
    for name in (branch, "main", "master", *names):
        if name in names:
            return name
    return None


class _Checked(pygit2.RemoteCallbacks):
    def __init__(self, check: Callable[[], None]) -> None:
        super().__init__()
        self._check = check

    def transfer_progress(self, stats: object) -> None:
        self._check()

    def sideband_progress(self, string: str) -> None:
        self._check()
