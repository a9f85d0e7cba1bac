"""How much is cloned, what is done without the rest, and what is left of a clone given up."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
import trio

from services.messages import (
    SCRATCH,
    CommitChanges,
    Fetch,
    OpenWorkspace,
    Outcome,
    Pull,
    Push,
    Pushed,
    ReadGit,
    ReadLog,
    ThreadKey,
    Transfer,
    Transfers,
)
from supervisor.desk import Gone, Refused
from tests.services.workspaces.conftest import Elsewhere, Git, Serving
from tests.services.workspaces.git_server import Gate, GitServer

HTTP = {"schemes": ("http", "file")}


@pytest.fixture
def history(elsewhere: Elsewhere) -> list[str]:
    """Five more commits on `trunk`, the last of them first."""
    return [elsewhere.push("trunk", "index.md", f"{number}\n") for number in range(5)][::-1]


@pytest.fixture
def url(remote: Path, server: GitServer) -> str:
    return f"{server.url}/remote.git"


def depth(git: Git, project: Path) -> int:
    return int(git(project, "rev-list", "--count", "trunk"))


async def test_a_clone_has_all_history_unless_it_is_bounded(
    serving: Serving, key: ThreadKey, git: Git, url: str, history: list[str]
) -> None:
    others = [ThreadKey("acme", user, "t1") for user in ("eve", "kim")]
    async with serving(**HTTP) as service:
        whole = await service.ask(OpenWorkspace(key, url))
    async with serving(**HTTP, depth=2) as service:
        two = await service.ask(OpenWorkspace(others[0], url))
        one = await service.ask(OpenWorkspace(others[1], url, depth=1))
        with pytest.raises(Refused, match="cannot clone -1 commits"):
            await service.ask(OpenWorkspace(ThreadKey("acme", "ann", "t1"), url, depth=-1))
        with pytest.raises(Refused, match="cannot clone 2147483648 commits"):
            await service.ask(OpenWorkspace(ThreadKey("acme", "ann", "t1"), url, depth=1 << 31))
    assert [depth(git, each.project) for each in (whole, two, one)] == [6, 2, 1]
    assert {each.head for each in (whole, two, one)} == {history[0]}


async def test_a_commit_in_a_clone_has_no_directory_to_make(
    serving: Serving, key: ThreadKey, url: str
) -> None:
    async with serving(**HTTP) as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        objects = workspace.project / ".git/objects"
        before = {path.name for path in objects.iterdir()}
        (workspace.root / "index.md").write_text("changed\n")
        await service.ask(CommitChanges(key, "change"))
        assert {path.name for path in objects.iterdir()} == before


async def test_a_path_brings_all_history_whatever_the_bound(
    serving: Serving, key: ThreadKey, git: Git, remote: Path, history: list[str]
) -> None:
    async with serving(depth=1) as service:
        workspace = await service.ask(OpenWorkspace(key, f"file://{remote}"))
    assert depth(git, workspace.project) == 6


async def test_a_clone_of_one_commit_is_pulled_into_and_pushed_from(
    serving: Serving,
    key: ThreadKey,
    git: Git,
    url: str,
    history: list[str],
    elsewhere: Elsewhere,
    remote: Path,
) -> None:
    async with serving(**HTTP) as service:
        workspace = await service.ask(OpenWorkspace(key, url, depth=1))
        (workspace.root / "old.md").write_text("ours\n")
        commit = await service.ask(CommitChanges(key, "ours"))
        assert commit is not None
        assert await service.ask(Push(key)) == Pushed("thread-t1", commit.hash, new=True)
        elsewhere.push("trunk", "new.md", "theirs")
        state = await service.ask(ReadGit(key))
        assert (state.ahead, state.behind, state.upstream) == (0, 0, "origin/thread-t1")
        assert len(await service.ask(ReadLog(key))) == 2
        merged = await service.ask(Pull(key))
        assert await service.ask(Push(key)) == Pushed("thread-t1", merged.head, new=False)
        assert (await service.ask(Pull(key))).outcome == Outcome.UP_TO_DATE
    assert merged.outcome == Outcome.MERGED
    assert depth(git, workspace.project) == 2  # with the one that came: it follows its twin
    assert git(remote, "rev-parse", "thread-t1") == merged.head
    git(remote, "fsck", "--strict")


async def test_history_that_a_pull_needs_is_fetched_for_it(
    serving: Serving, key: ThreadKey, git: Git, url: str, remote: Path, elsewhere: Elsewhere
) -> None:
    git(remote, "branch", "early", "trunk")
    theirs = elsewhere.push("early", "old.md", "theirs\n")
    for number in range(3):
        elsewhere.push("trunk", "index.md", f"{number}\n")
    async with serving(**HTTP) as service:
        workspace = await service.ask(OpenWorkspace(key, url, depth=1))
        (workspace.root / "index.md").write_text("uncommitted\n")
        merged = await service.ask(Pull(key, "early"))
    assert merged.outcome == Outcome.MERGED
    assert git(workspace.root, "log", "-1", "--format=%P", merged.head).split()[1] == theirs
    assert git(workspace.root, "rev-parse", "--is-shallow-repository") == "false"
    assert git(workspace.root, "status", "--porcelain") == " M index.md"


async def test_history_that_a_push_needs_is_fetched_for_it(
    serving: Serving, key: ThreadKey, git: Git, url: str, remote: Path, elsewhere: Elsewhere
) -> None:
    git(remote, "branch", "thread-t1", "trunk")
    for number in range(3):
        elsewhere.push("trunk", "index.md", f"{number}\n")
    async with serving(**HTTP) as service:
        workspace = await service.ask(OpenWorkspace(key, url, depth=1))
        # The thread's twin is an ancestor of trunk, which nothing here shows.
        assert (await service.ask(Pull(key))).outcome == Outcome.FAST_FORWARD
        git(workspace.project, "fetch", "-q", "--depth=1", str(remote))
        pushed = await service.ask(Push(key))
    assert git(remote, "rev-parse", "thread-t1") == pushed.head


async def test_another_history_is_told_of_a_bounded_clone_too(
    serving: Serving, key: ThreadKey, git: Git, url: str, remote: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    git(site, "checkout", "-q", "--orphan", "other")
    git(site, "commit", "-q", "-m", "other")
    git(site, "push", "-q", str(remote), "other")
    async with serving(**HTTP) as service:
        await service.ask(OpenWorkspace(key, url, depth=1))
        with pytest.raises(Refused, match="cannot pull other: it has no commit in common"):
            await service.ask(Pull(key, "other"))


async def test_a_named_branch_is_the_default_branch_of_its_clone(
    serving: Serving, key: ThreadKey, git: Git, url: str, elsewhere: Elsewhere
) -> None:
    there = elsewhere.push("feature/new", "new.md", "new")
    async with serving(**HTTP) as service:
        workspace = await service.ask(OpenWorkspace(key, url, branch="feature/new"))
        assert (await service.ask(ReadGit(key))).default == "feature/new"
    assert workspace.head == there
    assert git(workspace.project, "branch", "--show-current") == "feature/new"
    assert git(workspace.project, "rev-parse", "--abbrev-ref", "@{u}") == "origin/feature/new"
    assert git(workspace.project, "status", "--porcelain") == ""


async def test_a_branch_that_is_not_there_cannot_be_cloned_and_leaves_nothing(
    serving: Serving, key: ThreadKey, url: str, root: Path
) -> None:
    async with serving(**HTTP) as service:
        with pytest.raises(Refused, match="it has no branch nothing; name another, or none"):
            await service.ask(OpenWorkspace(key, url, branch="nothing"))
    assert not (root / "acme/bob").exists()


async def test_an_empty_remote_over_http_gets_its_first_push(
    serving: Serving, key: ThreadKey, git: Git, tmp_path: Path, server: GitServer
) -> None:
    git(tmp_path, "init", "-q", "--bare", "empty.git")
    async with serving(**HTTP) as service:
        workspace = await service.ask(
            OpenWorkspace(key, f"{server.url}/empty.git", branch="live", empty=True)
        )
        await service.ask(Fetch(key))
        assert await service.ask(Push(key)) == Pushed("thread-t1", workspace.head, new=True)
    assert git(workspace.project, "branch", "--show-current") == "live"
    assert git(tmp_path / "empty.git", "rev-parse", "thread-t1") == workspace.head


async def test_the_progress_of_a_clone_is_on_the_board_while_it_runs(
    serving: Serving, key: ThreadKey, git: Git, url: str, elsewhere: Elsewhere, server: GitServer
) -> None:
    large(elsewhere)
    server.amid = gate = Gate()
    async with serving(**HTTP) as service, trio.open_nursery() as nursery:
        nursery.start_soon(service.ask, OpenWorkspace(key, url))
        seen = await service.transfers.until(
            lambda board: any(each.total > 0 for each in board.running.values())
        )
        (transfer,) = seen.running.values()
        assert transfer.what == "clone"
        assert transfer.done < transfer.total
        gate.open()
        await service.transfers.until(lambda board: board == Transfers({}))


async def test_a_clone_given_up_half_way_leaves_nothing_and_can_be_made_again(
    serving: Serving,
    key: ThreadKey,
    url: str,
    elsewhere: Elsewhere,
    server: GitServer,
    root: Path,
) -> None:
    large(elsewhere)
    server.amid = gate = Gate()
    async with serving(**HTTP) as service:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(service.ask, OpenWorkspace(key, url))
            await gate.reached.wait()
            nursery.cancel_scope.cancel()
        await service.transfers.until(lambda board: board == Transfers({}))
        server.amid = lambda: None
        gate.open()
        again = await service.ask(OpenWorkspace(key, url))
    assert not again.resumed
    async with serving(**HTTP):
        pass
    assert {path.name for path in (root / "acme/bob").iterdir()} == {
        "project",
        "threads",
        ".claude",
        "metadata.json",
    }


async def test_a_silent_remote_holds_up_no_commit_and_no_other_repository(
    serving: Serving, key: ThreadKey, url: str, remote: Path, server: GitServer
) -> None:
    eve = ThreadKey("acme", "eve", "t1")
    async with serving(**HTTP) as service:
        workspace = await service.ask(OpenWorkspace(key, url))
        await service.ask(OpenWorkspace(eve, f"file://{remote}"))
        server.before = gate = Gate()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(service.ask, Fetch(key))
            await gate.reached.wait()
            for _ in range(20):
                nursery.start_soon(service.ask, Pull(key))
            (workspace.root / "index.md").write_text("changed\n")
            assert await service.ask(CommitChanges(key, "meanwhile")) is not None
            assert (await service.ask(ReadGit(key))).clean
            other = ThreadKey("acme", "bob", "t2")
            assert not (await service.ask(OpenWorkspace(other))).resumed
            assert (await service.ask(Push(eve))).new
            assert service.transfers.value == Transfers({"acme/bob": Transfer("fetch")})
            gate.open()


async def test_who_fetches_from_a_silent_remote_can_give_up(
    serving: Serving, key: ThreadKey, url: str, server: GitServer
) -> None:
    async with serving(**HTTP) as service:
        await service.ask(OpenWorkspace(key, url))
        gates = []
        for request in (Fetch(key), Push(key), Pull(key)):
            server.before = gate = Gate()
            gates.append(gate)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(service.ask, request)
                await gate.reached.wait()
                nursery.cancel_scope.cancel()
            await service.transfers.until(lambda board: board == Transfers({}))
        server.before = lambda *_: None
        for gate in gates:
            gate.open()
        assert (await service.ask(Push(key))).branch == "thread-t1"


async def test_a_stop_does_not_wait_for_a_silent_remote(
    serving: Serving, key: ThreadKey, url: str, server: GitServer
) -> None:
    async def fetch() -> None:
        with pytest.raises(Gone):
            await service.ask(Fetch(key))

    async with serving(**HTTP) as service:
        await service.ask(OpenWorkspace(key, url))
        server.before = gate = Gate()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fetch)
            await gate.reached.wait()
            service.harness.stopping.set()
    gate.open()


def large(elsewhere: Elsewhere) -> None:
    """Let a clone be one of many objects."""
    random = Random(0)
    for number in range(200):
        (elsewhere.site / f"image{number}").write_bytes(random.randbytes(4096))
    elsewhere.push("trunk", "last.md", "last")


async def test_who_names_no_repository_gets_the_one_of_the_options(
    serving: Serving, key: ThreadKey, git: Git, url: str, history: list[str]
) -> None:
    eve, kim = (ThreadKey("acme", user, "t1") for user in ("eve", "kim"))
    async with serving(**HTTP, repository=url) as service:
        cloned = await service.ask(OpenWorkspace(key))
        empty = await service.ask(OpenWorkspace(eve, empty=True))
        scratch = await service.ask(OpenWorkspace(SCRATCH))
        again = await service.ask(OpenWorkspace(ThreadKey(key.client, key.user, "t2")))
    assert depth(git, cloned.project) == 6
    assert git(cloned.project, "remote", "get-url", "origin").strip() == url
    assert again.project == cloned.project
    assert git(empty.project, "remote") == git(scratch.project, "remote") == ""
    async with serving(**HTTP) as service:
        assert git((await service.ask(OpenWorkspace(kim))).project, "remote") == ""
        assert (await service.ask(OpenWorkspace(key))).resumed  # whatever is said by now


@pytest.mark.parametrize("named", ["main", "thread-t1"])
async def test_a_remote_that_has_threads_alone_makes_none_of_them_the_project_s_branch(
    serving: Serving,
    key: ThreadKey,
    git: Git,
    tmp_path: Path,
    server: GitServer,
    root: Path,
    named: str,
) -> None:
    bare = tmp_path / "empty.git"
    git(tmp_path, "init", "-q", "--bare", "-b", named, str(bare))
    git(bare, "config", "http.receivepack", "true")
    url = f"{server.url}/empty.git"
    async with serving(**HTTP) as service:
        workspace = await service.ask(OpenWorkspace(key, url, empty=True))
        begun = workspace.head
        (workspace.root / "index.md").write_text("one\n")
        commit = await service.ask(CommitChanges(key, "edit"))
        assert commit is not None
        await service.ask(Push(key))
    root.rename(root.with_name("lost"))
    async with serving(**HTTP) as service:
        again = await service.ask(OpenWorkspace(key, url))
        other = await service.ask(OpenWorkspace(ThreadKey("acme", "bob", "t2")))
    assert (again.branch, again.head, other.head) == ("thread-t1", commit.hash, begun)
    assert git(again.project, "symbolic-ref", "--short", "HEAD") == "main"
    # A branch that is no thread's is the better one, whatever the remote takes for its own.
    git(bare, "branch", "trunk", begun)
    async with serving(**HTTP) as service:
        third = await service.ask(OpenWorkspace(ThreadKey("acme", "eve", "t1"), url))
    assert git(third.project, "symbolic-ref", "--short", "HEAD") == "trunk"
