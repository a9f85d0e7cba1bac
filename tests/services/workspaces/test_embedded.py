"""A repository that somebody makes inside a worktree: its files are the site's like any other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DropChanges,
    ReadDiff,
    ReadGit,
    SaveChanges,
)
from tests.services.workspaces.conftest import Git
from tests.services.workspaces.world import World, write


@pytest.fixture
def place(world: World, git: Git, request: pytest.FixtureRequest) -> Path:
    """A worktree with repositories in it: one with a commit, one without, one without a file."""
    place = world.open()
    write(place, "index.md", "begin\n")
    write(place, ".gitignore", "*.log\n")
    world.commit("begin")
    for name in ("whole", "fresh", "empty"):
        (place / name).mkdir()
        git(place / name, "init", "-q")
    write(place, "whole/page.md", "page\n")
    git(place / "whole", "add", ".")
    git(place / "whole", "commit", "-q", "-m", "theirs")
    write(place, "whole/deep/new.md", "new\n")
    (place / "whole/link").symlink_to("deep")
    write(place, "fresh/page.md", "fresh\n")
    write(place, "fresh/debug.log", "ignored\n")
    write(place, "index.md", "edited\n")
    return place


MADE = ("fresh/page.md", "whole/deep/new.md", "whole/link", "whole/page.md")


def test_its_files_are_saved_and_come_back(world: World, place: Path, git: Git) -> None:
    saved = world.ask(SaveChanges(world.key()))
    assert git(place, "ls-tree", "-r", "--name-only", saved or "").splitlines() == [
        ".gitignore",
        "fresh/page.md",
        "index.md",
        *MADE[1:],
    ]
    shutil.rmtree(place)
    world.open()
    assert {*MADE, "index.md", ".gitignore"} == world.files().keys()
    assert (place / "whole/page.md").read_text() == "page\n"


def test_its_files_are_what_the_state_tells(world: World, place: Path) -> None:
    state = world.ask(ReadGit(world.key()))
    assert (state.modified, state.untracked) == (("index.md",), MADE)
    assert "index.md" in [file.path for file in world.ask(ReadDiff(world.key())).files]


def test_its_files_are_committed_and_edited_like_any_other(
    world: World, place: Path, git: Git
) -> None:
    made = world.ask(CommitChanges(world.key(), "all"))
    assert made is not None
    assert set(made.files) == {"index.md", *MADE}
    assert world.ask(ReadGit(world.key())).clean
    write(place, "whole/page.md", "edited\n")
    write(place, "whole/more.md")
    (place / "fresh/page.md").unlink()
    state = world.ask(ReadGit(world.key()))
    assert (state.modified, state.deleted, state.untracked) == (
        ("whole/page.md",),
        ("fresh/page.md",),
        ("whole/more.md",),
    )
    world.commit("again")
    assert world.ask(ReadGit(world.key())).clean
    assert git(place, "show", "HEAD:whole/page.md") == "edited"
    git(place, "fsck", "--strict")


def test_a_worktree_with_one_is_switched_dropped_and_archived(
    world: World, place: Path, git: Git
) -> None:
    world.switch("other", create=True)
    world.switch("thread-t1")
    assert world.files().keys() == {"index.md", ".gitignore", "fresh/debug.log"}
    assert world.ask(ReadGit(world.key())).clean
    world.switch("other")
    assert MADE[0] in world.files()
    kept = world.ask(DropChanges(world.key()))
    assert git(place, "show", f"{kept}:whole/page.md") == "page"
    write(place, "whole/page.md", "again\n")
    world.ask(ArchiveThread(world.key()))
    world.open()
    assert (place / "whole/page.md").read_text() == "again\n"


def test_one_in_the_place_of_the_worktree_s_own_changes_nothing(
    world: World, place: Path, git: Git
) -> None:
    (place / ".git").unlink()
    git(place, "init", "-q")
    git(place, "commit", "-q", "--allow-empty", "-m", "theirs")
    world.open()
    assert world.ask(ReadGit(world.key())).modified == ("index.md",)
    world.commit("all")
    assert git(world.layout.project, "log", "-1", "--format=%s", "thread-t1") == "all"
    assert git(place, "log", "--format=%s") == "theirs"
    assert world.start() == ()
