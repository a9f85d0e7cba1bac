"""Threads from the first to the last day."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from msgspec import structs

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    ForkThread,
    ListThreads,
    MergeThread,
    OpenWorkspace,
    ReadGit,
    RenameThread,
    RestoreCommit,
    SaveChanges,
    Thread,
)
from services.workspaces import records
from services.workspaces.git import saves, worktrees
from services.workspaces.git.repository import GitFailed
from services.workspaces.threads import Threads
from supervisor.desk import NotFound, Refused
from tests.services.workspaces.conftest import Git, settings
from tests.services.workspaces.world import World, write


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every moment be a second after the one before."""
    seconds = iter(range(1_000_000))
    for module in ("records", "threads", "places"):
        monkeypatch.setattr(
            f"services.workspaces.{module}.now", lambda: records.then(float(next(seconds)))
        )


@pytest.fixture
def place(world: World) -> Path:
    place = world.open()
    write(place, "index.md", "begin\n")
    world.commit("begin")
    return place


def listed(world: World, *, archived: bool = False) -> list[str]:
    threads = world.ask(ListThreads("acme", "bob", archived))
    return [thread.key.thread for thread in threads]


def described(world: World, thread: str = "t1", *, archived: bool = False) -> Thread:
    threads = world.ask(ListThreads("acme", "bob", archived))
    return next(each for each in threads if each.key.thread == thread)


def test_the_list_begins_with_the_thread_last_opened(world: World, clock: None) -> None:
    for thread in ("t1", "t2", "t3", "t1"):
        world.open(thread)
    assert listed(world) == ["t1", "t3", "t2"]
    assert listed(world, archived=True) == []


def test_a_user_without_a_workspace_has_no_threads(world: World) -> None:
    assert world.ask(ListThreads("acme", "nobody")) == ()


def test_a_list_says_how_a_thread_stands(world: World, place: Path, git: Git) -> None:
    write(world.open("t2"), "other.md")
    world.commit("other", "t2")
    world.ask(MergeThread(world.key("t2")))
    write(place, "index.md", "edited\n")
    saved = world.ask(SaveChanges(world.key()))
    thread = described(world)
    assert (thread.ahead, thread.behind, thread.saved) == (1, 1, saved)
    assert (thread.branch, thread.head) == ("thread-t1", git(place, "rev-parse", "HEAD"))


def test_a_title_is_given_at_the_start_and_changed(world: World, clock: None) -> None:
    world.ask(OpenWorkspace(world.key(), empty=True, title="  Make it blue "))
    assert described(world).title == "Make it blue"
    renamed = world.ask(RenameThread(world.key(), "Make it green 🟢"))
    assert renamed == described(world)
    assert renamed.title == "Make it green 🟢"
    assert renamed.updated > renamed.created
    with pytest.raises(Refused, match="cannot use this title"):
        world.ask(RenameThread(world.key(), "two\nlines"))
    with pytest.raises(NotFound, match="open it first"):
        world.ask(RenameThread(world.key("t9"), "x"))


def test_an_archived_thread_is_files_no_more_and_opening_brings_all_of_it_back(
    world: World, place: Path, git: Git
) -> None:
    write(place, "index.md", "edited\n")
    write(place, "new/page.md")
    files, status = world.files(), git(place, "status", "--porcelain")
    archived = world.ask(ArchiveThread(world.key()))
    assert archived.archived
    assert archived.saved
    assert not place.exists()
    assert git(world.layout.project, "worktree", "list").count("\n") == 0
    assert (listed(world), listed(world, archived=True)) == ([], ["t1"])
    with pytest.raises(NotFound, match="archived; open it again"):
        world.ask(ReadGit(world.key()))
    assert world.ask(ArchiveThread(world.key())).archived
    assert world.start() == ()
    opened = world.ask(OpenWorkspace(world.key()))
    assert not opened.resumed
    assert (world.files(), git(place, "status", "--porcelain")) == (files, status)
    assert listed(world) == ["t1"]


