"""Making and opening workspaces."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import trio

from services.messages import FindWorkspace, OpenWorkspace, ReadGit, ThreadKey
from services.workspaces import projects
from services.workspaces.lanes import Line
from supervisor.desk import NotFound, Refused, Request
from tests.services.workspaces.conftest import Git, Serving, no_credentials
from tests.services.workspaces.world import World


@pytest.mark.parametrize("address", [None, ""])
async def test_without_an_address_a_site_starts_from_the_starter(
    serving: Serving, key: ThreadKey, git: Git, root: Path, address: str | None
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, address))
    assert workspace.root == root / "acme/bob/threads/t1"
    assert workspace.project == root / "acme/bob/project"
    assert workspace.history == root / "acme/bob/.claude/threads/t1.jsonl"
    assert workspace.branch == "thread-t1"
    assert not workspace.resumed
    assert (workspace.root / "package.json").is_file()
    assert git(workspace.project, "branch", "--show-current") == "main"
    assert git(workspace.root, "branch", "--show-current") == "thread-t1"
    assert git(workspace.root, "rev-parse", "HEAD") == workspace.head
    assert git(workspace.root, "log", "--format=%an <%ae>") == "nurseryd <nurseryd@localhost>"
    assert git(workspace.root, "status", "--porcelain") == ""
    assert git(workspace.project, "status", "--porcelain") == ""
    git(workspace.project, "fsck", "--strict")


async def test_a_clone_keeps_the_default_branch_of_its_remote(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, f"file://{remote}"))
    assert git(workspace.project, "branch", "--show-current") == "trunk"
    assert git(workspace.project, "remote", "get-url", "origin") == f"file://{remote}"
    assert workspace.head == git(remote, "rev-parse", "trunk")
    assert (workspace.root / "index.md").read_text() == "hello\n"
    git(workspace.project, "fsck", "--strict")


async def test_a_large_clone_that_git_packs_in_threads_of_its_own_comes_through(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    for number in range(200):
        (site / f"page{number}.md").write_text(f"page {number}\n" * 20)
    git(site, "add", ".")
    git(site, "commit", "-q", "-m", "large")
    git(site, "push", "-q", str(remote), "trunk")
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, f"file://{remote}"))
    assert (workspace.root / "page199.md").exists()


async def test_a_thread_known_to_the_remote_starts_there(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, tmp_path: Path
) -> None:
    git(tmp_path / "site", "checkout", "-q", "-b", "thread-t1")
    git(tmp_path / "site", "commit", "-q", "--allow-empty", "-m", "elsewhere")
    git(tmp_path / "site", "push", "-q", str(remote), "thread-t1")
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
    assert git(workspace.root, "log", "-1", "--format=%s") == "elsewhere"


@pytest.mark.parametrize("scheme", ["", "file://"])
async def test_an_empty_remote_gets_the_starter_site_and_stays_the_origin(
    serving: Serving, key: ThreadKey, git: Git, tmp_path: Path, scheme: str
) -> None:
    git(tmp_path, "init", "-q", "--bare", "-b", "whatever", "empty.git")
    url = f"{scheme}{tmp_path / 'empty.git'}"
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
    assert (workspace.root / "package.json").is_file()
    assert git(workspace.project, "branch", "--show-current") == "main"
    assert git(workspace.project, "remote", "get-url", "origin") == url


async def test_a_remote_whose_head_names_no_branch_is_cloned_all_the_same(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    git(remote, "symbolic-ref", "HEAD", "refs/heads/gone")
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, str(remote)))
    assert git(workspace.project, "branch", "--show-current") == "trunk"
    assert (workspace.project / "index.md").read_text() == "hello\n"


async def test_opening_again_changes_nothing_and_says_resumed(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        first = await service.ask(OpenWorkspace(key, str(remote)))
        (first.root / "index.md").write_text("edited\n")
        second = await service.ask(OpenWorkspace(key, f"{remote}/"))
        third = await service.ask(OpenWorkspace(key))
    assert second.resumed
    assert third == second
    assert second.head == first.head
    assert git(first.root, "status", "--porcelain") == " M index.md"
    assert git(first.project, "worktree", "list").count("\n") == 1


async def test_two_threads_edit_side_by_side(
    serving: Serving, key: ThreadKey, git: Git, remote: Path
) -> None:
    async with serving() as service:
        one = await service.ask(OpenWorkspace(key, str(remote)))
        two = await service.ask(OpenWorkspace(ThreadKey("acme", "bob", "t2")))
        (one.root / "index.md").write_text("one\n")
        state = await service.ask(ReadGit(two.key))
    assert (two.root / "index.md").read_text() == "hello\n"
    assert state.clean
    assert state.branches == ("thread-t1", "thread-t2", "trunk")
    assert git(two.root, "status", "--porcelain") == ""


async def test_another_address_for_the_same_user_is_refused(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    async with serving() as service:
        await service.ask(OpenWorkspace(key, str(remote)))
        with pytest.raises(Refused, match="was made from"):
            await service.ask(OpenWorkspace(key, "https://example.com/other.git"))


async def test_an_address_with_a_credential_is_never_repeated(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    async with serving() as service:
        await service.ask(OpenWorkspace(key, str(remote)))
        with pytest.raises(Refused, match="contains a credential") as refusal:
            await service.ask(OpenWorkspace(key, "https://bob:s3cret@example.com/other.git"))
    assert "s3cret" not in str(refusal.value)


async def test_an_address_for_a_site_that_started_here_is_refused(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    async with serving() as service:
        await service.ask(OpenWorkspace(key))
        with pytest.raises(Refused, match="from no repository"):
            await service.ask(OpenWorkspace(key, str(remote)))


async def test_a_remote_that_cannot_be_reached_is_refused_and_leaves_nothing(
    serving: Serving, key: ThreadKey, root: Path
) -> None:
    async with serving() as service:
        with pytest.raises(Refused, match="refused"):
            await service.ask(OpenWorkspace(key, "https://127.0.0.1:9/site.git"))
        assert not (root / "acme/bob").exists()
        with pytest.raises(Refused, match="no such directory"):
            await service.ask(OpenWorkspace(key, "/no/such/place"))
        assert not (root / "acme/bob").exists()
        assert not (await service.ask(OpenWorkspace(key))).resumed


async def test_the_metadata_remember_the_address_and_the_first_moment(
    serving: Serving, key: ThreadKey, remote: Path, root: Path
) -> None:
    path = root / "acme/bob/metadata.json"
    async with serving() as service:
        await service.ask(OpenWorkspace(key, str(remote)))
        first = json.loads(path.read_text())
        await service.ask(OpenWorkspace(key))
        second = json.loads(path.read_text())
        path.unlink()
        await service.ask(OpenWorkspace(key))
    assert first.keys() == {"created", "repoUrl", "lastAccessed"}
    assert first["repoUrl"] == second["repoUrl"] == str(remote)
    assert first["created"] == second["created"] <= second["lastAccessed"]
    assert json.loads(path.read_text())["repoUrl"] == str(remote)


@pytest.mark.parametrize("request_type", [FindWorkspace, ReadGit])
async def test_a_thread_that_was_never_opened_is_not_found_and_not_made(
    serving: Serving, key: ThreadKey, root: Path, request_type: type[Request[object]]
) -> None:
    async with serving() as service:
        with pytest.raises(NotFound, match="open it first"):
            await service.ask(request_type(key))  # type: ignore[call-arg]
    assert not (root / "acme").exists()


async def test_finding_says_what_opening_said(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    async with serving() as service:
        await service.ask(OpenWorkspace(key, str(remote)))
        again = await service.ask(OpenWorkspace(key))
        assert await service.ask(FindWorkspace(key)) == again


async def test_requests_of_one_user_at_the_same_moment_make_one_project(
    serving: Serving, key: ThreadKey, git: Git
) -> None:
    keys = [ThreadKey("acme", "bob", f"t{number}") for number in range(5)]
    async with serving() as service, trio.open_nursery() as nursery:
        for each in (*keys, *keys):
            nursery.start_soon(service.ask, OpenWorkspace(each))
    project = service.root / "acme/bob/project"
    assert git(project, "rev-list", "--count", "--all") == "1"
    assert git(project, "worktree", "list").count("\n") == 5


def test_a_request_in_the_moment_of_another_one_s_first_project_is_in_nobody_s_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, other = os.fsync, OpenWorkspace(ThreadKey("acme", "bob", "t2"))

    def while_others_ask(file: int) -> None:
        fsync(file)
        projects.exists(world.settings, other)

    line = Line(lambda: None, lambda _done, _total, _bytes: None)
    monkeypatch.setattr(os, "fsync", while_others_ask)
    projects.make(world.settings, OpenWorkspace(world.key(), empty=True), no_credentials(), line)
    assert world.layout.metadata.exists()
