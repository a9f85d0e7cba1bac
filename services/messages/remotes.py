"""Desk "workspaces": how a thread and its remote meet, and board "transfers"."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from services.messages.changes import Merged
from services.messages.keys import ThreadKey
from supervisor.desk import Request


class Fetched(Struct, frozen=True):
    """The remote's branches that moved, came or went since it was last seen."""

    changed: tuple[str, ...]


class Fetch(Request[Fetched], frozen=True):
    """Look at the remote: its branches and what is on them.

    No thread's branch moves; the project's own follows its twin where nothing was merged into it
    that is not there.
    """

    key: ThreadKey


class Pull(Request[Merged], frozen=True):
    """Bring a branch of the remote, by default the project's default branch, into a thread.

    Where the site has no remote, the branch is the project's own. Conflicts are the answer, and
    leave the thread as it was.
    """

    key: ThreadKey
    branch: str | None = None
    fast_forward_only: bool = False


class Pushed(Struct, frozen=True):
    """`new` says that the remote had no such branch; `compare` is a page to compare it at."""

    branch: str
    head: str
    new: bool
    compare: str | None = None


class Push(Request[Pushed], frozen=True):
    """Push a thread's branch to its twin, or with `default` the project's default branch.

    With `force` it may lose commits there, but none that was not seen by a fetch before, and none
    of the default branch.
    """

    key: ThreadKey
    force: bool = False
    default: bool = False


class PullRequest(Struct, frozen=True):
    """`existing` says that there was one already for this branch."""

    number: int
    url: str
    existing: bool = False


class OpenPullRequest(Request[PullRequest], frozen=True):
    """Ask for a pushed thread to be merged, at its forge."""

    key: ThreadKey
    title: str
    body: str = ""
    draft: bool = False


class Transfer(Struct, frozen=True):
    """What is under way with a remote, in objects; `total` is 0 until the remote has said it."""

    what: Literal["clone", "fetch", "push"]
    done: int = 0
    total: int = 0
    bytes: int = 0


class Transfers(Struct, frozen=True):
    """Board "transfers": those that run, by `client/user`."""

    running: dict[str, Transfer]