def test_an_archived_thread_comes_back_on_the_branch_it_was_switched_to(
    world: World, place: Path, git: Git
) -> None:
    write(place, "index.md", "edited on its own\n")
    world.switch("other", create=True)
    world.commit("other")
    world.switch("thread-t1")
    write(place, "own.md")
    world.switch("other")
    write(place, "index.md", "edited on other\n")
    assert world.ask(ArchiveThread(world.key())).branch == "other"
    assert described(world, archived=True).branch == "other"
    world.open()
    assert git(place, "status", "--porcelain", "-b") == "## other\n M index.md"
    world.switch("thread-t1")
    assert git(place, "status", "--porcelain", "-b") == "## thread-t1\n?? own.md"


@pytest.mark.parametrize("ending", [ArchiveThread, DeleteThread])
def test_files_that_git_forgot_are_saved_before_they_go(
    world: World, place: Path, git: Git, ending: type[ArchiveThread] | type[DeleteThread]
) -> None:
    write(place, "index.md", "precious\n")
    shutil.rmtree(world.layout.admin("t1"))
    world.ask(ending(world.key()))
    assert not place.exists()
    world.open()
    assert (place / "index.md").read_text() == "precious\n"


def test_what_a_dev_server_writes_after_the_end_of_a_worktree_is_none(
    world: World, place: Path
) -> None:
    world.ask(ArchiveThread(world.key()))
    write(place, ".astro/types.d.ts")
    write(place, "late.md")
    assert world.start() == ()
    assert listed(world) == []
    world.open()
    assert world.ask(ReadGit(world.key())).untracked == ("late.md",)
    assert not (place / ".astro").exists()


def test_a_new_thread_or_fork_of_a_deleted_one_s_name_has_all_files(
    world: World, place: Path
) -> None:
    world.ask(MergeThread(world.key()))
    world.open("t2")
    world.ask(DeleteThread(world.key(), branch=True))
    write(place, ".astro/types.d.ts")
    assert not world.ask(OpenWorkspace(world.key())).resumed
    assert world.ask(ReadGit(world.key())).clean
    world.ask(DeleteThread(world.key(), branch=True))
    write(place, ".astro/types.d.ts")
    world.ask(ForkThread(world.key("t2"), "t1"))
    world.ask(ArchiveThread(world.key()))
    write(place, ".astro/types.d.ts")
    world.ask(DeleteThread(world.key()))
    assert not place.exists()


