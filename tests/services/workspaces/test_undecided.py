"""New files that may hold secrets stay where they are, until somebody adds them by force."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DropChanges,
    OpenWorkspace,
    Push,
    ReadDiff,
    ReadGit,
    RestoreCommit,
    SaveChanges,
    ThreadKey,
)
from services.site.containment import is_secret
from supervisor.desk import Refused
from tests.services.workspaces.conftest import Git, Serving
from tests.services.workspaces.world import World, write

NAMES = (
    ".env",
    ".ENV.local",
    ".dev.vars",
    ".dev.vars.x",
    ".envrc",
    ".npmrc",
    "src/.NetRC",
    "a/.yarnrc.yml",
)
SAMPLES = (
    ".env.example",
    ".Env.Sample",
    "src/.dev.vars.template",
    ".environment",
    "env",
    ".npmrc.md",
)


@pytest.fixture
def place(world: World) -> Path:
    """A worktree with a committed file, and one of what may hold secrets by each name."""
    place = world.open()
    write(place, "index.md", "one\n")
    world.commit("first")
    for name in NAMES:
        write(place, name, "KEY=value\n")
    return place


def are_there(place: Path) -> bool:
    return all((place / name).read_text() == "KEY=value\n" for name in NAMES)


async def test_a_commit_of_everything_leaves_them_out_and_a_push_too(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving(schemes=("file",)) as service:
        opened = await service.ask(OpenWorkspace(key, f"file://{remote}"))
        for name in (*NAMES, *SAMPLES):
            write(opened.root, name, "KEY=value\n")
        made = await service.ask(CommitChanges(key, "by hand"))
        assert made is not None
        assert set(made.files) == set(SAMPLES)
        await service.ask(Push(key))
    assert are_there(opened.root)
    there = git(remote, "ls-tree", "-r", "--name-only", opened.branch).splitlines()
    assert set(there) == {"index.md", "old.md", *SAMPLES}


def test_they_are_no_unfinished_work_and_nothing_takes_them_away(world: World, place: Path) -> None:
    first = world.ask(ReadGit(world.key())).head
    assert world.ask(ReadGit(world.key())).clean
    assert not world.ask(ReadDiff(world.key())).files
    assert world.ask(SaveChanges(world.key())) is None
    write(place, "index.md", "two\n")
    assert world.ask(DropChanges(world.key())) is not None
    write(place, "index.md", "three\n")
    world.commit("third")
    world.ask(RestoreCommit(world.key(), first))
    world.switch("other", create=True)
    world.switch("thread-t1")
    assert (place / "index.md").read_text() == "one\n"
    assert are_there(place)
    world.ask(ArchiveThread(world.key()))
    assert are_there(world.open())


def test_one_that_somebody_added_by_force_is_as_any_other(
    world: World, place: Path, git: Git
) -> None:
    with pytest.raises(Refused, match=r"^cannot commit: .npmrc is ignored; .* `git add -f`"):
        world.ask(CommitChanges(world.key(), "named", paths=(".npmrc",)))
    git(place, "add", "-f", ".npmrc")
    made = world.ask(CommitChanges(world.key(), "added"))
    assert made is not None
    assert made.files == (".npmrc",)
    write(place, ".npmrc", "audit=false\n")
    assert world.ask(ReadGit(world.key())).modified == (".npmrc",)
    world.commit("changed")
    assert world.ask(ReadGit(world.key())).clean


def test_a_workspace_from_before_learns_of_them_at_the_start(world: World, place: Path) -> None:
    (world.layout.git / "info/exclude").write_bytes(b"caf\xe9")
    assert world.ask(ReadGit(world.key())).untracked
    world.start()
    assert not world.ask(ReadGit(world.key())).untracked
    assert (world.layout.git / "info/exclude").read_bytes().startswith(b"caf\xe9\n")


@pytest.mark.parametrize("name", [*NAMES, *SAMPLES, ".env.local.example", "x.env", ".env.d/a"])
def test_git_ignores_what_is_private(world: World, name: str) -> None:
    repo = pygit2.Repository(str(world.open()))
    assert repo.path_is_ignored(name) == is_secret(name)
