"""Git, through pygit2: synchronous, and always the very directory that it is given.

Nothing here searches upwards for a repository, so that one which encloses the workspaces is
never touched. Every function raises `GitFailed`, with git's own reason, where git fails. A
thread's worktree is opened by git's own directory for it, which no edit of the site can reach.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import CheckoutStrategy, ConfigLevel, FileStatus, RepositoryOpenFlag

from services.messages import Commit, GitState

WIP = "refs/nurseryd/wip/"

_ADDED = FileStatus.INDEX_NEW
_MODIFIED = (
    FileStatus.INDEX_MODIFIED
    | FileStatus.INDEX_TYPECHANGE
    | FileStatus.WT_MODIFIED
    | FileStatus.WT_TYPECHANGE
    | FileStatus.CONFLICTED
)
_DELETED = FileStatus.INDEX_DELETED | FileStatus.WT_DELETED


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
    pygit2.settings.server_connect_timeout = int(network_timeout * 1000)
    pygit2.settings.server_timeout = int(network_timeout * 1000)


def create(project: Path, branch: str) -> None:
    """Make a repository without commits, whose first will be on `branch`."""
    with _reasons():
        pygit2.init_repository(str(project), initial_head=branch).free()


def clone(url: str, project: Path, branch: str, check: Callable[[], None]) -> bool:
    """Clone into a new directory; False if there is nothing in the remote.

    An empty clone is made ready for a first commit on `branch`. `check` is called now and then
    while data comes in; what it raises ends the clone.
    """
    with _reasons():
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
            _track(repo, name, name)
            repo.set_head(f"refs/heads/{name}")
            _checkout(repo, repo.head.peel(pygit2.Tree), CheckoutStrategy.FORCE)
            return True
        finally:
            repo.free()


def first_commit(git: Path, author: Author, message: str) -> None:
    """Commit all files of a repository that has no commit yet."""
    with _opened(git) as repo:
        repo.index.add_all()
        repo.index.write()
        tree = repo.index.write_tree()
        repo.create_commit("HEAD", author.sign(), author.sign(), message, tree, [])


def is_hollow(git: Path) -> bool:
    """Whether a repository has no branch and so no commit."""
    with _opened(git) as repo:
        return not list(repo.references)


def origin(git: Path) -> str | None:
    """The address that the repository was cloned from."""
    with _opened(git) as repo:
        names = [remote.name for remote in repo.remotes]
        return repo.remotes["origin"].url if "origin" in names else None


def add_worktree(git: Path, name: str, path: Path, branch: str) -> None:
    """Check `branch` out at the new directory `path`.

    A branch that does not exist starts at its twin in the remote, else at the default branch.
    """
    with _opened(git) as repo:
        if branch not in repo.branches.local:
            if branch in _origin_branches(repo):
                _track(repo, branch, branch)
            else:
                repo.branches.local.create(branch, repo.head.peel(pygit2.Commit))
        repo.add_worktree(name, str(path), repo.lookup_reference(f"refs/heads/{branch}"))


def restore(admin: Path, thread: str) -> str | None:
    """Put the saved files of a thread into its fresh worktree, uncommitted.

    Does nothing unless they were saved on top of the branch as it is now. Returns the hash of
    the save that was used.
    """
    with _opened(admin) as repo:
        saved = _saved(repo, thread)
        if saved is None or saved.parent_ids != [repo.head.target]:
            return None
        _checkout(repo, saved.tree, CheckoutStrategy.FORCE | CheckoutStrategy.DONT_UPDATE_INDEX)
        return str(saved.id)


def save(admin: Path, thread: str, author: Author) -> str | None:
    """Commit what is uncommitted to the thread's hidden ref; returns its hash, None if clean.

    Neither the branch nor the index nor a file changes. A clean worktree has nothing worth
    restoring, so its ref goes.
    """
    with _opened(admin) as repo:
        head = repo.head.peel(pygit2.Commit)
        index = repo.index
        index.add_all()
        tree = index.write_tree()
        saved = _saved(repo, thread)
        if tree == head.tree.id:
            _forget(repo, thread)
            return None
        if saved is not None and saved.tree.id == tree and saved.parent_ids == [head.id]:
            return str(saved.id)
        message = f"Unfinished work\n\nThread-ID: {thread}\n"
        made = repo.create_commit(None, author.sign(), author.sign(), message, tree, [head.id])
        repo.references.create(WIP + thread, made, force=True)
        return str(made)


def commit(admin: Path, thread: str, branch: str, author: Author, message: str) -> Commit | None:
    """Commit everything that is not ignored to `branch`; None if it equals the last commit.

    What was saved for the thread goes: the commit contains it.
    """
    with _opened(admin) as repo:
        if repo.head.name != f"refs/heads/{branch}":
            raise GitFailed(f"the worktree is on {repo.head.shorthand}, not on {branch}")
        head = repo.head.peel(pygit2.Commit)
        index = repo.index
        index.add_all()
        tree = index.write_tree()
        index.write()
        made = None
        if tree != head.tree.id:
            # libgit2 would end the message at a zero character.
            text = message.replace("\0", "")
            made = repo.create_commit(
                repo.head.name, author.sign(), author.sign(), text, tree, [head.id]
            )
        _forget(repo, thread)
        if made is None:
            return None
        deltas = repo.diff(head.id, made).deltas
        return Commit(str(made), tuple(sorted({delta.new_file.path for delta in deltas})))


def head(admin: Path) -> str:
    """The hash of the last commit."""
    with _opened(admin) as repo:
        return str(repo.head.target)


def state(admin: Path) -> GitState:
    """A worktree against its branch, and the branches there are. Writes nothing."""
    with _opened(admin) as repo:
        status = repo.status()
        return GitState(
            branch=repo.head.shorthand,
            branches=tuple(sorted(repo.branches.local)),
            added=_paths(status, _ADDED),
            modified=_paths(status, _MODIFIED, but=_ADDED | _DELETED),
            deleted=_paths(status, _DELETED, but=_ADDED),
            untracked=_paths(status, FileStatus.WT_NEW, but=_ADDED | _MODIFIED | _DELETED),
        )


def _paths(
    status: Mapping[str, int], wanted: FileStatus, but: FileStatus = FileStatus.CURRENT
) -> tuple[str, ...]:
    return tuple(sorted(path for path, is_ in status.items() if is_ & wanted and not is_ & but))


def _origin_branches(repo: pygit2.Repository) -> list[str]:
    names = [name.removeprefix("origin/") for name in repo.branches.remote]
    return sorted(name for name in names if name != "HEAD")


def _likeliest(names: list[str], branch: str) -> str | None:
    """The default branch of a remote whose own HEAD names none."""
    for name in (branch, "main", "master", *names):
        if name in names:
            return name
    return None


def _track(repo: pygit2.Repository, branch: str, twin: str) -> None:
    remote = repo.branches.remote[f"origin/{twin}"]
    local = repo.branches.local.create(branch, remote.peel(pygit2.Commit))
    local.upstream = remote


def _checkout(repo: pygit2.Repository, tree: pygit2.Tree, strategy: CheckoutStrategy) -> None:
    repo.checkout_tree(tree, strategy=strategy)  # pyright: ignore[reportUnknownMemberType]


def _saved(repo: pygit2.Repository, thread: str) -> pygit2.Commit | None:
    reference = repo.references.get(WIP + thread)
    return None if reference is None else reference.peel(pygit2.Commit)


def _forget(repo: pygit2.Repository, thread: str) -> None:
    if WIP + thread in repo.references:
        repo.references.delete(WIP + thread)


@contextmanager
def _opened(git: Path) -> Generator[pygit2.Repository]:
    with _reasons():
        repo = pygit2.Repository(str(git), RepositoryOpenFlag.NO_SEARCH)
        try:
            yield repo
        finally:
            repo.free()


@contextmanager
def _reasons() -> Generator[None]:
    # pygit2 tells "not found" by KeyError and "invalid" or "exists already" by ValueError.
    try:
        yield
    except (pygit2.GitError, KeyError, ValueError, OSError) as error:
        raise GitFailed(str(error)) from error


class _Checked(pygit2.RemoteCallbacks):
    def __init__(self, check: Callable[[], None]) -> None:
        super().__init__()
        self._check = check

    def transfer_progress(self, stats: object) -> None:
        self._check()

    def sideband_progress(self, string: str) -> None:
        self._check()