def test_what_is_written_while_a_thread_is_archived_is_saved_too(
    world: World, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = saves.save

    def and_then_somebody_writes(*arguments: object) -> str | None:
        saved = save(*arguments)  # type: ignore[arg-type]
        if place.is_dir():
            write(place, "late.md", "late\n")
        return saved

    monkeypatch.setattr(saves, "save", and_then_somebody_writes)
    world.ask(ArchiveThread(world.key()))
    world.open()
    assert (place / "late.md").read_text() == "late\n"


def test_an_archiving_that_cannot_save_changes_nothing(
    world: World, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise GitFailed("no space")

    write(place, "index.md", "edited\n")
    before = world.layout.record("t1").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(saves, "save", fail)
        for request in (ArchiveThread(world.key()), DeleteThread(world.key())):
            with pytest.raises(GitFailed, match="no space"):
                world.ask(request)
    assert world.layout.record("t1").read_bytes() == before
    assert world.start() == ()
    assert (place / "index.md").read_text() == "edited\n"


def test_a_deleted_thread_leaves_its_branch_and_comes_back_with_what_was_unfinished(
    world: World, place: Path, git: Git
) -> None:
    write(place, "index.md", "edited\n")
    world.layout.history("t1").write_text("a line\n")
    head = git(place, "rev-parse", "HEAD")
    deleted = world.ask(DeleteThread(world.key()))
    assert (deleted.head, deleted.branch_kept) == (head, True)
    assert git(world.layout.project, "show", f"{deleted.saved}:index.md") == "edited"
    assert not place.exists()
    assert listed(world) == []
    assert not world.layout.history("t1").exists()
    (retired,) = (world.layout.home / ".claude/deleted").iterdir()
    assert retired.read_text() == "a line\n"
    world.open()
    assert git(place, "status", "--porcelain", "-b") == "## thread-t1\n M index.md"


def test_what_the_agent_kept_goes_with_the_journal_of_a_deleted_thread(
    world: World, place: Path
) -> None:
    world.layout.history("t1").write_text("a line\n")
    write(world.layout.agent("t1"), "session/turns.jsonl", "more\n")
    world.layout.busy("t1").touch()
    world.ask(DeleteThread(world.key()))
    assert [path.name for path in world.layout.histories.iterdir()] == []
    kept, journal = sorted((world.layout.home / ".claude/deleted").iterdir())
    assert (kept.stem, kept.suffix, journal.suffix) == (journal.stem, ".agent", ".jsonl")
    assert (kept / "session/turns.jsonl").read_text() == "more\n"


def test_a_thread_is_not_used_whose_agent_s_folder_is_a_link_elsewhere(
    world: World, place: Path, tmp_path: Path
) -> None:
    world.layout.agent("t1").symlink_to(tmp_path)
    with pytest.raises(Refused, match="a symbolic link leads elsewhere"):
        world.open()


def test_a_thread_deleted_on_another_branch_leaves_its_work_with_that_branch(
    world: World, place: Path, git: Git
) -> None:
    write(place, "own.md")
    world.switch("other", create=True)
    world.commit("other")
    world.switch("thread-t1")
    write(place, "index.md", "unfinished on its own\n")
    world.switch("other")
    write(place, "index.md", "unfinished on other\n")
    deleted = world.ask(DeleteThread(world.key()))
    assert deleted.head == git(world.layout.project, "rev-parse", "other")
    assert git(world.layout.project, "show", f"{deleted.saved}:index.md") == "unfinished on other"
    world.open()
    assert (place / "index.md").read_text() == "unfinished on its own\n"
    world.switch("other")
    assert (place / "index.md").read_text() == "unfinished on other\n"
    world.switch("thread-t1")
    assert (place / "index.md").read_text() == "unfinished on its own\n"


def test_a_thread_deleted_with_its_branch_is_found_by_the_hashes_that_it_left(
    world: World, place: Path, git: Git
) -> None:
    write(place, "index.md", "edited\n")
    deleted = world.ask(DeleteThread(world.key(), branch=True))
    project = world.layout.project
    assert not deleted.branch_kept
    assert git(project, "branch", "--list", "thread-t1") == ""
    git(project, "reflog", "expire", "--expire=now", "--all")
    git(project, "gc", "-q", "--prune=now")
    assert git(project, "show", f"{deleted.head}:index.md") == "begin"
    assert git(project, "show", f"{deleted.saved}:index.md") == "edited"
    again = world.open()
    assert not (again / "index.md").exists()
    assert world.ask(ReadGit(world.key())).kept == ()
    world.ask(RestoreCommit(world.key(), deleted.saved or ""))
    assert (again / "index.md").read_text() == "edited\n"


def test_a_branch_that_another_thread_is_on_is_not_deleted(
    world: World, place: Path, git: Git
) -> None:
    world.switch("other", create=True)
    world.open("t2")
    world.switch("thread-t1", "t2")
    with pytest.raises(Refused, match="the thread t2 is on it"):
        world.ask(DeleteThread(world.key(), branch=True))
    assert place.exists()
    world.ask(DeleteThread(world.key()))
    assert git(world.layout.worktree("t2"), "branch", "--show-current") == "thread-t1"


def test_a_fork_starts_where_its_source_is_with_what_is_uncommitted_there(
    world: World, place: Path, git: Git
) -> None:
    write(place, "index.md", "edited\n")
    write(place, "new.md")
    world.ask(RenameThread(world.key(), "Source"))
    forked = world.ask(ForkThread(world.key(), "t2"))
    assert (forked.branch, forked.head) == ("thread-t2", git(place, "rev-parse", "HEAD"))
    assert world.files("t2") == world.files()
    assert git(forked.root, "status", "--porcelain") == git(place, "status", "--porcelain")
    assert described(world, "t2").title == "Source"
    again = world.ask(ForkThread(world.key("t2"), "t3", title="Third"))
    assert world.files("t3") == world.files()
    assert again.branch == "thread-t3"
    world.commit("mine", "t3")
    assert world.ask(ReadGit(world.key())).untracked == ("new.md",)


def test_a_fork_of_an_archived_thread_has_its_unfinished_work(
    world: World, place: Path, git: Git
) -> None:
    write(place, "index.md", "edited\n")
    world.switch("other", create=True)
    world.ask(ArchiveThread(world.key()))
    forked = world.ask(ForkThread(world.key(), "t2"))
    assert (forked.root / "index.md").read_text() == "edited\n"
    assert git(forked.root, "status", "--porcelain", "-b") == "## thread-t2\n M index.md"


def test_a_fork_at_a_commit_has_that_and_nothing_uncommitted(
    world: World, place: Path, git: Git
) -> None:
    first = git(place, "rev-parse", "HEAD")
    write(place, "index.md", "second\n")
    world.commit("second")
    write(place, "index.md", "uncommitted\n")
    forked = world.ask(ForkThread(world.key(), "t2", commit=first[:10]))
    assert forked.head == first
    assert git(forked.root, "status", "--porcelain") == ""
    with pytest.raises(NotFound, match="cannot find this commit"):
        world.ask(ForkThread(world.key(), "t3", commit="0" * 40))
    assert listed(world).count("t3") == 0


def test_a_fork_takes_no_name_that_is_taken(
    root: Path, remote: Path, git: Git, tmp_path: Path
) -> None:
    git(tmp_path / "site", "push", "-q", str(remote), "trunk:thread-t8")
    world = World(settings(root), str(remote))
    world.open()
    world.open("t2")
    world.ask(ArchiveThread(world.key("t2")))
    world.open("t3")
    world.ask(DeleteThread(world.key("t3")))
    for taken in ("t1", "t2", "t3", "t8"):
        with pytest.raises(Refused, match=f"cannot fork acme/bob/t1 as {taken}: there is a"):
            world.ask(ForkThread(world.key(), taken))
    with pytest.raises(Refused, match="cannot use this threadId"):
        world.ask(ForkThread(world.key(), "../t4"))
    with pytest.raises(NotFound):
        world.ask(ForkThread(world.key("t9"), "t4"))


def test_a_thread_whose_name_makes_the_project_s_branch_is_refused(root: Path) -> None:
    world = World(settings(root))
    with pytest.raises(Refused, match="the project itself is on its branch thread-t1"):
        world.ask(OpenWorkspace(world.key(), branch="thread-t1", empty=True))


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"title": 1}', "", "\udcff", '{"title": "\udcff"}']
)
def test_a_record_that_cannot_be_read_is_none(world: World, place: Path, content: str) -> None:
    world.open("t2")
    world.ask(ArchiveThread(world.key("t2")))
    for thread in ("t1", "t2"):
        world.layout.record(thread).write_bytes(content.encode(errors="surrogateescape"))
    world.layout.metadata.write_bytes(content.encode(errors="surrogateescape"))
    assert set(listed(world)) == {"t1", "t2"}
    world.start()
    assert world.open("t2").is_dir()
    world.ask(RenameThread(world.key(), "Again"))
    assert described(world).title == "Again"
    assert json.loads(world.layout.record("t1").read_text())["title"] == "Again"


