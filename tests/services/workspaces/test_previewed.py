"""Finding the thread that a preview is of, and the folder of its site."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.messages import (
    SCRATCH,
    ArchiveThread,
    FindPreviewed,
    OpenWorkspace,
    RenameThread,
    ThreadKey,
    Workspace,
)
from supervisor.desk import Invalid, NotFound
from tests.services.workspaces.conftest import Elsewhere, Git, Service, Serving

OTHER = ThreadKey("zoo", "zed", "t1")
MORE = ThreadKey("acme", "bob", "t2")


@pytest.fixture
def monorepo(elsewhere: Elsewhere, git: Git) -> None:
    """The remote has a folder apps/web, a link that leads out, and one that leads to itself."""
    (elsewhere.site / "apps" / "web").mkdir(parents=True)
    (elsewhere.site / "out").symlink_to("/etc")
    (elsewhere.site / "round").symlink_to("round")
    elsewhere.push("trunk", "apps/web/index.md", "hello")


async def opened(service: Service, *keys: ThreadKey) -> list[Workspace]:
    return [await service.ask(OpenWorkspace(key, empty=True)) for key in keys]


async def test_a_preview_tells_its_thread_of_any_user(serving: Serving, key: ThreadKey) -> None:
    async with serving() as service:
        first, second, third = await opened(service, key, MORE, OTHER)
        for workspace in (first, second, third):
            for preview_id in (workspace.key.preview_id, workspace.key.built_id):
                found = await service.ask(FindPreviewed(preview_id))
                assert (found.key, found.root, found.head) == (
                    workspace.key,
                    workspace.root,
                    workspace.head,
                )


@pytest.mark.parametrize("preview_id", ["t1-0000000000000000", "", "../t1", "t1"])
async def test_an_id_of_nobody_is_not_found(
    serving: Serving, key: ThreadKey, preview_id: str
) -> None:
    async with serving() as service:
        await opened(service, key)
        with pytest.raises(NotFound, match="call POST /api/init first"):
            await service.ask(FindPreviewed(preview_id))


async def test_without_an_id_it_is_the_thread_last_opened_of_all(
    serving: Serving, key: ThreadKey
) -> None:
    async with serving() as service:
        with pytest.raises(NotFound, match="no thread is open"):
            await service.ask(FindPreviewed())
        await opened(service, OTHER, MORE, key)
        assert (await service.ask(FindPreviewed())).key == key
        await opened(service, OTHER)
        assert (await service.ask(FindPreviewed())).key == OTHER


async def test_a_self_test_is_nobody_who_opened_a_thread(serving: Serving, key: ThreadKey) -> None:
    async with serving() as service:
        await opened(service, SCRATCH)
        assert (await service.ask(FindPreviewed(SCRATCH.preview_id))).key == SCRATCH
        with pytest.raises(NotFound, match="no thread is open"):
            await service.ask(FindPreviewed())
        await opened(service, key, SCRATCH)
        assert (await service.ask(FindPreviewed())).key == key


async def test_an_archived_thread_has_no_preview(serving: Serving, key: ThreadKey) -> None:
    async with serving() as service:
        await opened(service, key, MORE)
        await service.ask(ArchiveThread(key))
        with pytest.raises(NotFound):
            await service.ask(FindPreviewed(key.preview_id))
        assert (await service.ask(FindPreviewed())).key == MORE


async def test_looking_changes_nothing(serving: Serving, key: ThreadKey, root: Path) -> None:
    async with serving() as service:
        await opened(service, key)
        await service.ask(RenameThread(key, "A title"))
        before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
        await service.ask(FindPreviewed())
        await service.ask(FindPreviewed(key.preview_id))
        assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


async def test_the_folder_of_a_site_is_remembered_for_the_project(
    serving: Serving, key: ThreadKey, root: Path, remote: Path, monorepo: None
) -> None:
    async with serving() as service:
        url = f"file://{remote}"
        assert (await service.ask(OpenWorkspace(key, url))).site == ""
        assert (await service.ask(OpenWorkspace(key, site="apps/web/"))).site == "apps/web"
        assert (await service.ask(OpenWorkspace(MORE))).site == "apps/web"
        assert (await service.ask(FindPreviewed(key.preview_id))).site == "apps/web"
        metadata = json.loads((root / "acme/bob/metadata.json").read_text())
        assert metadata["site"] == "apps/web"
        assert metadata["repoUrl"] == url
        assert (await service.ask(OpenWorkspace(key, site=""))).site == ""
        assert "site" not in json.loads((root / "acme/bob/metadata.json").read_text())


@pytest.mark.parametrize(
    "site", ["gone", "../../t1", "/etc", "index.md", ".git", "out", "round", "a\0b"]
)
async def test_what_is_no_folder_of_the_repository_is_no_site(
    serving: Serving, key: ThreadKey, remote: Path, monorepo: None, site: str
) -> None:
    async with serving() as service:
        await service.ask(OpenWorkspace(key, f"file://{remote}", site="apps/web"))
        with pytest.raises(Invalid):
            await service.ask(OpenWorkspace(key, site=site))
        assert (await service.ask(OpenWorkspace(key))).site == "apps/web"
