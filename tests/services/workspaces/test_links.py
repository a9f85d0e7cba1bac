"""A symbolic link in a worktree leads git nowhere outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.messages import (
    CommitChanges,
    DropChanges,
    ListThreads,
    OpenWorkspace,
    ReadDiff,
    ReadGit,
    SwitchBranch,
    ThreadKey,
    Workspace,
)
from supervisor.desk import Refused
from tests.services.workspaces.conftest import Git, Service, Serving


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A directory that is nobody's site, with a file of the name that a branch has."""
    place = tmp_path / "outside"
    place.mkdir()
    (place / "page.md").write_text("mine\n")
    return place


async def test_files_of_a_branch_are_not_written_through_a_link(
    serving: Serving, key: ThreadKey, outside: Path, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        await _make_pages(service, opened)
        (opened.root / "assets").symlink_to(outside)
        switched = await service.ask(SwitchBranch(key, "pages"))
        assert (opened.root / "assets/page.md").read_text() == "the site's\n"
        assert not (opened.root / "assets").is_symlink()
        back = await service.ask(SwitchBranch(key, "thread-t1"))
    assert switched.saved == back.restored
    assert (opened.root / "assets").readlink() == outside
    assert (outside / "page.md").read_text() == "mine\n"


async def test_an_ignored_link_in_the_place_of_a_directory_is_in_the_way(
    serving: Serving, key: ThreadKey, outside: Path, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        await _make_pages(service, opened)
        (opened.project / ".git/info/exclude").write_text("assets\n")
        (opened.root / "assets").symlink_to(outside)
        with pytest.raises(Refused, match="ignored"):
            await service.ask(SwitchBranch(key, "pages"))
        assert (await service.ask(ReadGit(key))).branch == "thread-t1"
    assert (opened.root / "assets").readlink() == outside
    assert (outside / "page.md").read_text() == "mine\n"


async def test_what_lies_behind_a_link_is_neither_shown_nor_removed(
    serving: Serving, key: ThreadKey, git: Git, outside: Path, remote: Path
) -> None:
    async with serving() as service:
        opened = await service.ask(OpenWorkspace(key, str(remote)))
        (opened.root / "away").symlink_to(outside)
        diff = await service.ask(ReadDiff(key, paths=("away/page.md", "away")))
        assert [(file.path, file.change) for file in diff.files] == [("away", "added")]
        assert "mine" not in diff.unified
        await service.ask(DropChanges(key))
    assert not (opened.root / "away").is_symlink()
    assert (outside / "page.md").read_text() == "mine\n"


async def test_threads_behind_a_link_are_not_listed(
    serving: Serving, key: ThreadKey, remote: Path, root: Path
) -> None:
    async with serving() as service:
        await service.ask(OpenWorkspace(key, str(remote)))
        assert len(await service.ask(ListThreads("acme", "bob"))) == 1
        (root / "acme/eve").symlink_to(root / "acme/bob")
        assert await service.ask(ListThreads("acme", "eve")) == ()


async def _make_pages(service: Service, opened: Workspace) -> None:
    """A branch `pages` with a file in a directory, and the thread back on its own branch."""
    await service.ask(SwitchBranch(opened.key, "pages", create=True))
    (opened.root / "assets").mkdir()
    (opened.root / "assets/page.md").write_text("the site's\n")
    await service.ask(CommitChanges(opened.key, "pages"))
    await service.ask(SwitchBranch(opened.key, opened.branch))
