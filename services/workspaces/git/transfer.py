"""What comes over the network: clone and fetch."""

from __future__ import annotations

from pathlib import Path

import pygit2
from pygit2.enums import CheckoutStrategy, FetchPrune

from services.workspaces.git import saves
from services.workspaces.git.repository import GitFailed, local, opened, reasons, shown, twin
from services.workspaces.git.wire import Callbacks, Wire

THREADS = "thread-"  # how the branches of threads begin
ALL = 2147483647  # the depth by which git's protocol means all history


class NoBranch(GitFailed):
    """The remote has no such branch."""


def clone(
    url: str, project: Path, start: str, wire: Wire, *, branch: str | None = None, depth: int = 0
) -> bool:
    """Clone into a new directory; False if there is nothing in the remote.

    `branch`, by default the remote's own choice, is checked out. What the remote has of unfinished
    work in threads comes along, for when they are opened. `depth` bounds the commits of
    history that come along, 0 is for all; a path of this machine brings all anyway. An empty
    clone is made ready for a first commit on `branch` or `start`. Raises what the wire raises.
    """
    with reasons():
        repo = pygit2.init_repository(str(project), initial_head=branch or start)
        try:
            repo.remotes.create("origin", url)
            callbacks = Callbacks(wire)
            # libgit2 does not bound what it copies from a path.
            bound = depth if url.startswith(("http://", "https://")) else 0
            remote = callbacks.carry(
                repo, lambda remote: remote.fetch(callbacks=callbacks, depth=bound)
            )
            heads = {head.name: head.symref_target for head in remote.list_heads(connect=False)}
            names = sorted(repo.branches.remote)
            if not names:
                return False
            found = branch or _likeliest(names, heads.get("HEAD"), start)
            if f"origin/{found}" not in names:
                raise NoBranch(f"it has no branch {found}")
            if branch is None and found.startswith(THREADS):
                _begin(repo, found, start)
            else:
                _check_out(repo, found)
            if any((name or "").startswith(saves.wip("")) for name in heads):
                # With what they began with, without which nobody could tell what is new in them.
                specs = [f"+{saves.wip('*')}:{saves.remote('*')}"]
                depth = max(bound, 2) if bound else 0
                Callbacks(wire).carry(
                    repo, lambda remote: remote.fetch(specs, callbacks=callbacks, depth=depth)
                )
                saves.sort_out(repo)
            return True
        finally:
            repo.free()


def _likeliest(names: list[str], head: str | None, start: str) -> str:
    """The default branch of a remote, whose own HEAD may name none that is there.

    One of a thread only where there is no other: it was the first to be pushed to an empty one.
    """
    branches = [name.removeprefix("origin/") for name in names]
    branches = [name for name in branches if not name.startswith(THREADS)] or branches
    named = (head or "").removeprefix("refs/heads/")
    return next(name for name in (named, start, "main", "master", *branches) if name in branches)


def _begin(repo: pygit2.Repository, thread: str, start: str) -> None:
    """Check the first commit of a thread out as the branch `start`.

    Where a remote was empty, threads are all that was ever pushed: none of them is what the
    others begin with.
    """
    commit = repo.branches.remote[f"origin/{thread}"].peel(pygit2.Commit)
    while commit.parents:
        commit = commit.parents[0]
    repo.branches.local.create(start, commit)
    _fill(repo, start)


def _check_out(repo: pygit2.Repository, branch: str) -> None:
    remote = repo.branches.remote[f"origin/{branch}"]
    repo.branches.local.create(branch, remote.peel(pygit2.Commit)).upstream = remote
    _fill(repo, branch)


def _fill(repo: pygit2.Repository, branch: str) -> None:
    repo.set_head(local(branch))
    repo.checkout_tree(  # pyright: ignore[reportUnknownMemberType]
        repo.head.peel(pygit2.Tree), strategy=CheckoutStrategy.FORCE
    )


def fetch(git: Path, wire: Wire, *, whole: bool = False) -> tuple[str, ...]:
    """See what the remote has; its branches that moved, came or went since it was last seen.

    With `whole` all history comes that a shallow clone left out.
    """
    with opened(git) as repo:
        callbacks = Callbacks(wire)
        depth = ALL if whole else 0

        def see(remote: pygit2.Remote) -> None:
            # What the remote has is asked for here. Given up before that is believed, nothing that
            # was pushed since is taken for moved or gone: with nothing to receive, nobody asks.
            remote.connect(callbacks=callbacks)
            wire.check()
            remote.fetch(callbacks=callbacks, prune=FetchPrune.NO_PRUNE, depth=depth)
            wire.check()
            remote.prune(callbacks)

        callbacks.carry(repo, see)
        start = twin("")
        return tuple(
            sorted(
                shown(name.removeprefix(start))
                for name in callbacks.changed
                if name.startswith(start)
            )
        )


def is_shallow(git: Path) -> bool:
    """Whether history is missing that the remote has."""
    with opened(git) as repo:
        return repo.is_shallow
