"""Branches brought forward and back: fast-forwards, merges, conflicts as data, restored commits."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.messages import (
    Conflict,
    DropChanges,
    FindDropped,
    Merged,
    MergeThread,
    Outcome,
    ReadDiff,
    ReadGit,
    RestoreCommit,
    SwitchBranch,
)
from services.workspaces.git import advancing, commits
from supervisor.desk import Refused
from tests.services.workspaces.conftest import Git
from tests.services.workspaces.world import World, write

TEXT = "one\ntwo\nthree\nfour\nfive\n"


@pytest.fixture
def place(world: World) -> Path:
    """A thread whose commit is in the project's branch too."""
    place = world.open()
    write(place, "index.md", TEXT)
    write(place, "old.md", "old\n")
    write(place, "image.png", bytes(range(256)))
    world.commit("begin")
    world.ask(MergeThread(world.key()))
    return place


def bring(world: World, thread: str = "t1", *, fast_forward_only: bool = False) -> Merged:
    """Bring the project's branch into a thread."""
    theirs = commits.tip_of(world.layout.git, "main")
    assert theirs is not None
    return advancing.bring(
        world.layout.admin(thread),
        theirs,
        world.settings.author,
        "Bring main\n",
        fast_forward_only=fast_forward_only,
    )


def theirs(world: World, name: str, content: str | bytes | None) -> str:
    """Let the project's branch get a commit of another thread."""
    place = world.open("t2")
    bring(world, "t2")
    if content is None:
        (place / name).unlink()
    else:
        write(place, name, content)
    head = world.commit("theirs", "t2")
    merged = world.ask(MergeThread(world.key("t2")))
    assert merged.outcome in (Outcome.FAST_FORWARD, Outcome.MERGED)
    return head


def test_what_is_already_there_changes_nothing(world: World, place: Path, git: Git) -> None:
    head = git(place, "rev-parse", "HEAD")
    assert bring(world) == Merged(Outcome.UP_TO_DATE, head)
    assert world.ask(MergeThread(world.key())).outcome is Outcome.UP_TO_DATE


def test_a_thread_without_commits_of_its_own_is_fast_forwarded(
    world: World, place: Path, git: Git
) -> None:
    head = theirs(world, "new.md", "new\n")
    write(place, "index.md", "uncommitted\n")
    merged = bring(world, fast_forward_only=True)
    assert (merged.outcome, merged.head) == (Outcome.FAST_FORWARD, head)
    assert git(place, "status", "--porcelain") == " M index.md"
    assert (place / "new.md").read_text() == "new\n"


def test_two_lines_of_work_are_merged_and_what_is_uncommitted_stays_so(
    world: World, place: Path, git: Git
) -> None:
    other = theirs(world, "index.md", TEXT.replace("five", "5"))
    write(place, "index.md", TEXT.replace("one", "1"))
    mine = world.commit("mine")
    write(place, "index.md", TEXT.replace("one", "1").replace("three", "3"))
    write(place, "new.md")
    assert bring(world, fast_forward_only=True) == Merged(Outcome.DIVERGED, mine)
    merged = bring(world)
    assert merged.outcome is Outcome.MERGED
    assert git(place, "log", "-1", "--format=%P %s") == f"{mine} {other} Bring main"
    assert git(place, "show", "HEAD:index.md") == "1\ntwo\nthree\nfour\n5"
    assert (place / "index.md").read_text() == "1\ntwo\n3\nfour\n5\n"
    assert git(place, "status", "--porcelain") == " M index.md\n?? new.md"


