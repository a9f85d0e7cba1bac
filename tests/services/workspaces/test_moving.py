"""Every kind of change survives a move of the worktree, committed or not, byte by byte."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pygit2
import pytest

from services.messages import (
    DropChanges,
    MergeThread,
    ReadGit,
    RestoreCommit,
    SaveChanges,
    SwitchBranch,
)
from services.workspaces.git import moving, saves, switching
from services.workspaces.git.moving import Changed, Move
from services.workspaces.git.repository import GitFailed, opened
from tests.services.workspaces.conftest import Git, settings
from tests.services.workspaces.world import World, files_in, write

Change = Callable[[Path], object]


def begin(root: Path) -> None:
    """The files that the changes below begin with."""
    write(root, "index.md", "one\ntwo\nthree\n")
    write(root, "run.sh", "#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    write(root, "deep/er/page.md", "page\n")
    write(root, "deep/er/other.md", "other\n")
    (root / "link").symlink_to("index.md")
    (root / "folder").symlink_to("deep")
    write(root, "dos.txt", "a\r\nb\r\n")
    write(root, "image.png", bytes(range(256)))
    write(root, "ünï/世界.md", "unicode\n")


def _to_link(root: Path) -> None:
    (root / "index.md").unlink()
    (root / "index.md").symlink_to("run.sh")


def _to_file(root: Path) -> None:
    (root / "link").unlink()
    write(root, "link", "now a file\n")


def _retarget(root: Path) -> None:
    (root / "link").unlink()
    (root / "link").symlink_to("nowhere/at/all")


def _file_to_directory(root: Path) -> None:
    (root / "index.md").unlink()
    write(root, "index.md/inner/page.md")


def _directory_to_file(root: Path) -> None:
    shutil.rmtree(root / "deep")
    write(root, "deep", "a file\n")


def _directory_to_link(root: Path) -> None:
    shutil.rmtree(root / "deep")
    (root / "deep").symlink_to("ünï")


def _link_to_directory(root: Path) -> None:
    (root / "folder").unlink()
    write(root, "folder/er/page.md", "a page of my own\n")


def _attributes(root: Path) -> None:
    write(root, ".gitattributes", "*.win text eol=crlf\n*.bin -text\n")
    write(root, "new.win", "a\r\nb\r\n")
    write(root, "raw.bin", "a\r\nb\n")


def _odd_names(root: Path) -> None:
    for name in ("[a]*?.md", ":(glob)x.md", "-rf", "a\nb.md", 'q"u\\o.md', " lead", "trail ", "~"):
        write(root, name, name)


def _bytes_in_names(root: Path) -> None:
    for name in (b"bad\xff.md", b"d\xfe/in\xfd.md"):
        path = os.path.join(os.fsencode(root), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(name)


CHANGES: dict[str, Change] = {
    "add": lambda root: write(root, "new.md"),
    "add deep": lambda root: write(root, "a/b/c/d/e.md"),
    "modify": lambda root: write(root, "index.md", "one\n2\nthree\n"),
    "same size": lambda root: write(root, "index.md", "ONE\ntwo\nthree\n"),
    "delete": lambda root: (root / "index.md").unlink(),
    "delete a directory": lambda root: shutil.rmtree(root / "deep"),
    "rename": lambda root: (root / "index.md").rename(root / "renamed.md"),
    "rename by case": lambda root: (root / "index.md").rename(root / "INDEX.md"),
    "rename a directory": lambda root: (root / "deep").rename(root / "deeper"),
    "executable": lambda root: (root / "index.md").chmod(0o755),
    "not executable": lambda root: (root / "run.sh").chmod(0o644),
    "file to link": _to_link,
    "link to file": _to_file,
    "another target": _retarget,
    "file to directory": _file_to_directory,
    "directory to file": _directory_to_file,
    "directory to link": _directory_to_link,
    "link to directory": _link_to_directory,
    "empty file": lambda root: write(root, "empty.md", ""),
    "emptied": lambda root: write(root, "index.md", ""),
    "binary": lambda root: write(root, "image.png", bytes(reversed(range(256)))),
    "CRLF": lambda root: write(root, "index.md", "one\r\ntwo\r\nthree\r\n"),
    "no end of line": lambda root: write(root, "index.md", "one"),
    "unicode": lambda root: write(root, "ünï/世界.md", "ändert"),
    "two spellings": lambda root: [write(root, name) for name in ("\u00e9.md", "e\u0301.md")],
    "bytes in names": _bytes_in_names,
    "odd names": _odd_names,
    "attributes": _attributes,
    "large": lambda root: write(root, "large.md", b"0123456789abcdef" * 100_000),
    "everything": lambda root: (
        [change(root) for change in (_to_file, _file_to_directory, _directory_to_link, _odd_names)]
    ),
}


@pytest.fixture(params=CHANGES)
def change(request: pytest.FixtureRequest) -> Change:
    return CHANGES[request.param]


@pytest.fixture
def place(world: World) -> Path:
    """The worktree of a thread whose last commit has the files that changes begin with."""
    place = world.open()
    begin(place)
    world.commit("begin")
    return place


def test_committed_it_comes_and_goes_with_its_branch(
    world: World, place: Path, git: Git, change: Change, tmp_path: Path
) -> None:
    before = world.files()
    world.switch("other", create=True)
    change(place)
    after = world.files()
    world.commit("change")
    assert git(place, "status", "--porcelain") == ""
    world.switch("thread-t1")
    assert world.files() == before
    assert git(place, "status", "--porcelain") == ""
    world.switch("other")
    assert world.files() == after
    assert git(place, "status", "--porcelain") == ""
    git(world.layout.project, "worktree", "add", "-q", "--detach", str(tmp_path / "w"), "other")
    assert files_in(tmp_path / "w") == after
    git(place, "fsck", "--strict")


def test_uncommitted_it_waits_and_comes_back(
    world: World, place: Path, git: Git, change: Change
) -> None:
    before = world.files()
    world.switch("other", create=True)
    change(place)
    after, status = world.files(), git(place, "status", "--porcelain")
    world.switch("thread-t1")
    assert world.files() == before
    assert git(place, "status", "--porcelain") == ""
    world.switch("other")
    assert world.files() == after
    assert git(place, "status", "--porcelain") == status


def test_dropped_it_is_kept_and_can_be_taken_back(
    world: World, place: Path, git: Git, change: Change
) -> None:
    before = world.files()
    change(place)
    after = world.files()
    kept = world.ask(DropChanges(world.key()))
    assert world.files() == before
    state = world.ask(ReadGit(world.key()))
    assert (state.clean, state.kept) == (True, (kept,))
    assert git(place, "status", "--porcelain") == ""
    assert kept is not None
    world.ask(RestoreCommit(world.key(), kept))
    assert world.files() == after
    assert git(place, "status", "--porcelain") == ""


def test_saved_it_comes_back_when_the_worktree_is_lost(
    world: World, place: Path, git: Git, change: Change
) -> None:
    change(place)
    after, status = world.files(), git(place, "status", "--porcelain")
    world.ask(SaveChanges(world.key()))
    shutil.rmtree(place)
    world.open()
    assert world.files() == after
    assert git(place, "status", "--porcelain") == status


@pytest.mark.parametrize("way", ["file", "link", "directory", "above", "link above"])
def test_an_ignored_file_in_the_way_is_neither_overwritten_nor_left_half_way(
    world: World, place: Path, git: Git, tmp_path: Path, way: str
) -> None:
    world.switch("other", create=True)
    write(place, "local/settings.md")
    world.commit("theirs")
    world.switch("thread-t1")
    write(place, ".gitignore", "local\n")
    world.commit("ignore")
    match way:
        case "file":
            write(place, "local/settings.md", "mine\n")
        case "link":
            (place / "local").mkdir()
            (place / "local/settings.md").symlink_to("nowhere")
        case "directory":
            write(place, "local/settings.md/deep/mine.md")
        case "above":
            write(place, "local", "mine\n")
        case _:
            (place / "local").symlink_to(tmp_path)
    before = world.files()
    with pytest.raises(GitFailed, match="ignored ones: local"):
        world.switch("other")
    assert world.files() == before
    assert git(place, "branch", "--show-current") == "thread-t1"
    assert git(place, "for-each-ref", "refs/nurseryd") == ""


def test_a_file_that_is_ignored_where_nothing_comes_stays(world: World, place: Path) -> None:
    write(place, ".gitignore", "local\n")
    world.commit("ignore")
    write(place, "local/mine.md")
    write(place, "deep/local/mine.md")
    world.switch("other", create=True)
    shutil.rmtree(place / "deep/er")
    world.commit("fewer")
    world.switch("thread-t1")
    world.switch("other")
    assert {"local/mine.md", "deep/local/mine.md"} <= world.files().keys()


def test_an_edit_between_the_look_and_the_move_stops_it_before_anything_is_done(
    world: World, place: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.switch("other", create=True)
    write(place, "index.md", "other\n")
    world.commit("other")
    world.switch("thread-t1")
    write(place, "new.md", "uncommitted\n")

    def edited(repo: pygit2.Repository, plan: Move) -> None:
        write(place, "new.md", "edited at this moment\n")
        moving.move(repo, plan)

    monkeypatch.setattr(switching, "move", edited)
    before = git(place, "for-each-ref")
    with pytest.raises(Changed, match="try again"):
        world.switch("other")
    assert (place / "new.md").read_text() == "edited at this moment\n"
    assert git(place, "branch", "--show-current") == "thread-t1"
    assert git(place, "for-each-ref") == before
    assert world.start() == ()


def test_a_move_that_fails_half_way_is_finished_before_anything_else_is_done(
    world: World, place: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.switch("other", create=True)
    write(place, "index.md", "other\n")
    world.commit("other")
    after = world.files()
    world.switch("thread-t1")

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(moving, "fill", full)
        with pytest.raises(GitFailed, match="No space left"):
            world.switch("other")
        with pytest.raises(GitFailed, match="No space left"):
            world.ask(ReadGit(world.key()))
    assert world.ask(ReadGit(world.key())).branch == "other"
    assert world.files() == after
    assert world.start() == ()


def test_a_file_that_was_edited_after_the_crash_is_kept_before_the_move_goes_on(
    world: World, place: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.switch("other", create=True)
    write(place, "index.md", "other\n")
    world.commit("other")
    world.switch("thread-t1")
    with monkeypatch.context() as patch:
        patch.setattr(moving, "fill", _die)
        with pytest.raises(KeyboardInterrupt):
            world.switch("other")
    write(place, "index.md", "mine\n")
    assert world.start() == ("finished a move of t1",)
    assert (place / "index.md").read_text() == "other\n"
    (kept,) = world.ask(ReadGit(world.key())).kept
    assert git(place, "show", f"{kept}:index.md") == "mine"


def test_a_branch_that_somebody_else_moved_after_the_crash_is_not_moved_back(
    world: World, place: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = git(place, "rev-parse", "HEAD")
    write(place, "index.md", "two\n")
    world.commit("two")
    with monkeypatch.context() as patch:
        patch.setattr(moving, "fill", _die)
        with pytest.raises(KeyboardInterrupt):
            world.ask(RestoreCommit(world.key(), old))
    theirs = git(place, "commit-tree", "-p", "HEAD", "-m", "theirs", f"{old}^{{tree}}")
    git(place, "update-ref", "refs/heads/thread-t1", theirs)
    assert world.start() == ("kept, instead of finishing, a move of t1",)
    assert git(place, "rev-parse", "HEAD") == theirs
    assert (place / "index.md").read_text() == "two\n"
    assert world.start() == ()


def test_a_move_of_the_project_that_somebody_died_in_is_finished(
    world: World, place: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(moving, "fill", _die)
        with pytest.raises(KeyboardInterrupt):
            world.ask(MergeThread(world.key()))
    write(world.layout.project, "index.md", "somebody's\n")
    assert world.start() == ("finished a move of the project",)
    project = world.layout.project
    assert files_in(project) == world.files()
    assert git(project, "rev-parse", "main") == git(place, "rev-parse", "HEAD")
    kept = git(project, "for-each-ref", "--format=%(refname)", "refs/nurseryd/kept")
    assert git(project, "show", f"{kept}:index.md") == "somebody's"


def test_what_git_cannot_name_is_refused_before_the_move(
    world: World, place: Path, git: Git
) -> None:
    with pytest.raises(GitFailed, match="there is a branch thread-t1"):
        world.ask(SwitchBranch(world.key(), "thread-t1/more", create=True))
    git(place, "branch", "a/b")
    with pytest.raises(GitFailed, match="there is a branch a/b"):
        world.ask(SwitchBranch(world.key(), "a", create=True))
    assert world.start() == ()


def test_a_save_needs_no_index_and_writes_none(world: World, place: Path) -> None:
    write(place, "index.md", "edited\n")
    index = world.layout.admin("t1") / "index"
    before = index.read_bytes()
    with opened(world.layout.admin("t1")) as repo:
        saves.snapshot(repo)
    assert index.read_bytes() == before


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_move_is_finished_also_where_the_worktree_was_lost_in_it(
    world: World, place: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.switch("other", create=True)
    write(place, "index.md", "unfinished on other\n")
    after = world.files()
    world.switch("thread-t1")
    write(place, "new.md", "unfinished\n")
    before = world.files()
    with monkeypatch.context() as patch:
        patch.setattr(moving, "fill", _die)
        with pytest.raises(KeyboardInterrupt):
            world.switch("other")
    shutil.rmtree(place)
    assert world.start() == (
        "finished a move of t1",
        "removed git's directory of t1, whose files are gone",
    )
    world.open()
    assert git(place, "branch", "--show-current") == "other"
    assert world.files() == after
    world.switch("thread-t1")
    assert world.files() == before


def test_a_volume_that_moved_in_the_middle_of_a_move_is_recovered_where_it_is_now(
    world: World, place: Path, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.switch("other", create=True)
    write(place, "index.md", "other\n")
    world.commit("other")
    world.switch("thread-t1")
    with monkeypatch.context() as patch:
        patch.setattr(moving, "fill", _die)
        with pytest.raises(KeyboardInterrupt):
            world.switch("other")
    copy = tmp_path / "copy"
    shutil.copytree(world.settings.root, copy, symlinks=True)
    elsewhere = World(settings(copy))
    assert elsewhere.start() == ("finished a move of t1",)
    assert (elsewhere.layout.worktree("t1") / "index.md").read_text() == "other\n"
    assert (place / "index.md").read_text() == "one\ntwo\nthree\n"


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b'"\xff"', b'{"more": ' + b"[" * 100_000])
def test_a_move_that_a_disk_has_spoilt_is_put_aside_and_the_thread_goes_on(
    world: World, place: Path, spoilt: bytes
) -> None:
    admin, before = world.layout.admin("t1"), world.files()
    (admin / moving.NAME).write_bytes(spoilt)
    assert world.start() == ("put aside an unreadable move of t1",)
    assert world.start() == ()
    assert (admin / f"{moving.NAME}.unreadable").read_bytes() == spoilt
    assert world.files() == before
    world.switch("other", create=True)
