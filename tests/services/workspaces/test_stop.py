"""What is uncommitted when the service stops is saved, and comes back."""

from __future__ import annotations

import shutil
from pathlib import Path

from services.messages import CommitChanges, OpenWorkspace, ReadGit, ThreadKey
from tests.services.workspaces.conftest import Git, Serving

WIP = "refs/nurseryd/wip/t1"


async def test_unfinished_work_is_saved_without_touching_anything_else(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
        _edit(workspace.root)
        (workspace.root / "node_modules").symlink_to("/tmp")
        before = git(workspace.root, "status", "--porcelain")
        index = workspace.project / ".git/worktrees/t1/index"
        staged = index.read_bytes()
    assert index.read_bytes() == staged
    assert git(workspace.root, "status", "--porcelain") == before
    assert git(workspace.root, "rev-parse", "thread-t1") == workspace.head
    assert git(workspace.root, "rev-parse", f"{WIP}^") == workspace.head
    changed = git(workspace.root, "diff", "--name-status", "thread-t1", WIP)
    assert changed.splitlines() == ["M\tindex.md", "A\tnew/page.md", "D\told.md"]
    assert "Thread-ID: t1" in git(workspace.root, "log", "-1", "--format=%B", WIP)
    assert git(workspace.project, "branch", "--list", "--all", "*wip*") == ""
    git(workspace.project, "fsck", "--strict")


async def test_a_later_life_saves_worktrees_that_nobody_opened_in_it(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
    _edit(workspace.root)
    async with serving():
        pass
    assert git(workspace.root, "rev-parse", f"{WIP}^") == workspace.head


async def test_a_clean_worktree_is_not_saved(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
    assert git(workspace.project, "for-each-ref", "refs/nurseryd") == ""


async def test_saved_work_comes_back_uncommitted_when_the_worktree_is_lost(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
        _edit(workspace.root)
        before = git(workspace.root, "status", "--porcelain")
    shutil.rmtree(workspace.root)
    async with serving() as service:
        again = await service.ask(OpenWorkspace(key))
        assert git(again.root, "status", "--porcelain") == before
        assert again.head == workspace.head
        commit = await service.ask(CommitChanges(key, "finish", "turn1"))
        assert git(again.project, "for-each-ref", "refs/nurseryd") == ""
    assert commit is not None
    assert commit.files == ("index.md", "new/page.md", "old.md")


async def test_work_saved_on_top_of_an_older_commit_comes_back_on_top_of_the_newest(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
        _edit(workspace.root)
    before = git(workspace.root, "status", "--porcelain")
    _commit_beside(git, workspace.project, "other.md", "other\n")
    shutil.rmtree(workspace.root)
    async with serving() as service:
        again = await service.ask(OpenWorkspace(key))
    assert git(again.root, "status", "--porcelain") == before
    assert (again.root / "other.md").read_text() == "other\n"


async def test_saved_work_that_does_not_fit_the_newest_commit_is_kept_and_told(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
        _edit(workspace.root)
    saved = git(workspace.project, "rev-parse", WIP)
    _commit_beside(git, workspace.project, "index.md", "quite another\n")
    shutil.rmtree(workspace.root)
    async with serving() as service:
        again = await service.ask(OpenWorkspace(key))
        state = await service.ask(ReadGit(key))
    assert (again.root / "index.md").read_text() == "quite another\n"
    assert (state.clean, state.kept) == (True, (saved,))
    assert git(again.root, "show", f"{saved}:index.md") == "unfinished"


async def test_work_that_was_thrown_away_does_not_come_back(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
        _edit(workspace.root)
    git(workspace.root, "reset", "-q", "--hard")
    git(workspace.root, "clean", "-qfd")
    async with serving():
        pass
    assert git(workspace.project, "for-each-ref", "refs/nurseryd") == ""


async def test_a_worktree_that_cannot_be_saved_does_not_keep_others_from_it(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    other = ThreadKey("acme", "eve", "t1")
    async with serving() as service:
        broken = await service.ask(OpenWorkspace(key, str(remote)))
        whole = await service.ask(OpenWorkspace(other, str(remote)))
        _edit(broken.root)
        _edit(whole.root)
        (broken.project / ".git/HEAD").write_text("nonsense")
    assert git(whole.root, "rev-parse", f"{WIP}^") == whole.head


def _commit_beside(git: Git, project: Path, name: str, text: str) -> None:
    """Let the thread's branch move while nobody has it checked out, as another machine would."""
    place = project.parent / "elsewhere"
    git(project, "worktree", "add", "-q", "--detach", str(place), "thread-t1")
    (place / name).write_text(text)
    git(place, "add", ".")
    git(place, "commit", "-q", "-m", "elsewhere")
    git(project, "update-ref", "refs/heads/thread-t1", git(place, "rev-parse", "HEAD"))
    git(project, "worktree", "remove", "--force", str(place))


def _edit(root: Path) -> None:
    (root / "index.md").write_text("unfinished\n")
    (root / "old.md").unlink()
    (root / "new").mkdir()
    (root / "new/page.md").write_text("new\n")
