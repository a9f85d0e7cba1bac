"""Branches of a thread: what is uncommitted stays with the branch that it is for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from services.messages import (
    ArchiveThread,
    DeleteThread,
    DropChanges,
    FindDropped,
    FindParked,
    OpenWorkspace,
    ReadGit,
    SaveChanges,
    SwitchBranch,
)
from supervisor.desk import NotFound, Refused
from tests.services.workspaces.conftest import Git, settings
from tests.services.workspaces.world import World, write


@pytest.fixture
def place(world: World) -> Path:
    place = world.open()
    write(place, "index.md", "one\ntwo\nthree\n")
    world.commit("begin")
    return place


def test_to_a_branch_that_is_made_the_uncommitted_files_come_along(
    world: World, place: Path, git: Git
) -> None:
    write(place, "index.md", "edited\n")
    head = git(place, "rev-parse", "HEAD")
    switched = world.ask(SwitchBranch(world.key(), "new/header", create=True))
    assert (switched.branch, switched.head) == ("new/header", head)
    assert (switched.saved, switched.restored) == (None, None)
    assert git(place, "status", "--porcelain", "-b") == "## new/header\n M index.md"
    assert git(place, "for-each-ref", "refs/nurseryd") == ""


def test_both_branches_keep_what_is_uncommitted_on_them(
    world: World, place: Path, git: Git
) -> None:
    write(place, "one.md", "on the first\n")
    world.switch("other", create=True)
    world.commit("with one.md")
    write(place, "two.md", "on the other\n")
    away = world.ask(SwitchBranch(world.key(), "thread-t1"))
    write(place, "three.md", "on the first again\n")
    back = world.ask(SwitchBranch(world.key(), "other"))
    assert world.files().keys() == {"index.md", "one.md", "two.md"}
    assert (away.saved, back.restored) == (away.saved, away.saved)
    assert git(place, "show", f"{away.saved}:two.md") == "on the other"
    again = world.ask(SwitchBranch(world.key(), "thread-t1"))
    assert again.restored == back.saved
    assert world.files().keys() == {"index.md", "three.md"}


def test_what_waits_for_a_branch_that_moved_meanwhile_is_merged_with_it(
    world: World, place: Path, git: Git
) -> None:
    world.switch("other", create=True)
    write(place, "index.md", "one\ntwo\nthree, edited\n")
    world.switch("thread-t1")
    _move_branch(git, place, "other", "index.md", "one, moved\ntwo\nthree\n")
    world.switch("other")
    assert (place / "index.md").read_text() == "one, moved\ntwo\nthree, edited\n"
    assert world.ask(ReadGit(world.key())).modified == ("index.md",)


def test_what_does_not_fit_a_branch_that_moved_is_kept_and_told(
    world: World, place: Path, git: Git
) -> None:
    world.switch("other", create=True)
    write(place, "index.md", "mine\n")
    parked = world.ask(SwitchBranch(world.key(), "thread-t1")).saved
    _move_branch(git, place, "other", "index.md", "theirs\n")
    switched = world.ask(SwitchBranch(world.key(), "other"))
    state = world.ask(ReadGit(world.key()))
    assert switched.restored is None
    assert (state.clean, state.kept) == (True, (parked,))
    assert git(place, "show", f"{parked}:index.md") == "mine"


def test_a_branch_that_only_the_remote_has_is_made_and_followed(
    root: Path, remote: Path, git: Git, tmp_path: Path
) -> None:
    git(tmp_path / "site", "checkout", "-q", "-b", "feature/x")
    git(tmp_path / "site", "commit", "-q", "--allow-empty", "-m", "theirs")
    git(tmp_path / "site", "push", "-q", str(remote), "feature/x")
    world = World(settings(root), str(remote))
    place = world.open()
    with pytest.raises(Refused, match="there is one; switch to it"):
        world.switch("feature/x", create=True)
    world.switch("feature/x")
    assert git(place, "log", "-1", "--format=%s") == "theirs"
    assert git(place, "rev-parse", "--abbrev-ref", "@{u}") == "origin/feature/x"
    state = world.ask(ReadGit(world.key()))
    assert (state.upstream, state.ahead, state.behind) == ("origin/feature/x", 0, 0)
    git(tmp_path / "site", "checkout", "-q", "-b", "gone")
    with pytest.raises(NotFound, match="no such branch; create it"):
        world.switch("gone")
    assert "gone" not in git(place, "branch", "--list")


def test_a_branch_that_somebody_is_on_is_refused(world: World, place: Path) -> None:
    world.open("t2")
    with pytest.raises(Refused, match="the thread t2 is on it"):
        world.switch("thread-t2")
    with pytest.raises(Refused, match="project's own branch"):
        world.switch("main")
    world.ask(ArchiveThread(world.key("t2")))
    with pytest.raises(Refused, match="the thread t2 is on it"):
        world.switch("thread-t2")
    world.ask(DeleteThread(world.key("t2")))
    world.switch("thread-t2")
    with pytest.raises(Refused, match="the thread t1 is on its branch thread-t2"):
        world.open("t2")
    with pytest.raises(Refused, match="there is one; switch to it"):
        world.switch("thread-t1", create=True)


def test_going_where_one_is_changes_nothing(world: World, place: Path, git: Git) -> None:
    write(place, "index.md", "edited\n")
    switched = world.ask(SwitchBranch(world.key(), "thread-t1"))
    assert (switched.saved, switched.restored) == (None, None)
    assert git(place, "status", "--porcelain") == " M index.md"


def test_names_of_branches_that_contain_each_other_wait_apart(world: World, place: Path) -> None:
    deep = "/".join(["ä" * 10] * 9)
    for branch in ("a%2Fb", "a/b", deep):
        world.switch(branch, create=True)
        write(place, "index.md", branch)
        world.switch("thread-t1")
    for branch in (deep, "a/b", "a%2Fb"):
        world.switch(branch)
        assert (place / "index.md").read_text() == branch


def test_a_lost_worktree_comes_back_on_the_branch_it_was_on(
    world: World, place: Path, git: Git
) -> None:
    world.switch("other", create=True)
    write(place, "index.md", "edited on other\n")
    world.ask(SaveChanges(world.key()))
    shutil.rmtree(place)
    opened = world.ask(OpenWorkspace(world.key()))
    assert (opened.branch, opened.resumed) == ("other", False)
    assert git(place, "status", "--porcelain", "-b") == "## other\n M index.md"
    shutil.rmtree(place)
    assert world.start() == ("removed git's directory of t1, whose files are gone",)
    opened = world.ask(OpenWorkspace(world.key()))
    assert git(place, "status", "--porcelain", "-b") == "## other\n M index.md"


def test_what_was_saved_on_one_branch_is_not_put_on_another(
    world: World, place: Path, git: Git
) -> None:
    write(place, "index.md", "edited\n")
    world.ask(SaveChanges(world.key()))
    world.switch("other", create=True)
    world.commit("with it")
    world.switch("thread-t1")
    write(place, "more.md")
    world.ask(SaveChanges(world.key()))
    world.switch("other")
    shutil.rmtree(place)
    world.open()
    assert git(place, "status", "--porcelain", "-b") == "## other"
    world.switch("thread-t1")
    assert git(place, "status", "--porcelain") == "?? more.md"


def test_what_came_back_with_a_branch_survives_the_loss_of_the_worktree(
    world: World, place: Path, git: Git
) -> None:
    world.switch("other", create=True)
    write(place, "index.md", "edited\n")
    world.switch("thread-t1")
    world.switch("other")
    shutil.rmtree(place)
    world.open()
    assert (place / "index.md").read_text() == "edited\n"


def test_what_was_dropped_does_not_come_back_by_itself(world: World, place: Path) -> None:
    write(place, "index.md", "edited\n")
    world.ask(SaveChanges(world.key()))
    world.ask(DropChanges(world.key()))
    shutil.rmtree(place)
    world.open()
    assert (place / "index.md").read_text() == "one\ntwo\nthree\n"


def test_what_a_turn_left_is_found_with_the_branch_that_it_waits_for(
    world: World, place: Path
) -> None:
    def parked() -> str | None:
        return world.ask(FindParked(world.key(), "turn-1"))

    write(place, "index.md", "edited\n")
    left = world.ask(SaveChanges(world.key(), "turn-1"))
    assert world.ask(SaveChanges(world.key())) == left
    write(place, "more.md")
    assert world.ask(SaveChanges(world.key())) != left
    world.switch("other", create=True)
    assert parked() is None  # it came along
    world.switch("thread-t1")
    assert parked() == "other"
    write(place, "mine.md")
    world.ask(SaveChanges(world.key()))
    world.switch("other")
    assert (parked(), (place / "index.md").read_text()) == (None, "edited\n")
    world.commit("with it")
    write(place, "later.md")
    world.ask(SaveChanges(world.key()))
    world.switch("thread-t1")
    assert parked() is None


def test_what_a_turn_left_that_does_not_fit_its_branch_any_more_is_found_as_its_own(
    world: World, place: Path, git: Git
) -> None:
    world.switch("other", create=True)
    write(place, "index.md", "edited\n")
    world.ask(SaveChanges(world.key(), "turn-1"))
    world.switch("thread-t1")
    write(place, "index.md", "otherwise\n")
    world.commit("otherwise")
    git(place, "branch", "-f", "other", "thread-t1")
    assert world.ask(FindDropped(world.key(), "turn-1")) is None
    assert world.ask(SwitchBranch(world.key(), "other")).restored is None
    assert world.ask(FindParked(world.key(), "turn-1")) is None
    assert world.ask(FindDropped(world.key(), "turn-1")) is not None


def test_an_index_with_staged_files_is_no_obstacle(world: World, place: Path, git: Git) -> None:
    write(place, "staged.md", "first\n")
    git(place, "add", "staged.md")
    write(place, "staged.md", "second\n")
    git(place, "rm", "-q", "--cached", "index.md")
    world.switch("other", create=True)
    world.commit("all")
    assert world.files().keys() == {"staged.md", "index.md"}
    world.switch("thread-t1")
    assert world.files().keys() == {"index.md"}
    assert git(place, "status", "--porcelain") == ""


def _move_branch(git: Git, place: Path, branch: str, name: str, text: str) -> None:
    """As somebody else would who has it checked out elsewhere."""
    elsewhere = place.parent.parent / "elsewhere"
    git(place, "worktree", "add", "-q", str(elsewhere), branch)
    write(elsewhere, name, text)
    git(elsewhere, "commit", "-q", "-a", "-m", "elsewhere")
    git(place, "worktree", "remove", str(elsewhere))


@pytest.mark.parametrize("edited", [True, False])
def test_work_on_a_branch_that_somebody_removed_is_kept_where_a_new_one_has_its_name(
    world: World, place: Path, git: Git, edited: bool
) -> None:
    world.switch("other", create=True)
    git(place, "update-ref", "-d", "refs/heads/other")
    write(place, "index.md", "mine\n")
    saved = world.ask(DeleteThread(world.key())).saved
    world.open()
    world.ask(SwitchBranch(world.key(), "other", create=True))
    if edited:
        write(place, "more.md")
    world.switch("thread-t1")
    world.switch("other")
    assert world.ask(ReadGit(world.key())).kept == (saved,)
    assert (place / "more.md").exists() == edited
    assert git(place, "show", f"{saved}:index.md") == "mine"
