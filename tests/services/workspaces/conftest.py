"""Real repositories, the git command line to look at them with, and the service around them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import pytest
import trio

from services.aws import Remembered
from services.messages import ThreadKey, Transfers
from services.workspaces import Options, serve
from services.workspaces.allowed import Allowed
from services.workspaces.credentials import Credentials
from services.workspaces.git.repository import Author
from services.workspaces.settings import Settings
from supervisor.cell import Cell
from supervisor.desk import Request
from supervisor.spec import TaskSpec
from tests.harness import Harness
from tests.services.workspaces.git_server import GitServer
from tests.services.workspaces.world import World

R = TypeVar("R")

STOP_TIMEOUT = 15.0  # seconds


class Git:
    """The git command line, with no configuration but a repository's own."""

    def __init__(self, home: Path) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            # From git 2.47 on a commit leaves one behind that works in the repository for a while.
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "maintenance.auto",
            "GIT_CONFIG_VALUE_0": "false",
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@example.com",
            "GIT_COMMITTER_NAME": "Ann",
            "GIT_COMMITTER_EMAIL": "ann@example.com",
        }

    def __call__(self, place: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(place), *arguments],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.rstrip("\n")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path)


@pytest.fixture
def remote(tmp_path: Path, git: Git) -> Path:
    """A bare repository with one commit on `trunk`."""
    site = tmp_path / "site"
    site.mkdir()
    git(site, "init", "-q", "-b", "trunk")
    (site / "index.md").write_text("hello\n")
    (site / "old.md").write_text("old\n")
    git(site, "add", ".")
    git(site, "commit", "-q", "-m", "first")
    bare = tmp_path / "remote.git"
    git(tmp_path, "clone", "-q", "--bare", str(site), str(bare))
    return bare


class Elsewhere:
    """Somebody else, who works on the same remote."""

    def __init__(self, git: Git, site: Path, remote: Path) -> None:
        self.git, self.site, self.remote = git, site, remote

    def push(self, branch: str, name: str, text: str) -> str:
        """Push one more commit to a branch, which begins at `trunk`; its hash."""
        git, site = self.git, self.site
        git(site, "fetch", "-q", "--prune", str(self.remote), "+refs/heads/*:refs/remotes/r/*")
        begun = git(site, "for-each-ref", f"refs/remotes/r/{branch}")
        git(site, "checkout", "-q", "-B", branch, f"r/{branch if begun else 'trunk'}")
        (site / name).write_text(text)
        git(site, "add", ".")
        git(site, "commit", "-q", "-m", f"change {name}")
        git(site, "push", "-q", str(self.remote), branch)
        return git(site, "rev-parse", "HEAD")


@pytest.fixture
def elsewhere(git: Git, remote: Path, tmp_path: Path) -> Elsewhere:
    return Elsewhere(git, tmp_path / "site", remote)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    """The directory of the remote, over HTTP."""
    with GitServer(tmp_path).running() as server:
        yield server


class Service:
    """The running service, as one who asks sees it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.harness = Harness(
            TaskSpec(
                name="workspaces",
                run="services.workspaces:serve",
                answers=("workspaces",),
                publishes=("transfers",),
                watches=("turns",),
                stop_timeout=STOP_TIMEOUT,
            )
        )

    @property
    def transfers(self) -> Cell[Transfers]:
        """The board, on which there is something from the start."""
        return self.harness.channels.boards["transfers"]

    async def ask(self, request: Request[R]) -> R:
        return await self.harness.channels.desks["workspaces"].ask(request)


def settings(root: Path) -> Settings:
    """What a service on `root` would go by."""
    return Settings(
        root, "main", Author("nurseryd", "nurseryd@localhost"), Allowed(("file", "https"))
    )


def no_credentials() -> Credentials:
    return Credentials({}, Remembered(lambda _name: ""))


class Serving(Protocol):
    def __call__(self, **options: object) -> AbstractAsyncContextManager[Service]: ...


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "volume"


@pytest.fixture
def serving(root: Path) -> Serving:
    """One life of the service on `root`; leaving the block asks it to stop and waits."""

    @asynccontextmanager
    async def life(**options: object) -> AsyncIterator[Service]:
        service = Service(root)
        context = service.harness.context(Options(**{"root": str(root), **options}))
        with trio.fail_after(120):  # for who hangs, not for how long a busy disk takes
            async with trio.open_nursery() as nursery:
                await nursery.start(lambda *, task_status: serve(context, task_status=task_status))
                yield service
                service.harness.stopping.set()

    return life


@pytest.fixture
def key() -> ThreadKey:
    return ThreadKey("acme", "bob", "t1")


@pytest.fixture
def world(root: Path) -> World:
    """One user's threads on `root`, without the service; the project starts empty."""
    return World(settings(root))
