"""What a crash, an enclosing repository or a hostile file system does not do to a workspace."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pygit2
import pytest
import trio

from services.messages import CommitChanges, OpenWorkspace, ReadGit, ThreadKey
from services.workspaces import projects
from services.workspaces.editing import Editing
from services.workspaces.git import repository
from services.workspaces.git.repository import Author, GitFailed, loose_commit
from services.workspaces.lanes import Abandoned, Line
from supervisor.desk import Gone, Refused
from tests.services.workspaces.conftest import Git, Service, Serving, no_credentials, settings


async def test_what_a_killed_clone_left_is_removed_and_the_clone_done_again(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, root: Path
) -> None:
    leftover = root / "acme/bob/project.partial-0123abcd"
    leftover.mkdir(parents=True)
    git(leftover, "init", "-q")
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
    assert not leftover.exists()
    assert (workspace.root / "index.md").read_text() == "hello\n"


async def test_what_a_killed_first_clone_left_is_gone_after_the_next_start(
    serving: Serving, root: Path, git: Git
) -> None:
    leftover = root / "acme/bob/project.partial-0123abcd"
    leftover.mkdir(parents=True)
    git(leftover, "init", "-q")
    async with serving():
        assert not leftover.exists()


async def test_a_file_that_only_a_killed_commit_knew_is_no_change(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
        (workspace.root / "new.md").write_text("new")
        git(workspace.root, "add", ".")  # all that it had done when it was killed
        (workspace.root / "new.md").unlink()
        assert (await service.ask(ReadGit(key))).clean


@pytest.mark.parametrize("shell", ["empty", "no commit"])
async def test_a_project_that_is_only_a_shell_is_made_again(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, root: Path, shell: str
) -> None:
    project = root / "acme/bob/project"
    project.mkdir(parents=True)
    if shell == "no commit":
        git(project, "init", "-q")
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
    assert (workspace.root / "index.md").read_text() == "hello\n"


async def test_a_foreign_directory_in_the_place_of_a_project_is_left_alone(
    serving: Serving, key: ThreadKey, root: Path
) -> None:
    project = root / "acme/bob/project"
    project.mkdir(parents=True)
    (project / "precious.txt").write_text("mine")
    async with serving() as service:
        with pytest.raises(Refused, match="cannot use the workspace"):
            await service.ask(OpenWorkspace(key))
    assert (project / "precious.txt").read_text() == "mine"


async def test_a_half_made_worktree_is_made_again(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        first = await service.ask(OpenWorkspace(key, str(remote)))
        # As if killed between git's worktree and the renaming of its directory into place.
        draft = first.root.with_name(".partial-0123abcd")
        first.root.rename(draft)
        (draft / "index.md").unlink()
        again = await service.ask(OpenWorkspace(key))
    assert not again.resumed
    assert not draft.exists()
    assert git(again.root, "status", "--porcelain") == ""
    assert git(again.project, "worktree", "list").count("\n") == 1


async def test_a_vanished_worktree_is_made_again_at_the_head_of_its_branch(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        first = await service.ask(OpenWorkspace(key, str(remote)))
        (first.root / "index.md").write_text("changed\n")
        await service.ask(CommitChanges(key, "change", "turn1"))
        shutil.rmtree(first.root)
        again = await service.ask(OpenWorkspace(key))
    assert not again.resumed
    assert (again.root / "index.md").read_text() == "changed\n"
    assert git(again.root, "status", "--porcelain") == ""


async def test_a_worktree_that_git_forgot_keeps_its_files(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        first = await service.ask(OpenWorkspace(key, str(remote)))
        (first.root / "index.md").write_text("unsaved\n")
        shutil.rmtree(first.project / ".git/worktrees/t1")
        again = await service.ask(OpenWorkspace(key))
        assert again.resumed
        assert (await service.ask(ReadGit(key))).modified == ("index.md",)
    assert git(again.root, "status", "--porcelain") == " M index.md"


async def test_a_volume_may_move(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, root: Path, tmp_path: Path
) -> None:
    async with serving() as service:
        first = await service.ask(OpenWorkspace(key, str(remote)))
        (first.root / "index.md").write_text("unsaved\n")
    _move(root, tmp_path / "moved")
    async with serving() as service:
        again = await service.ask(OpenWorkspace(key))
    assert again.root == tmp_path / "moved/acme/bob/threads/t1"
    os.unlink(root)
    assert git(again.root, "status", "--porcelain") == " M index.md"


async def test_an_enclosing_repository_is_never_touched(
    serving: Serving, key: ThreadKey, git: Git, root: Path
) -> None:
    outer = root.parent
    git(outer, "init", "-q", "-b", "main")
    git(outer, "commit", "-q", "--allow-empty", "-m", "outer")
    before = _names(outer / ".git"), (outer / ".git/config").read_text()
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key))
        (workspace.root / "new.md").write_text("x")
        await service.ask(CommitChanges(key, "inner", "turn1"))
        # Whatever git then says: it must not look further up for a repository.
        _empty(workspace.project / ".git")
        with pytest.raises(Refused, match="not found"):
            await service.ask(CommitChanges(key, "astray", "turn2"))
        with pytest.raises(Refused, match="not found"):
            await service.ask(OpenWorkspace(ThreadKey("acme", "bob", "t2")))
    assert (_names(outer / ".git"), (outer / ".git/config").read_text()) == before
    assert git(outer, "log", "--all", "--format=%s") == "outer"


async def test_nobody_s_git_configuration_is_read_or_written(
    serving: Serving,
    key: ThreadKey,
    git: Git,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ignore = tmp_path / "ignore"
    ignore.write_text("*.md\n")
    config = tmp_path / "home/.gitconfig"
    config.parent.mkdir()
    config.write_text(f"[user]\n\tname = Somebody Else\n[core]\n\texcludesfile = {ignore}\n")
    before = config.read_text()
    monkeypatch.setenv("HOME", str(config.parent))
    repository.pygit2.settings.search_path[repository.ConfigLevel.GLOBAL] = str(config.parent)
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key))
        (workspace.root / "new.md").write_text("x")
        assert await service.ask(CommitChanges(key, "x", "turn1")) is not None
    assert config.read_text() == before
    assert git(workspace.root, "log", "-1", "--format=%an") == "nurseryd"
    assert "user" not in (workspace.project / ".git/config").read_text()


async def test_a_lock_left_by_a_crash_is_removed_when_the_service_starts(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
    locks = [
        workspace.project / ".git/index.lock",
        workspace.project / ".git/worktrees/t1/index.lock",
        workspace.project / ".git/refs/heads/thread-t1.lock",
    ]
    for lock in locks:
        lock.touch()
    async with serving() as service:
        (workspace.root / "index.md").write_text("x")
        assert await service.ask(CommitChanges(key, "x", "turn1")) is not None
    assert not any(lock.exists() for lock in locks)


async def test_what_a_killed_transfer_had_half_written_is_removed_when_the_service_starts(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
    objects = workspace.project / ".git/objects"
    torn = [objects / name for name in ("pack/pack_git2_4eaca4068bfcb079", "tmp_object_git2_0")]
    for path in torn:
        path.write_bytes(b"PACK")
    async with serving():
        pass
    assert not any(path.exists() for path in torn)
    git(workspace.project, "fsck", "--strict")


async def test_a_repository_that_git_cannot_use_is_a_refusal_and_others_go_on(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    other = ThreadKey("acme", "eve", "t1")
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
        (workspace.root / "index.md").write_text("x")
        (workspace.project / ".git/worktrees/t1/index.lock").touch()
        with pytest.raises(Refused, match="locked"):
            await service.ask(CommitChanges(key, "x", "turn1"))
        assert await service.ask(OpenWorkspace(other, str(remote)))


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "free some space on the volume"),
        (OSError(errno.EROFS, os.strerror(errno.EROFS)), "mount the volume"),
        (GitFailed("'/w' is not owned by current user"), "give it to the user"),
    ],
)
async def test_what_is_wrong_with_the_disk_is_told_with_what_to_do(
    serving: Serving,
    key: ThreadKey,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    advice: str,
) -> None:
    def fail(_editing: Editing, _request: ReadGit) -> None:
        raise error

    monkeypatch.setattr(Editing, "state", fail)
    async with serving() as service:
        with pytest.raises(Refused, match=advice):
            await service.ask(ReadGit(key))


def test_a_commit_that_a_full_disk_did_not_take_is_none() -> None:
    class Full:
        def create_commit(self, *_: object) -> str:
            return "c" * 40

        def __contains__(self, _commit: object) -> bool:
            return False

    repo: Any = Full()
    with pytest.raises(GitFailed, match="No space left"):
        loose_commit(
            repo, Author("nurseryd", "nurseryd@localhost"), "x", pygit2.Oid(hex="0" * 40), []
        )


@pytest.mark.parametrize(
    "place", ["", "project", "threads", "threads/t1", ".claude", ".claude/threads/t1.jsonl"]
)
async def test_a_symbolic_link_to_elsewhere_is_refused(
    serving: Serving, key: ThreadKey, remote: Path, root: Path, place: str
) -> None:
    async with serving() as service:
        await service.ask(OpenWorkspace(key, str(remote)))
        path = root / "acme/bob" / place
        elsewhere = root.parent / "elsewhere"
        if path.exists():
            path.rename(elsewhere)
        path.symlink_to(elsewhere)
        with pytest.raises(Refused, match="symbolic link"):
            await service.ask(OpenWorkspace(key))
        with pytest.raises(Refused, match="symbolic link"):
            await service.ask(CommitChanges(key, "x", "turn1"))


@pytest.mark.parametrize("place", ["project", "threads/t1", ".claude"])
async def test_a_symbolic_link_to_itself_is_refused_and_ends_no_start(
    serving: Serving, key: ThreadKey, root: Path, place: str
) -> None:
    path = root / "acme/bob" / place
    path.parent.mkdir(parents=True)
    path.symlink_to(path)
    async with serving() as service:
        with pytest.raises(Refused, match="symbolic link"):
            await service.ask(OpenWorkspace(key))
        await service.ask(OpenWorkspace(ThreadKey("acme", "eve", "t1")))


async def test_a_worktree_s_own_git_file_cannot_lead_a_commit_elsewhere(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "site"
    head = git(victim, "rev-parse", "HEAD")
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
        (workspace.root / ".git").write_text(f"gitdir: {victim / '.git'}\n")
        (workspace.root / "index.md").write_text("x")
        assert await service.ask(CommitChanges(key, "x", "turn1")) is not None
        await service.ask(OpenWorkspace(key))
    assert git(victim, "rev-parse", "HEAD") == head
    assert git(workspace.root, "log", "-1", "--format=%s") == "x"


async def test_a_silent_remote_does_not_hold_up_a_stop(
    serving: Serving, key: ThreadKey, root: Path
) -> None:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]
    dialled = trio.Event()

    async def stay_silent(stream: trio.SocketStream) -> None:
        async with stream:
            await stream.receive_some()
            dialled.set()
            await trio.sleep_forever()

    async def clone(service: Service) -> None:
        with pytest.raises(Gone):
            await service.ask(OpenWorkspace(key, f"https://127.0.0.1:{port}/site.git"))

    async with trio.open_nursery() as remote:
        remote.start_soon(trio.serve_listeners, stay_silent, listeners)
        with trio.fail_after(15):  # half of what a silent remote has
            async with serving() as service, trio.open_nursery() as asking:
                asking.start_soon(clone, service)
                await dialled.wait()
                service.harness.stopping.set()
        remote.cancel_scope.cancel()
    assert not (root / "acme/bob/project").exists()
    async with serving() as service:
        assert not (await service.ask(OpenWorkspace(key))).resumed


def test_a_clone_that_nobody_waits_for_any_more_is_not_put_in_place(
    root: Path, key: ThreadKey, remote: Path
) -> None:
    def check() -> None:
        raise Abandoned

    root.mkdir()
    line = Line(check, lambda _done, _total, _size: None)
    for url in (str(remote), f"file://{remote}"):
        with pytest.raises(Abandoned):
            projects.make(settings(root), OpenWorkspace(key, url), no_credentials(), line)
    assert list((root / "acme/bob").iterdir()) == []


def _names(directory: Path) -> set[str]:
    return {os.path.join(place, name) for place, _, names in os.walk(directory) for name in names}


def _move(path: Path, target: Path) -> None:
    path.rename(target)
    path.symlink_to(target)


def _empty(git_directory: Path) -> None:
    shutil.rmtree(git_directory)
    (git_directory / "worktrees/t1").mkdir(parents=True)
    (git_directory / "worktrees/t1/HEAD").write_text("ref: refs/heads/thread-t1\n")