@pytest.mark.parametrize(
    ("name", "mine", "their", "text"),
    [
        ("index.md", "mine\n", "theirs\n", "<<<<<<<"),
        ("old.md", None, "changed\n", None),
        ("old.md", "changed\n", None, None),
        ("image.png", b"\0mine", b"\0theirs", None),
        ("added.md", "mine\n", "theirs\n", "<<<<<<<"),
        ("ünï.md", "mine\n", "theirs\n", "<<<<<<<"),
        ("latin.md", b"m\xfcne\n", b"their\xdf\n", None),
        ("big.md", "m\n" * 60_000, "t\n" * 60_000, None),
    ],
)
@pytest.mark.parametrize("committed", [True, False])
def test_conflicts_are_the_answer_and_leave_everything_as_it_was(
    world: World,
    place: Path,
    git: Git,
    name: str,
    mine: str | bytes | None,
    their: str | bytes | None,
    text: str | None,
    committed: bool,
) -> None:
    theirs(world, name, their)
    if mine is None:
        (place / name).unlink()
    else:
        write(place, name, mine)
    if committed:
        world.commit("mine")
        write(place, "uncommitted.md")
    before = world.files(), git(place, "status", "--porcelain"), git(place, "for-each-ref")
    merged = bring(world)
    assert merged.outcome is Outcome.CONFLICTS
    assert merged.head == git(place, "rev-parse", "HEAD")
    (conflict,) = merged.conflicts
    assert (conflict.path, conflict.with_) == (name, "commit" if committed else "uncommitted")
    assert (conflict.text is None) == (text is None)
    if text is not None and conflict.text is not None:
        assert all(part in conflict.text for part in (text, "mine", "theirs"))
        mine_at, their_at = (git(place, "rev-parse", at)[:10] for at in ("HEAD", "main"))
        ours, other = f"{mine_at} (mine)", f"{their_at} (theirs)"
        if not committed:
            ours, other = "committed", "not committed"
        assert {f"<<<<<<< {ours}", f">>>>>>> {other}"} <= {*conflict.text.splitlines()}
    after = world.files(), git(place, "status", "--porcelain"), git(place, "for-each-ref")
    assert after == before


def test_an_ignored_file_in_the_way_of_a_merge_is_a_conflict(
    world: World, place: Path, git: Git
) -> None:
    theirs(world, "local.md", "theirs\n")
    write(place, ".gitignore", "local.md\n")
    write(place, "local.md", "mine\n")
    merged = bring(world)
    assert merged.conflicts == (Conflict("local.md", "ignored"),)
    assert (place / "local.md").read_text() == "mine\n"


def test_files_that_somebody_edited_in_the_project_itself_stay_or_are_reported(
    world: World, place: Path, git: Git
) -> None:
    project = world.layout.project
    write(project, "index.md", TEXT.replace("five", "5"))
    write(place, "index.md", TEXT.replace("one", "1"))
    world.commit("mine")
    assert world.ask(MergeThread(world.key())).outcome is Outcome.FAST_FORWARD
    assert (project / "index.md").read_text() == TEXT.replace("one", "1").replace("five", "5")
    assert git(project, "status", "--porcelain") == " M index.md"
    write(place, "index.md", "all new\n")
    world.commit("mine again")
    before = git(project, "rev-parse", "main")
    merged = world.ask(MergeThread(world.key()))
    assert [(each.path, each.with_) for each in merged.conflicts] == [("index.md", "uncommitted")]
    assert git(project, "rev-parse", "main") == before


def test_a_merge_says_whose_it_is(world: World, place: Path, git: Git) -> None:
    theirs(world, "new.md", "new\n")
    write(place, "index.md", "mine\n")
    world.commit("mine")
    world.ask(MergeThread(world.key(), "Publish"))
    assert git(world.layout.project, "log", "-1", "--format=%B").strip() == (
        "Publish\n\nThread-ID: t1"
    )
    assert git(world.layout.project, "status", "--porcelain") == ""


def test_histories_without_a_common_commit_are_not_merged(
    world: World, place: Path, git: Git
) -> None:
    other = git(place, "commit-tree", "-m", "other", "HEAD^{tree}")
    git(place, "branch", "stranger", other)
    with pytest.raises(Exception, match="no commit in common"):
        advancing.bring(world.layout.admin("t1"), other, world.settings.author, "x\n")