def test_a_workspace_from_before_there_were_records_is_listed_and_goes_on(
    world: World, place: Path
) -> None:
    shutil.rmtree(world.layout.histories)
    thread = described(world)
    assert (thread.title, thread.created) == ("t1", thread.updated)
    world.ask(ArchiveThread(world.key()))
    world.open()
    assert listed(world) == ["t1"]


def test_a_thread_whose_branch_somebody_removed_does_not_hide_the_others(
    world: World, place: Path, git: Git
) -> None:
    world.open("t2")
    git(place, "update-ref", "-d", "refs/heads/thread-t2")
    assert set(listed(world)) == {"t1", "t2"}
    assert (described(world, "t2").head, described(world, "t2").ahead) == ("", 0)
    write(world.layout.worktree("t2"), "precious.md", "mine\n")
    deleted = world.ask(DeleteThread(world.key("t2")))
    assert git(place, "show", f"{deleted.saved}:precious.md") == "mine"
    assert listed(world) == ["t1"]
    world.open("t2")
    assert (world.layout.worktree("t2") / "precious.md").read_text() == "mine\n"


def test_one_thread_that_cannot_be_finished_does_not_keep_others_from_it(
    world: World, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.open("t2")
    for thread in ("t1", "t2"):
        record = records.read_record(world.layout, thread)
        assert record is not None
        broken = structs.replace(record, pending="archive")
        records.write_record(world.layout, thread, broken)
    finish = Threads.finish

    def fails_once(self: Threads, layout: object, thread: str) -> str | None:
        if thread == "t1":
            raise GitFailed("broken")
        return finish(self, layout, thread)  # type: ignore[arg-type]

    monkeypatch.setattr(Threads, "finish", fails_once)
    assert world.start() == ("left t1 as it is: broken", "finished to archive t2")


def test_a_worktree_that_a_person_made_elsewhere_is_left_alone(
    world: World, place: Path, git: Git, tmp_path: Path
) -> None:
    git(place, "worktree", "add", "-q", "--detach", str(tmp_path / "mine"))
    assert world.start() == ()
    assert git(tmp_path / "mine", "status", "--porcelain") == ""
    shutil.rmtree(tmp_path / "mine")
    assert world.start() == ("removed git's directory of mine, whose files are gone",)


def test_a_file_whose_name_looks_half_made_is_not_removed_from_a_worktree(
    world: World, place: Path
) -> None:
    write(place, ".notes.partial-1")
    world.start()
    world.open("t2")
    assert (place / ".notes.partial-1").exists()


def test_a_turn_is_named_in_one_line(world: World, place: Path) -> None:
    write(place, "index.md", "x\n")
    with pytest.raises(Refused, match="cannot use this id of a turn"):
        world.ask(CommitChanges(world.key(), "x", "t\nThread-ID: other"))


def test_a_branch_is_read_from_git_s_own_file(world: World, place: Path, git: Git) -> None:
    admin = world.layout.admin("t1")
    assert worktrees.branch_in(admin) == "thread-t1"
    git(place, "checkout", "-q", "--detach")
    assert (worktrees.branch_in(admin), worktrees.is_whole(admin)) == (None, True)
    (admin / "HEAD").unlink()
    assert (worktrees.branch_in(admin), worktrees.is_whole(admin)) == (None, False)


@pytest.mark.parametrize("ending", [ArchiveThread, DeleteThread])
def test_what_git_ignores_comes_back_with_the_worktree_unless_it_is_generated(
    world: World, place: Path, git: Git, ending: type[ArchiveThread] | type[DeleteThread]
) -> None:
    write(place, ".gitignore", ".env\nlocal/\n*.log\nnode_modules\n")
    write(place, "deep/page.md")
    world.commit("ignore")
    for name in (".env", "local/a/b.txt", "deep/x.log", "node_modules/p.js", "dist/index.html"):
        write(place, name, name)
    (place / "inner").mkdir()
    git(place / "inner", "init", "-q")
    git(place / "inner", "commit", "-q", "--allow-empty", "-m", "theirs")
    before = world.files()
    world.ask(ending(world.key()))
    assert world.layout.aside("t1").is_dir()
    world.open()
    generated = {"node_modules/p.js", "dist/index.html"}
    assert world.files() == {path: before[path] for path in before.keys() - generated}
    assert not world.layout.aside("t1").exists()


def test_only_what_astro_builds_is_taken_for_it(world: World, place: Path) -> None:
    write(place, "dist/index.html")
    write(place, "public/dist/lib.js")
    assert world.ask(ReadGit(world.key())).untracked == ("public/dist/lib.js",)
    write(place, ".gitignore", "dist\n")
    world.ask(ArchiveThread(world.key()))
    world.open()
    assert (place / "public/dist/lib.js").exists()
    assert not (place / "dist").exists()


def test_an_ignored_file_that_has_a_successor_is_not_put_over_it(
    world: World, place: Path, git: Git
) -> None:
    write(place, ".gitignore", "*.log\n")
    world.commit("ignore")
    write(place, "a.log", "old\n")
    write(place, "b.log", "other\n")
    world.ask(ArchiveThread(world.key()))
    git(place.parent.parent / "project", "worktree", "add", "-q", str(place) + "-x", "thread-t1")
    elsewhere = place.with_name("t1-x")
    write(elsewhere, "a.log", "of the branch\n")
    git(elsewhere, "add", "-f", "a.log")
    git(elsewhere, "commit", "-q", "-m", "a.log")
    git(elsewhere, "worktree", "remove", "--force", str(elsewhere))
    world.open()
    assert (place / "a.log").read_text() == "of the branch\n"
    assert (place / "b.log").read_text() == "other\n"
    assert (world.layout.aside("t1") / "a.log").read_text() == "old\n"
    world.ask(DeleteThread(world.key(), branch=True))
    assert not world.layout.aside("t1").exists()
    kept = world.layout.home / ".claude/deleted"
    assert [path.read_text() for path in sorted(kept.rglob("*.log*"))] == ["old\n", "other\n"]
