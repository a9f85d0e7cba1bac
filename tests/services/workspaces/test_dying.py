"""Wherever an operation is killed, the next start finds all of it or nothing, and no edit lost."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pygit2
import pytest

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    DropChanges,
    ForkThread,
    ListThreads,
    MergeThread,
    OpenWorkspace,
    RenameThread,
    RestoreCommit,
    SaveChanges,
    SwitchBranch,
    Thread,
)
from services.workspaces.git import commits, moving
from services.workspaces.git.repository import opened
from tests.services.workspaces.conftest import Git, settings
from tests.services.workspaces.images import images, put_back
from tests.services.workspaces.test_advancing import bring, theirs
from tests.services.workspaces.world import Files, World, files_in, write

Act = Callable[[World], object]


class Seen(NamedTuple):
    """A thread as a person sees it; of an archived one, the files that it would come back with."""

    archived: bool
    branch: str
    head: str
    files: Files | str


def _lost(world: World) -> None:
    world.ask(SaveChanges(world.key()))
    shutil.rmtree(world.layout.worktree("t1"))


def _archived(world: World) -> None:
    world.ask(ArchiveThread(world.key()))


def _dropped(world: World) -> None:
    world.ask(DropChanges(world.key()))


def _nothing(world: World) -> None:
    pass


def _diverged(world: World) -> None:
    theirs(world, "third.md", "from another thread\n")


def _forgotten(world: World) -> None:
    shutil.rmtree(world.layout.admin("t1"))


OPERATIONS: dict[str, tuple[Act, Act]] = {
    "save": (_nothing, lambda world: world.ask(SaveChanges(world.key()))),
    "commit": (_nothing, lambda world: world.ask(CommitChanges(world.key(), "all"))),
    "commit what was saved": (
        lambda world: world.ask(SaveChanges(world.key())),
        lambda world: world.ask(CommitChanges(world.key(), "all")),
    ),
    "switch": (_nothing, lambda world: world.ask(SwitchBranch(world.key(), "other"))),
    "switch from a clean one": (
        _dropped,
        lambda world: world.ask(SwitchBranch(world.key(), "other")),
    ),
    "switch to a new one": (
        _nothing,
        lambda world: world.ask(SwitchBranch(world.key(), "new", create=True)),
    ),
    "bring": (_diverged, bring),
    "merge the thread": (_diverged, lambda world: world.ask(MergeThread(world.key()))),
    "restore": (_nothing, lambda world: world.ask(RestoreCommit(world.key(), "main"))),
    "drop": (_nothing, lambda world: world.ask(DropChanges(world.key()))),
    "open a new one": (_nothing, lambda world: world.ask(OpenWorkspace(world.key("t3")))),
    "open a lost one": (_lost, lambda world: world.ask(OpenWorkspace(world.key()))),
    "open an archived one": (_archived, lambda world: world.ask(OpenWorkspace(world.key()))),
    "open a forgotten one": (_forgotten, lambda world: world.ask(OpenWorkspace(world.key()))),
    "archive": (_nothing, lambda world: world.ask(ArchiveThread(world.key()))),
    "archive a forgotten one": (_forgotten, lambda world: world.ask(ArchiveThread(world.key()))),
    "delete": (_nothing, lambda world: world.ask(DeleteThread(world.key()))),
    "delete with its branch": (
        _nothing,
        lambda world: world.ask(DeleteThread(world.key(), branch=True)),
    ),
    "delete an archived one": (
        _archived,
        lambda world: world.ask(DeleteThread(world.key(), branch=True)),
    ),
    "fork": (_nothing, lambda world: world.ask(ForkThread(world.key(), "t3"))),
    "fork at a commit": (
        _nothing,
        lambda world: world.ask(ForkThread(world.key(), "t3", commit="main")),
    ),
    "rename": (_nothing, lambda world: world.ask(RenameThread(world.key(), "Another"))),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_done_or_not_done_wherever_it_is_killed(
    world: World, git: Git, tmp_path: Path, name: str
) -> None:
    prepare, act = OPERATIONS[name]
    _inhabit(world)
    prepare(world)
    before, edits = _seen(world), _edits(world)
    taken = images(world.settings.root, lambda: act(world), tmp_path / "images")
    after = _seen(world)
    reached: dict[str, set[str]] = {}
    for image in taken:
        put_back(image, world.settings.root)
        world.start()
        _check_disk(world, git, edits, reached)
        assert _seen(world) in (before, after), image
        assert world.start() == ()
        for thread in world.layout.threads.iterdir():
            world.ask(SaveChanges(world.key(thread.name)))
    assert len(taken) > 1


@pytest.mark.parametrize("url", [False, True])
def test_a_project_is_made_or_made_again(
    root: Path, remote: Path, git: Git, tmp_path: Path, url: bool
) -> None:
    world = World(settings(root), str(remote) if url else None)
    taken = images(root, world.open, tmp_path / "images")
    assert len(taken) > 1
    files = world.files()
    for image in taken:
        put_back(image, root)
        world.start()
        world.open()
        assert world.files() == files
        assert git(world.layout.worktree("t1"), "status", "--porcelain") == ""
        _check_disk(world, git, {}, {})
        assert [path.name for path in world.layout.home.iterdir() if ".partial" in path.name] == []


def _inhabit(world: World) -> None:
    """Three lines of work: t1 with unfinished work on two branches, t2, and the project's own."""
    place = world.open()
    write(place, "index.md", "one\ntwo\nthree\nfour\nfive\n")
    write(place, "deep/old.md", "old\n")
    world.commit("begin")
    world.ask(MergeThread(world.key()))
    write(place, "second.md", "second\n")
    (place / "deep/old.md").unlink()
    world.commit("second")
    world.switch("other", create=True)
    write(place, "deep/page.md", "a page\n")
    write(place, "index.md", "one\ntwo\nthree\nfour\n5\n")
    world.commit("on other")
    write(place, "parked.md", "unfinished on other\n")
    world.switch("thread-t1")
    write(place, "index.md", "1\ntwo\nthree\nfour\nfive\n")
    write(place, "new/unfinished.md", "unfinished\n")
    write(world.open("t2"), "elsewhere.md", "unfinished in t2\n")


