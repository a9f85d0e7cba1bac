"""Reading and committing what a turn changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from services.messages import (
    CommitChanges,
    GitState,
    OpenWorkspace,
    ReadGit,
    SaveChanges,
    ThreadKey,
)
from services.workspaces.git import commits
from supervisor.desk import Refused
from tests.services.workspaces.conftest import Git, Serving


async def test_a_turn_is_one_commit_of_all_that_changed(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("changed\n")
        (opened.root / "old.md").unlink()
        (opened.root / "deep").mkdir()
        (opened.root / "deep/ünï code.md").write_text("new\n")
        commit = await service.ask(CommitChanges(key, "Change things", "turn1"))
    assert commit is not None
    assert commit.files == ("deep/ünï code.md", "index.md", "old.md")
    assert git(opened.root, "rev-parse", "thread-t1") == commit.hash
    assert git(opened.root, "rev-parse", "thread-t1^") == opened.head
    assert git(opened.root, "status", "--porcelain") == ""
    assert git(opened.project, "status", "--porcelain") == ""
    git(opened.project, "fsck", "--strict")


@pytest.mark.parametrize(
    "message",
    [
        'He said "it\'s" `rm -rf /` $(touch /tmp/x) ${HOME} \\n; && || > < | *',
        "first line\n\nsecond paragraph\n- with 'quotes'",
        "Grüße, 世界 🎉",
        "-m --amend",
        "# not a comment",
    ],
)
async def test_a_message_arrives_in_git_letter_by_letter(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, message: str
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text(message)
        await service.ask(CommitChanges(key, message, "turn1"))
    body = git(opened.root, "log", "-1", "--format=%B")
    assert body.rstrip("\n") == f"{message}\n\nThread-ID: t1\nTurn-ID: turn1"
    trailers = git(opened.root, "log", "-1", "--format=%(trailers:key=Turn-ID,valueonly)")
    assert trailers.strip() == "turn1"


async def test_a_message_that_git_would_cut_off_is_refused(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("x")
        with pytest.raises(Refused, match="NUL"):
            await service.ask(CommitChanges(key, "be\0fore", "turn1"))
    assert git(opened.root, "status", "--porcelain") == " M index.md"


async def test_nothing_changed_is_no_commit(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").touch()
        (opened.root / "node_modules").symlink_to("/tmp")
        (opened.root / "dist").mkdir()
        (opened.root / "dist/index.html").write_text("built")
        assert await service.ask(CommitChanges(key, "nothing", "turn1")) is None
    assert git(opened.root, "rev-parse", "HEAD") == opened.head
    assert git(opened.root, "status", "--porcelain") == ""


async def test_the_state_agrees_with_git_and_reading_it_writes_nothing(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("changed\n")
        (opened.root / "old.md").unlink()
        (opened.root / "new.md").write_text("new\n")
        (opened.root / "staged.md").write_text("staged\n")
        git(opened.root, "add", "staged.md")
        before = _files(opened.project / ".git")
        state = await service.ask(ReadGit(key))
        assert _files(opened.project / ".git") == before
    assert state == GitState(
        head=opened.head,
        default="trunk",
        can_push=True,
        branch="thread-t1",
        branches=("thread-t1", "trunk"),
        added=("staged.md",),
        modified=("index.md",),
        deleted=("old.md",),
        untracked=("new.md",),
    )
    lines = git(opened.root, "status", "--porcelain").splitlines()
    assert sorted(lines) == [" D old.md", " M index.md", "?? new.md", "A  staged.md"]


async def test_what_is_staged_after_a_commit_is_seen(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("committed\n")
        await service.ask(CommitChanges(key, "first"))
        assert (await service.ask(ReadGit(key))).clean
        (opened.root / "new.md").write_text("staged\n")
        git(opened.root, "add", "new.md")
        git(opened.root, "rm", "-q", "--cached", "old.md")
        state = await service.ask(ReadGit(key))
        assert (state.added, state.deleted) == (("new.md",), ("old.md",))
        git(opened.root, "reset", "-q")
        state = await service.ask(ReadGit(key))
        assert (state.added, state.untracked) == ((), ("new.md",))
        git(opened.root, "read-tree", "HEAD~1")  # another commit's tree, whole
        assert (await service.ask(ReadGit(key))).modified == ("index.md",)


async def test_a_commit_that_somebody_else_makes_meanwhile_is_not_lost(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        theirs = git(opened.project, "commit-tree", "-p", "trunk", "-m", "x", "trunk^{tree}")
        make = commits.loose_commit

        def overtaken(*arguments: Any) -> object:
            git(opened.project, "update-ref", "refs/heads/thread-t1", theirs)
            return make(*arguments)

        monkeypatch.setattr(commits, "loose_commit", overtaken)
        (opened.root / "index.md").write_text("ours\n")
        with pytest.raises(Refused, match="cannot use the workspace"):
            await service.ask(CommitChanges(key, "ours"))
    assert git(opened.project, "rev-parse", "thread-t1") == theirs
    assert (opened.root / "index.md").read_text() == "ours\n"


async def test_a_worktree_on_no_branch_is_not_committed(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        git(opened.root, "checkout", "-q", "--detach")
        (opened.root / "index.md").write_text("x")
        with pytest.raises(Refused, match="on no branch"):
            await service.ask(CommitChanges(key, "lost", "turn1"))


async def test_a_vanished_worktree_is_not_committed_as_a_deletion_of_everything(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        opened.root.rename(opened.root.with_name("elsewhere"))
        with pytest.raises(Refused, match="open it first"):
            await service.ask(CommitChanges(key, "gone", "turn1"))
    assert git(opened.project, "rev-parse", "thread-t1") == opened.head


def _files(git_directory: Path) -> dict[Path, tuple[int, bytes]]:
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in git_directory.rglob("*")
        if path.is_file()
    }


async def test_named_files_and_directories_are_committed_alone(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        _edit_all(opened.root)
        (opened.root / "staged.md").write_text("staged by hand\n")
        git(opened.root, "add", "staged.md")
        made = await service.ask(CommitChanges(key, "some", paths=("index.md", "old.md", "pages")))
    assert made is not None
    assert made.files == ("index.md", "old.md", "pages/a.md", "pages/b.md")
    assert git(opened.root, "status", "--porcelain").splitlines() == ["?? other.md", "?? staged.md"]
    assert git(opened.root, "show", "HEAD:index.md") == "changed"


async def test_what_was_saved_of_other_files_outlives_a_commit_of_some(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        _edit_all(opened.root)
        await service.ask(SaveChanges(key))
        await service.ask(CommitChanges(key, "some", paths=("index.md",)))
        shutil.rmtree(opened.root)
        again = await service.ask(OpenWorkspace(key))
    assert git(again.root, "status", "--porcelain").splitlines() == [
        " D old.md",
        "?? other.md",
        "?? pages/",
    ]


async def test_a_file_that_became_a_directory_is_committed_as_one(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "old.md").unlink()
        (opened.root / "old.md").mkdir()
        (opened.root / "old.md/new.md").write_text("x")
        made = await service.ask(CommitChanges(key, "some", paths=("old.md",)))
        assert made is not None
        assert made.files == ("old.md", "old.md/new.md")
        shutil.rmtree(opened.root / "old.md")
        (opened.root / "old.md").write_text("a file again\n")
        made = await service.ask(CommitChanges(key, "back", paths=("old.md",)))
    assert made is not None
    assert made.files == ("old.md", "old.md/new.md")
    assert git(opened.root, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("missing.md", "^cannot commit: there is nothing at missing.md"),
        ("away/secret.md", "^cannot commit: away/secret.md is behind a symbolic link"),
        ("dist", "^cannot commit: dist is ignored"),
        ("../index.md", "cannot use this path"),
        (".git/config", "cannot use this path"),
    ],
)
async def test_a_path_that_cannot_be_meant_is_refused_and_nothing_is_committed(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, tmp_path: Path, path: str, why: str
) -> None:
    (tmp_path / "secret.md").write_text("secret")
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "index.md").write_text("changed\n")
        (opened.root / "away").symlink_to(tmp_path)
        (opened.root / "dist").write_text("built")
        with pytest.raises(Refused, match=why):
            await service.ask(CommitChanges(key, "some", paths=("index.md", path)))
    assert git(opened.root, "rev-parse", "HEAD") == opened.head
    assert git(opened.root, "status", "--porcelain").splitlines() == [" M index.md", "?? away"]


def _edit_all(root: Path) -> None:
    (root / "index.md").write_text("changed\n")
    (root / "old.md").unlink()
    (root / "other.md").write_text("other\n")
    (root / "pages").mkdir()
    (root / "pages/a.md").write_text("a\n")
    (root / "pages/b.md").write_text("b\n")
