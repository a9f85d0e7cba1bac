"""What is on a volume alone is pushed when the service stops, and comes back in another clone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.messages import (
    ArchiveThread,
    CommitChanges,
    DeleteThread,
    ForkThread,
    OpenWorkspace,
    ReadGit,
    SwitchBranch,
    ThreadKey,
    Workspace,
)
from tests.services.workspaces.conftest import Elsewhere, Git, Service, Serving
from tests.services.workspaces.git_server import GitServer

BRANCH, WIP = "refs/heads/thread-t1", "refs/nurseryd/wip/t1"

Life = Callable[..., AbstractAsyncContextManager[Service]]


@pytest.fixture
def url(remote: Path, server: GitServer) -> str:
    return f"{server.url}/remote.git"


@pytest.fixture
def leaving(serving: Serving) -> Life:
    """Lives that push when they stop."""

    def life(**options: object) -> AbstractAsyncContextManager[Service]:
        return serving(**{"schemes": ("http", "file"), "push_at_stop": True, **options})

    return life


@pytest.fixture
def lose(root: Path) -> Callable[[], None]:
    """Lose the volume."""
    return lambda: shutil.rmtree(root)


def edit(workspace: Workspace, text: str = "unfinished\n") -> None:
    (workspace.root / "index.md").write_text(text)
    (workspace.root / "new.md").write_text(text)
    (workspace.root / "old.md").unlink()


async def committed(service: Service, workspace: Workspace, text: str = "done\n") -> str:
    (workspace.root / "done.md").write_text(text)
    commit = await service.ask(CommitChanges(workspace.key, "done"))
    assert commit is not None
    return commit.hash


def references(git: Git, place: Path) -> dict[str, str]:
    lines = git(place, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split() for line in lines)


def status(git: Git, workspace: Workspace) -> list[str]:
    return git(workspace.root, "status", "--porcelain").splitlines()


UNFINISHED = [" M index.md", " D old.md", "?? new.md"]


Log = list[MutableMapping[str, Any]]


@pytest.fixture
def log() -> Iterator[Log]:
    with capture_logs() as log:
        yield log


def warnings(log: Log) -> Log:
    return [event for event in log if event["log_level"] == "warning"]


async def test_a_lost_volume_loses_nothing(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path, lose: Callable[[], None]
) -> None:
    begun = references(git, remote)
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        done = await committed(service, workspace)
        edit(workspace)
    there = references(git, remote)
    assert there == {**begun, BRANCH: done, WIP: there[WIP]}
    assert git(remote, "rev-parse", f"{WIP}^") == done
    git(remote, "fsck", "--strict")
    lose()
    async with leaving() as service:
        again = await service.ask(OpenWorkspace(key, url))
        assert (again.head, again.branch) == (done, "thread-t1")
        assert status(git, again) == UNFINISHED
        assert (again.root / "new.md").read_text() == "unfinished\n"
        # It is work like any other: committed, it waits nowhere any more.
        finished = await service.ask(CommitChanges(key, "finish"))
        assert finished is not None
    assert references(git, remote) == {**begun, BRANCH: finished.hash}


async def test_what_is_only_uncommitted_makes_no_branch_there(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path, lose: Callable[[], None]
) -> None:
    async with leaving() as service:
        edit(await service.ask(OpenWorkspace(key, url)))
    assert references(git, remote).keys() == {"refs/heads/trunk", WIP}
    lose()
    async with leaving() as service:
        again = await service.ask(OpenWorkspace(key, url))
        assert status(git, again) == UNFINISHED


@pytest.mark.parametrize("depth", [1, 2])
async def test_it_comes_back_into_a_clone_of_little_history(
    leaving: Life,
    key: ThreadKey,
    url: str,
    elsewhere: Elsewhere,
    git: Git,
    remote: Path,
    lose: Callable[[], None],
    depth: int,
) -> None:
    for number in range(3):
        elsewhere.push("trunk", "index.md", f"{number}\n")
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        done = await committed(service, workspace)
        edit(workspace)
    lose()
    async with leaving() as service:
        again = await service.ask(OpenWorkspace(key, url, depth=depth))
        assert (again.head, status(git, again)) == (done, UNFINISHED)
        finished = await service.ask(CommitChanges(key, "finish"))
        assert finished is not None
    there = references(git, remote)
    assert (there[BRANCH], WIP in there) == (finished.hash, False)


async def test_nothing_to_send_asks_no_remote(
    leaving: Life, key: ThreadKey, url: str, server: GitServer
) -> None:
    async with leaving() as service:
        await service.ask(OpenWorkspace(key, url))
        server.asked.clear()
    assert server.asked == []


async def test_it_is_off_unless_it_is_asked_for(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path
) -> None:
    async with leaving(push_at_stop=False) as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        await committed(service, workspace)
        edit(workspace)
    assert references(git, remote).keys() == {"refs/heads/trunk"}


async def test_threads_go_in_one_transfer_archived_ones_too(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path, server: GitServer
) -> None:
    async with leaving() as service:
        for name in ("t1", "t2", "t3"):
            workspace = await service.ask(OpenWorkspace(ThreadKey("acme", "bob", name), url))
            await committed(service, workspace, name)
            edit(workspace, name)
        await service.ask(ArchiveThread(key))
        server.asked.clear()
    assert len([each for each in server.asked if each.startswith("POST")]) == 1
    names = {
        f"refs/{kind}{name}"
        for kind in ("heads/thread-", "nurseryd/wip/")
        for name in ("t1", "t2", "t3")
    }
    assert names < references(git, remote).keys()


async def test_protected_branches_stay_and_their_unfinished_work_does_not(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path, log: Log
) -> None:
    async with leaving(protected=("thread-t1",)) as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        await committed(service, workspace)
        edit(workspace)
    assert references(git, remote).keys() == {"refs/heads/trunk", WIP}
    (warning,) = warnings(log)
    assert warning["what"] == [BRANCH]
    assert "it is protected" in warning["reason"]


async def test_commits_that_only_unfinished_work_led_to_come_back_with_it(
    leaving: Life, key: ThreadKey, url: str, git: Git, lose: Callable[[], None]
) -> None:
    async with leaving(protected=("thread-t1",)) as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        done = await committed(service, workspace)
        edit(workspace)
    lose()
    async with leaving() as service:
        again = await service.ask(OpenWorkspace(key, url))
        assert (again.head, status(git, again)) == (done, UNFINISHED)


async def test_a_branch_that_went_on_there_is_left_alone_and_the_rest_is_sent(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path, elsewhere: Elsewhere, log: Log
) -> None:
    other = ThreadKey(key.client, key.user, "t2")
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        await committed(service, workspace)
        edit(workspace)
        second = await committed(service, await service.ask(OpenWorkspace(other)))
        theirs = elsewhere.push("thread-t1", "their.md", "theirs\n")
    there = references(git, remote)
    assert (there[BRANCH], there["refs/heads/thread-t2"]) == (theirs, second)
    assert git(remote, "show", f"{WIP}:done.md") == "done"
    (warning,) = warnings(log)
    assert warning["what"] == [BRANCH]
    assert "pull it" in warning["reason"]


async def test_other_unfinished_work_of_that_name_is_not_replaced(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path, elsewhere: Elsewhere, log: Log
) -> None:
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        edit(workspace)
        theirs = elsewhere.push("theirs", "their.md", "theirs\n")
        git(remote, "update-ref", WIP, theirs)
    assert references(git, remote)[WIP] == theirs
    (warning,) = warnings(log)
    assert warning["what"] == [WIP]
    assert "other unfinished work" in warning["reason"]


async def test_unfinished_work_that_a_thread_of_that_name_cannot_take_is_kept(
    leaving: Life, key: ThreadKey, url: str, lose: Callable[[], None]
) -> None:
    other = ThreadKey(key.client, key.user, "t2")
    async with leaving() as service:
        edit(await service.ask(OpenWorkspace(key, url)), "first\n")
    lose()
    async with leaving() as service:
        edit(await service.ask(OpenWorkspace(other, url)), "second\n")
        fork = await service.ask(ForkThread(other, key.thread))
        assert (fork.root / "new.md").read_text() == "second\n"
        (kept,) = (await service.ask(ReadGit(key))).kept
    assert kept


async def test_a_deleted_thread_s_unfinished_work_goes_there_too(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path
) -> None:
    async with leaving() as service:
        edit(await service.ask(OpenWorkspace(key, url)))
    assert WIP in references(git, remote)
    async with leaving() as service:
        await service.ask(DeleteThread(key, branch=True))
    assert WIP not in references(git, remote)
    async with leaving() as service:
        again = await service.ask(OpenWorkspace(key, url))
        assert status(git, again) == []


async def test_what_somebody_removed_there_is_not_brought_back_and_no_harm(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path, server: GitServer, log: Log
) -> None:
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        await committed(service, workspace)
        edit(workspace)
    git(remote, "update-ref", "-d", BRANCH)
    git(remote, "update-ref", "-d", WIP)
    git(workspace.project, "update-ref", "-d", "refs/remotes/origin/thread-t1")
    async with leaving() as service:
        await service.ask(CommitChanges(key, "finish"))
        git(workspace.root, "reset", "-q", "--hard", "HEAD^")
    assert references(git, remote).keys() == {"refs/heads/trunk"}
    assert warnings(log) == []
    async with leaving() as service:
        server.asked.clear()
    assert server.asked == []


async def test_a_thread_on_another_branch_sends_that_one(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path
) -> None:
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        await service.ask(SwitchBranch(key, "spring/offer", create=True))
        done = await committed(service, workspace)
    assert references(git, remote)["refs/heads/spring/offer"] == done


async def test_a_site_that_started_here_has_nowhere_to_go(
    leaving: Life, key: ThreadKey, log: Log
) -> None:
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, empty=True))
        await committed(service, workspace)
    assert warnings(log) == []


@pytest.mark.parametrize("trouble", ["silent", "gone", "hook", "forbidden"])
async def test_a_remote_that_does_not_do_its_part_costs_the_push_alone(
    leaving: Life,
    key: ThreadKey,
    url: str,
    git: Git,
    remote: Path,
    server: GitServer,
    log: Log,
    trouble: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()
    if trouble == "silent":
        monkeypatch.setattr("tests.services.workspaces.conftest.STOP_TIMEOUT", 3.0)
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        done = await committed(service, workspace)
        edit(workspace)
        match trouble:
            case "silent":
                server.before = lambda _method, _path: released.wait(60)
            case "gone":
                remote.rename(remote.with_name("moved.git"))
            case "hook":
                server.hook("pre-receive", "echo not today; exit 1")
            case _:
                server.status = 403
    released.set()  # the service has ended all the same
    assert git(workspace.project, "rev-parse", f"{WIP}^") == done
    told = " ".join(event["reason"] for event in warnings(log))
    expected = {
        "silent": "raise stop_timeout of service.workspaces",
        "gone": "knows no such repository",
        "hook": "not today",
        "forbidden": "this token may not do that",
    }
    assert expected[trouble] in told
    # The next stop does it.
    server.before, server.status = (lambda _method, _path: None), None
    if trouble == "gone":
        remote.with_name("moved.git").rename(remote)
    (remote / "hooks/pre-receive").unlink(missing_ok=True)
    async with leaving():
        pass
    there = references(git, remote)
    assert (there[BRANCH], WIP in there) == (done, True)


async def test_a_push_that_nobody_heard_the_end_of_is_repeated(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path, server: GitServer
) -> None:
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        edit(workspace, "one\n")
        server.cut = "git-receive-pack"
    server.cut = None
    async with leaving():
        (workspace.root / "new.md").write_text("two\n")
    assert git(remote, "show", f"{WIP}:new.md") == "two"


async def test_a_file_that_may_hold_secrets_goes_nowhere_by_itself(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path, log: Log
) -> None:
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        (workspace.root / ".env").write_text("KEY=value\n")
        await committed(service, workspace)
        edit(workspace)
    for there in (BRANCH, WIP):
        files = git(remote, "ls-tree", "--name-only", there).splitlines()
        assert "done.md" in files
        assert ".env" not in files
    assert (workspace.root / ".env").read_text() == "KEY=value\n"
    assert warnings(log) == []


async def test_one_that_was_added_by_force_is_sent_when_it_is_committed(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path, log: Log
) -> None:
    begun = references(git, remote)
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        done = await committed(service, workspace)
        (workspace.root / ".env").write_text("KEY=value\n")
        git(workspace.root, "add", "-f", ".env")
        edit(workspace)
    assert references(git, remote) == {**begun, BRANCH: done}
    [told] = warnings(log)
    assert told["what"] == [WIP]
    assert "(.env)" in told["reason"]
    async with leaving() as service:
        await service.ask(OpenWorkspace(key, url))
        await service.ask(CommitChanges(key, "with it"))
    assert ".env" in git(remote, "ls-tree", "--name-only", BRANCH).splitlines()


@pytest.mark.parametrize("what", ["HEAD^{tree}", "HEAD:index.md"])
async def test_what_is_no_commit_there_is_in_nobodys_way(
    leaving: Life, key: ThreadKey, url: str, git: Git, remote: Path, what: str
) -> None:
    git(remote, "update-ref", WIP, git(remote, "rev-parse", what).strip())
    async with leaving() as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        assert status(git, workspace) == []
        edit(workspace)
