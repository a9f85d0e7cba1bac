"""Each commit is pushed by itself, where that is wanted, and nobody waits for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from structlog.testing import capture_logs

from services.messages import (
    CommitChanges,
    OpenWorkspace,
    Push,
    RestoreCommit,
    SwitchBranch,
    ThreadKey,
    Workspace,
)
from services.workspaces.following import Following
from supervisor.desk import Refused
from tests.services.workspaces.conftest import Elsewhere, Git, Service, Serving
from tests.services.workspaces.git_server import Gate, GitServer
from tests.supervisor.real import until

ON = {"schemes": ("http",), "push_commits": True}


@pytest.fixture
def url(remote: Path, server: GitServer) -> str:
    return f"{server.url}/remote.git"


async def committed(service: Service, workspace: Workspace, text: str) -> str:
    (workspace.root / "index.md").write_text(text)
    commit = await service.ask(CommitChanges(workspace.key, "edit"))
    assert commit is not None
    assert commit.pushing
    return commit.hash


async def test_a_commit_and_its_undoing_are_pushed_while_others_go_on(
    serving: Serving, key: ThreadKey, url: str, git: Git, remote: Path, server: GitServer
) -> None:
    def there() -> str:
        return git(remote, "for-each-ref", "--format=%(objectname)", "refs/heads/thread-t1")

    async with serving(**ON) as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        gate = Gate()
        server.before = gate
        await committed(service, workspace, "one\n")
        await gate.reached.wait()
        second = await committed(service, workspace, "two\n")
        assert there() == ""
        gate.open()
        await until(lambda: there() == second)
        restored = await service.ask(RestoreCommit(key, workspace.head))
        await until(lambda: there() == restored.head)


async def test_without_the_option_nothing_is_pushed(
    serving: Serving, key: ThreadKey, url: str, server: GitServer
) -> None:
    async with serving(schemes=("http",)) as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        server.asked.clear()
        (workspace.root / "index.md").write_text("one\n")
        commit = await service.ask(CommitChanges(key, "edit"))
        assert commit is not None
        assert not commit.pushing
        assert (await service.ask(Push(key))).head == commit.hash  # in its turn, after any other
        assert sum("git-receive-pack" in each for each in server.asked) == 2


async def test_neither_a_protected_branch_nor_a_site_without_a_remote_is_any_trouble(
    serving: Serving, key: ThreadKey, url: str, git: Git, remote: Path, server: GitServer
) -> None:
    with capture_logs() as log:
        async with serving(**ON, protected=("live",)) as service:
            workspace = await service.ask(OpenWorkspace(key, url))
            await service.ask(SwitchBranch(key, "live", create=True))
            await committed(service, workspace, "one\n")
            alone = ThreadKey("acme", "eve", "t1")
            await committed(service, await service.ask(OpenWorkspace(alone, empty=True)), "one\n")
            # What was noted before is under way by the time that this is pushed.
            later = await service.ask(OpenWorkspace(ThreadKey("acme", "bob", "t2"), url))
            done = await committed(service, later, "two\n")
            await until(lambda: done in git(remote, "for-each-ref"))
    assert "refs/heads/live" not in git(remote, "for-each-ref")
    assert [each for each in log if each["log_level"] == "warning"] == []


async def test_what_the_remote_does_not_take_goes_with_the_next(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, server: GitServer
) -> None:
    with capture_logs() as log:
        async with serving(**ON) as service:
            workspace = await service.ask(OpenWorkspace(key, url))
            server.status = 503
            await committed(service, workspace, "one\n")
            await until(lambda: any(each["event"] == "commit not pushed" for each in log))
            server.status = None
            second = await committed(service, workspace, "two\n")
            await until(lambda: second in elsewhere.git(elsewhere.remote, "for-each-ref"))


async def test_what_is_noted_while_it_is_pushed_is_pushed_once_more(
    autojump_clock: trio.testing.MockClock, key: ThreadKey
) -> None:
    begun: list[float] = []

    async def push(_: ThreadKey) -> None:
        begun.append(trio.current_time())
        await trio.sleep(10)
        if len(begun) == 1:
            raise Refused("not now")

    following = Following(push)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(following.run)
        start = trio.current_time()
        following.note(key)
        await trio.sleep(5)
        following.note(key)
        following.note(key)
        await trio.sleep(60)
        nursery.cancel_scope.cancel()
    assert [moment - start for moment in begun] == [0, 10]