def _seen(world: World) -> dict[str, Seen]:
    project = world.layout.project
    seen = {
        "the project": Seen(
            archived=False,
            branch="main",
            head=str(commits.tip_of(world.layout.git, "main")),
            files=files_in(project),
        )
    }
    for archived in (False, True):
        for thread in world.ask(ListThreads("acme", "bob", archived)):
            name = thread.key.thread
            place = world.layout.worktree(name)
            files = world.files(name) if place.is_dir() else _tree(world, thread)
            seen[name] = Seen(archived, thread.branch, thread.head, files)
    return seen


def _tree(world: World, thread: Thread) -> str:
    with opened(world.layout.git) as repo:
        return str(repo[thread.saved or thread.head].peel(pygit2.Tree).id)


def _edits(world: World) -> dict[str, str]:
    """Every file of every worktree, by the hash that git knows its content by."""
    found: dict[str, str] = {}
    for place in world.layout.threads.glob("*/"):
        for path, (kind, content) in files_in(place).items():
            if kind != "link":
                found[hashlib.sha1(b"blob %d\0%s" % (len(content), content)).hexdigest()] = path
    return found


def _check_disk(
    world: World, git: Git, edits: dict[str, str], reached: dict[str, set[str]]
) -> None:
    """`reached` remembers what every state of the references leads to."""
    layout = world.layout
    assert [str(path) for path in layout.git.rglob("*.lock")] == []
    assert [*layout.git.rglob(moving.NAME)] == []
    places = {path.name for path in layout.threads.iterdir()}
    admins = {path.name for path in (layout.git / "worktrees").iterdir()}
    assert places == admins
    with opened(layout.git) as repo:
        references = str(
            sorted((name, str(repo.lookup_reference(name).target)) for name in repo.references)
        )
    if references not in reached:
        git(layout.project, "fsck", "--strict")
        objects = git(layout.project, "rev-list", "--objects", "--all").split()
        reached[references] = {*objects}
    assert edits.keys() - _edits(world).keys() - reached[references] == set()
