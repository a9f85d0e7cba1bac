"""How a repository is opened, what git's failures become, and whose name commits carry.

Nothing here searches upwards for a repository, so that one which encloses the workspaces is
never touched, and no configuration but a repository's own is read or written.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import ConfigLevel, RepositoryOpenFlag


class GitFailed(Exception):
    """Git would not do it; the text is git's reason."""


@dataclass(frozen=True, slots=True)
class Author:
    name: str
    email: str

    def sign(self) -> pygit2.Signature:
        """As the author of a commit made now."""
        return pygit2.Signature(self.name, self.email)


def prepare(network_timeout: float) -> None:
    """Set libgit2 up, once in a process: it reads no configuration but a repository's own.

    A remote that is silent for `network_timeout` seconds is given up.
    """
    for level in (ConfigLevel.PROGRAMDATA, ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
        pygit2.settings.search_path[level] = ""
    # As git does: what is read is not hashed once more, which is a tenth of the time of a checkout.
    # Whether it is whole zlib's checksum tells.
    pygit2.settings.enable_strict_hash_verification(False)
    pygit2.settings.server_connect_timeout = int(network_timeout * 1000)
    pygit2.settings.server_timeout = int(network_timeout * 1000)


@contextmanager
def opened(git: Path, *, bare: bool = False) -> Generator[pygit2.Repository]:
    """A repository, or a worktree by its admin directory, at exactly this place.

    `bare` opens it as if it had no files: what is then checked out names its directory.
    """
    flags = RepositoryOpenFlag.NO_SEARCH
    if bare:
        flags |= RepositoryOpenFlag.BARE
    with reasons():
        repo = pygit2.Repository(str(git), flags)
        try:
            yield repo
        finally:
            repo.free()


@contextmanager
def reasons() -> Generator[None]:
    """Turn what pygit2 raises into `GitFailed`."""
    # pygit2 tells "not found" by KeyError and "invalid" or "exists already" by ValueError.
    try:
        yield
    except (pygit2.GitError, KeyError, ValueError, OSError) as error:
        raise GitFailed(str(error)) from error


def loose_commit(
    repo: pygit2.Repository,
    author: Author,
    message: str,
    tree: pygit2.Oid,
    parents: list[pygit2.Oid],
) -> pygit2.Oid:
    """A commit to which nothing leads yet."""
    made = repo.create_commit(None, author.sign(), author.sign(), message, tree, parents)
    if made not in repo:  # libgit2 says nothing when the disk is full
        raise GitFailed("No space left on device")
    return made


def shown(path: str) -> str:
    """A path as it can be sent: what is no UTF-8 in it, which Python carries along in a way that
    nobody else reads, becomes the replacement character."""
    return path.encode(errors="surrogateescape").decode(errors="replace")


def is_within(path: str, places: Collection[str]) -> bool:
    """Whether a path is one of these files, or in one of these directories."""
    return any(place in (".", path) or path.startswith(f"{place}/") for place in places)


def sought(name: str) -> str:
    """A name or a path as pygit2 is to be given it to look something up.

    It never lets go of such a text (1.21: `lookup_reference` and `tree[path]` lack a DECREF), and
    every look has one of its own: that is some KB for each turn. An interned one is the same for
    all looks, so that no more is kept than there are names.
    """
    return sys.intern(name)


def find_reference(repo: pygit2.Repository, name: str) -> pygit2.Reference:
    """Raises `KeyError` where there is no such reference."""
    return repo.lookup_reference(sought(name))


def tip(repo: pygit2.Repository, name: str) -> pygit2.Commit | None:
    """The commit that a reference (`refs/…`) leads to; None where there is no such reference."""
    found = repo.references.get(sought(name))
    return None if found is None else found.peel(pygit2.Commit)


def trailers(commit: pygit2.Commit) -> Mapping[str, str]:
    """What a commit's message says of it at its end: `Thread-ID`, `Turn-ID`."""
    try:
        return commit.message_trailers
    except UnicodeDecodeError:
        return {}


def local(branch: str) -> str:
    """The reference of a branch."""
    return f"refs/heads/{branch}"


def is_reference(name: str) -> bool:
    """Whether git takes a name for a reference."""
    return "\0" not in name and pygit2.reference_is_valid_name(name)  # which would end at a NUL


def twin(branch: str) -> str:
    """The reference of a remote's branch as it was last seen."""
    return f"refs/remotes/origin/{branch}"
