"""Which projects there are on the volume, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.messages import (
    EVERYTHING,
    ArchiveThread,
    FindProject,
    FindThread,
    FindWorkspace,
    ForkThread,
    ListProjects,
    ListThreads,
    OpenWorkspace,
    Scope,
    ThreadKey,
)
from services.workspaces.remotes import without_credentials
from supervisor.desk import NotFound
from tests.services.workspaces.conftest import Git, Serving

OTHER = ThreadKey("zoo", "zed", "t1")


async def test_every_project_is_listed_with_what_is_known_of_it(
    serving: Serving, key: ThreadKey, remote: Path
) -> None:
    async with serving() as service:
        assert await service.ask(ListProjects()) == ()
        await service.ask(OpenWorkspace(OTHER, empty=True))
        await service.ask(OpenWorkspace(key, repo_url=f"file://{remote}", site="."))
        second = ThreadKey(key.client, key.user, "second")
        await service.ask(OpenWorkspace(second))
        await service.ask(ArchiveThread(second))
        mine, theirs = await service.ask(ListProjects(EVERYTHING))
        assert (mine.client, mine.user) == (key.client, key.user)
        assert (mine.repo_url, mine.default) == (f"file://{remote}", "trunk")
        assert mine.threads == 2
        assert mine.created < mine.last_accessed
        assert (theirs.client, theirs.repo_url, theirs.threads) == ("zoo", None, 1)
        opened = await service.ask(FindWorkspace(OTHER))
        assert theirs.histories == opened.history.parent
        assert await service.ask(FindProject("zoo", "zed")) == theirs
        for scope, found in [
            (Scope("zoo"), (theirs,)),
            (Scope(key.client, key.user), (mine,)),
            (Scope.of(key), ()),
            (Scope("zoo", key.user), ()),
        ]:
            assert await service.ask(ListProjects(scope)) == found


async def test_a_user_without_a_project_is_not_found(
    serving: Serving, key: ThreadKey, root: Path
) -> None:
    async with serving() as service:
        (root / key.client / key.user / "threads").mkdir(parents=True)
        with pytest.raises(NotFound, match="open a thread of that user first"):
            await service.ask(FindProject(key.client, key.user))


async def test_no_credential_that_somebody_else_wrote_is_told(
    serving: Serving, key: ThreadKey, git: Git
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, empty=True))
        git(workspace.project, "remote", "add", "origin", "https://ann:pw@example.com/site")
        (workspace.project.parent / "metadata.json").unlink()
        [project] = await service.ask(ListProjects())
        assert project.repo_url == "https://example.com/site"
        assert project.created == project.last_accessed


async def test_a_project_that_git_cannot_read_hides_no_other(
    serving: Serving, key: ThreadKey
) -> None:
    async with serving() as service:
        workspace = await service.ask(OpenWorkspace(key, empty=True))
        await service.ask(OpenWorkspace(OTHER, empty=True))
        (workspace.project / ".git" / "HEAD").write_text("nothing\n")
        first, second = await service.ask(ListProjects())
        assert (first.client, first.default) == (key.client, None)
        assert (second.client, second.default) == ("zoo", "main")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.com/site.git", "https://example.com/site.git"),
        ("https://ann:p@ss@example.com:8443/site", "https://example.com:8443/site"),
        ("https://example.com/site?token=x#y", "https://example.com/site"),
        ("file:///srv/site", "file:///srv/site"),
        ("/srv/site", "/srv/site"),
        ("https://[not-an-address/site", None),
    ],
)
def test_an_address_is_told_without_what_may_be_a_secret(url: str, shown: str | None) -> None:
    assert without_credentials(url) == shown


async def test_one_thread_is_found_as_it_is_listed(serving: Serving, key: ThreadKey) -> None:
    async with serving() as service:
        with pytest.raises(NotFound):
            await service.ask(FindThread(key))
        await service.ask(OpenWorkspace(key, empty=True, title="A page"))
        listed = await service.ask(ListThreads(key.client, key.user))
        assert (await service.ask(FindThread(key)),) == listed
        archived = await service.ask(ArchiveThread(key))
        assert await service.ask(FindThread(key)) == archived


async def test_a_thread_is_new_once(serving: Serving, key: ThreadKey) -> None:
    async with serving() as service:
        assert (await service.ask(OpenWorkspace(key, empty=True))).new
        workspace = await service.ask(OpenWorkspace(key))
        assert not workspace.new
        # One from before there were records.
        workspace.history.with_name(f"{key.thread}.thread.json").unlink()
        assert not (await service.ask(OpenWorkspace(key))).new
        await service.ask(ArchiveThread(key))
        again = await service.ask(OpenWorkspace(key))
        assert (again.new, again.resumed) == (False, False)
        assert (await service.ask(ForkThread(key, "second"))).new
