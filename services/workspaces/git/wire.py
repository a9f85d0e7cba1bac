"""What a transfer asks and tells while it runs, in whatever worker thread libgit2 runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pygit2
from pygit2.enums import CredentialType

# Of what a server says beside the data, this much of the end is kept.
MOST_SAID = 2000  # characters
REDIRECTS = "http.followRedirects"


@dataclass(frozen=True, slots=True)
class Login:
    """Who to be at a remote."""

    user: str
    token: str = field(repr=False)


def _nobody(_url: str) -> Login:
    raise pygit2.Passthrough


@dataclass(frozen=True, slots=True)
class Wire:
    """What the caller of a transfer has to say in it. What any of these raises ends it.

    `check` is called now and then. `progress` is called with the objects that came or went, how
    many there are in all, and the bytes so far. `login` is called with the address that wants
    one, and again where it refused that.
    """

    check: Callable[[], None] = lambda: None
    progress: Callable[[int, int, int], None] = lambda _done, _total, _bytes: None
    login: Callable[[str], Login] = _nobody


class Callbacks(pygit2.RemoteCallbacks):
    """libgit2's questions, put to a `Wire`.

    `said` is what the server wrote beside the data, `changed` the references that moved here.
    """

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self.wire = wire
        self.said = ""
        self.changed: set[str] = set()

    def carry(
        self, repo: pygit2.Repository, transfer: Callable[[pygit2.Remote], object]
    ) -> pygit2.Remote:
        """Do a transfer with the remote of a repository, which is returned."""
        # Sent to another host, libgit2 would ask us for a token in its name, and bring what that
        # one has.
        if REDIRECTS not in repo.config:
            repo.config[REDIRECTS] = "false"
        remote = repo.remotes["origin"]
        try:
            transfer(remote)
        except UnicodeDecodeError:
            # pygit2 breaks off over what a hook writes that is no UTF-8. Once more, unheard.
            self.sideband_progress = None  # pyright: ignore[reportAttributeAccessIssue]
            remote = repo.remotes["origin"]
            transfer(remote)
        return remote

    def credentials(
        self, url: str, username_from_url: str | None, allowed_types: CredentialType
    ) -> pygit2.UserPass:
        self.wire.check()
        login = self.wire.login(url)
        return pygit2.UserPass(login.user, login.token)

    def sideband_progress(self, string: str) -> None:
        self.wire.check()
        self.said = (self.said + string)[-MOST_SAID:]

    def transfer_progress(self, stats: pygit2.remotes.TransferProgress) -> None:
        self.wire.check()
        self.wire.progress(stats.received_objects, stats.total_objects, stats.received_bytes)

    def push_transfer_progress(
        self, objects_pushed: int, total_objects: int, bytes_pushed: int
    ) -> None:
        self.wire.check()
        self.wire.progress(objects_pushed, total_objects, bytes_pushed)

    def update_tips(self, refname: str, old: pygit2.Oid, new: pygit2.Oid) -> None:
        if old != new:
            self.changed.add(refname)