def test_a_commit_is_restored_by_one_on_top(world: World, place: Path, git: Git) -> None:
    first = git(place, "rev-parse", "HEAD")
    write(place, "index.md", "second\n")
    (place / "old.md").unlink()
    second = world.commit("second")
    write(place, "new.md", "uncommitted\n")
    merged = world.ask(RestoreCommit(world.key(), first[:12], expected_head=second, turn="turn7"))
    assert merged.outcome is Outcome.RESTORED
    assert git(place, "rev-parse", "HEAD^") == second
    assert git(place, "rev-parse", "HEAD^{tree}") == git(place, "rev-parse", f"{first}^{{tree}}")
    assert git(place, "log", "-1", "--format=%B").strip() == (
        f"Restore {first[:10]}: begin\n\nThread-ID: t1\nTurn-ID: turn7"
    )
    assert git(place, "status", "--porcelain") == "?? new.md"
    again = world.ask(RestoreCommit(world.key(), first))
    assert (again.outcome, again.head) == (Outcome.UP_TO_DATE, merged.head)


def test_a_restore_is_refused_where_the_branch_is_not_where_it_was_seen(
    world: World, place: Path
) -> None:
    first = world.ask(ReadGit(world.key())).head
    write(place, "index.md", "second\n")
    second = world.commit("second")
    with pytest.raises(Refused, match=f"the thread is at {second}"):
        world.ask(RestoreCommit(world.key(), first, expected_head=first))
    assert (place / "index.md").read_text() == "second\n"


def test_a_restore_that_would_undo_uncommitted_work_says_so(world: World, place: Path) -> None:
    first = world.ask(ReadGit(world.key())).head
    write(place, "index.md", "second\n")
    second = world.commit("second")
    write(place, "index.md", "uncommitted\n")
    merged = world.ask(RestoreCommit(world.key(), first))
    assert (merged.outcome, merged.head) == (Outcome.CONFLICTS, second)
    assert (place / "index.md").read_text() == "uncommitted\n"


def test_a_commit_with_an_endless_subject_can_be_restored(
    world: World, place: Path, git: Git
) -> None:
    tree = git(world.layout.project, "rev-parse", "main~1^{tree}")
    endless = git(place, "commit-tree", "-p", "HEAD", "-m", "x" * 100_000, tree)
    assert world.ask(RestoreCommit(world.key(), endless)).outcome is Outcome.RESTORED


def test_what_was_dropped_is_shown_by_a_diff_and_a_clean_worktree_has_nothing_to_drop(
    world: World, place: Path
) -> None:
    write(place, "index.md", TEXT.replace("one", "1"))
    kept = world.ask(DropChanges(world.key()))
    assert kept is not None
    (file,) = world.ask(ReadDiff(world.key(), target=kept)).files
    assert "-one\n+1\n" in file.patch
    assert world.ask(DropChanges(world.key())) is None
    write(place, "index.md", "other\n")
    other = world.ask(DropChanges(world.key()))
    assert world.ask(ReadGit(world.key())).kept == tuple(sorted({kept, other or ""}))


def test_what_a_turn_dropped_is_found_by_the_turn(world: World, place: Path) -> None:
    write(place, "index.md", "by hand\n")
    world.ask(DropChanges(world.key()))
    write(place, "index.md", "one\n")
    one = world.ask(DropChanges(world.key(), "turn-1"))
    write(place, "index.md", "two\n")
    two = world.ask(DropChanges(world.key(), "turn-2"))
    found = [world.ask(FindDropped(world.key(), f"turn-{turn}")) for turn in (1, 2, 3)]
    assert found == [one, two, None]


def test_a_drop_that_an_ignored_file_blocks_drops_nothing(world: World, place: Path) -> None:
    (place / "old.md").unlink()
    write(place, ".gitignore", "old.md\n")
    world.ask(SwitchBranch(world.key(), "other", create=True))
    world.commit("ignored")
    world.ask(SwitchBranch(world.key(), "thread-t1"))
    (place / "old.md").unlink()
    (place / "index.md").unlink()
    write(place, ".gitignore", "index.md/mine.md\n")
    write(place, "index.md/mine.md", "ignored\n")
    with pytest.raises(Exception, match=r"index\.md/mine\.md; move those away"):
        world.ask(DropChanges(world.key()))
    assert (place / "index.md/mine.md").read_text() == "ignored\n"
    assert not (place / "old.md").exists()
