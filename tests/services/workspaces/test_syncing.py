"""A thread and its remote: fetched, pulled and pushed, over HTTP and from a path."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.messages import (
    CommitChanges,
    Conflict,
    Fetch,
    Fetched,
    Merged,
    MergeThread,
    OpenWorkspace,
    Outcome,
    Pull,
    Push,
    Pushed,
    ReadGit,
    SwitchBranch,
    ThreadKey,
    Workspace,
)
from services.workspaces.git import transfer
from services.workspaces.git.wire import Wire
from supervisor.desk import Invalid, NotFound, Refused
from tests.services.workspaces.conftest import Elsewhere, Git, Service, Serving
from tests.services.workspaces.git_server import GitServer


@pytest.fixture(params=["http", "file"])
def url(request: pytest.FixtureRequest, remote: Path, server: GitServer) -> str:
    """The remote, by each of the ways that there are."""
    return f"file://{remote}" if request.param == "file" else f"{server.url}/remote.git"


@pytest.fixture
def http_url(remote: Path, server: GitServer) -> str:
    return f"{server.url}/remote.git"


async def opened(service: Service, key: ThreadKey, url: str, **options: object) -> Workspace:
    return await service.ask(OpenWorkspace(key, url, **options))  # type: ignore[arg-type]


async def edited(service: Service, workspace: Workspace, name: str, text: str) -> str:
    """Commit a change of one file; the hash."""
    (workspace.root / name).write_text(text)
    commit = await service.ask(CommitChanges(workspace.key, f"edit {name}"))
    assert commit is not None
    return commit.hash


ANY = {"schemes": ("http", "file")}


async def test_a_fetch_says_which_branches_came_moved_and_went(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git, remote: Path
) -> None:
    elsewhere.push("going", "a.md", "a")
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        assert await service.ask(Fetch(key)) == Fetched(())
        elsewhere.push("trunk", "index.md", "moved\n")
        elsewhere.push("coming", "b.md", "b")
        git(remote, "branch", "-q", "-D", "going")
        assert await service.ask(Fetch(key)) == Fetched(("coming", "going", "trunk"))
        assert await service.ask(Fetch(key)) == Fetched(())
        assert (await service.ask(ReadGit(key))).head == workspace.head
    seen = git(workspace.project, "for-each-ref", "--format=%(refname:short)", "refs/remotes")
    assert seen.split() == ["origin/coming", "origin/trunk"]


async def test_a_branch_whose_name_is_not_utf_8_is_told_all_the_same(
    serving: Serving, key: ThreadKey, url: str, git: Git, remote: Path
) -> None:
    async with serving(**ANY) as service:
        await opened(service, key, url)
        git(remote, "update-ref", os.fsdecode(b"refs/heads/caf\xe9"), "trunk")
        assert await service.ask(Fetch(key)) == Fetched(("caf\ufffd",))
        assert await service.ask(Fetch(key)) == Fetched(())


async def test_a_fetch_that_was_given_up_moves_and_takes_away_nothing(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git, remote: Path
) -> None:
    class GivenUp(Exception):
        pass

    def check() -> None:
        raise GivenUp

    elsewhere.push("going", "a.md", "a")
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
    git(remote, "branch", "-q", "-D", "going")
    pushed = git(workspace.project, "rev-parse", "origin/going")
    git(workspace.project, "update-ref", "refs/remotes/origin/trunk", pushed)
    with pytest.raises(GivenUp):
        transfer.fetch(workspace.project / ".git", Wire(check))
    for branch in ("going", "trunk"):
        assert git(workspace.project, "rev-parse", f"origin/{branch}") == pushed


async def test_after_a_fetch_threads_start_from_what_the_remote_has(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git
) -> None:
    later = ThreadKey(key.client, key.user, "later")
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        moved = elsewhere.push("trunk", "index.md", "moved\n")
        await service.ask(Fetch(key))
        assert (await opened(service, later, url)).head == moved
        assert (await service.ask(ReadGit(key))).head == workspace.head
    assert git(workspace.project, "rev-parse", "trunk") == moved
    assert (workspace.project / "index.md").read_text() == "moved\n"
    assert git(workspace.project, "status", "--porcelain") == ""


async def test_what_was_merged_here_is_not_given_up_for_what_the_remote_has(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        ours = await edited(service, workspace, "old.md", "merged here\n")
        await service.ask(MergeThread(key))
        elsewhere.push("trunk", "index.md", "moved\n")
        await service.ask(Fetch(key))
    assert git(workspace.project, "rev-parse", "trunk") == ours


async def test_a_file_in_the_project_s_way_fails_no_fetch(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        (workspace.project / "index.md").write_text("somebody's\n")
        elsewhere.push("trunk", "index.md", "moved\n")
        assert await service.ask(Fetch(key)) == Fetched(("trunk",))
    assert git(workspace.project, "rev-parse", "trunk") == workspace.head
    assert (workspace.project / "index.md").read_text() == "somebody's\n"


async def test_a_push_brings_the_branch_to_its_twin_and_follows_it(
    serving: Serving, key: ThreadKey, url: str, git: Git, remote: Path
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        first = await edited(service, workspace, "index.md", "one\n")
        assert (await service.ask(ReadGit(key))).ahead == 1
        assert await service.ask(Push(key)) == Pushed("thread-t1", first, new=True)
        state = await service.ask(ReadGit(key))
        assert (state.upstream, state.ahead, state.can_push) == ("origin/thread-t1", 0, False)
        second = await edited(service, workspace, "index.md", "two\n")
        assert await service.ask(Push(key)) == Pushed("thread-t1", second, new=False)
        assert await service.ask(Push(key)) == Pushed("thread-t1", second, new=False)
    assert git(remote, "rev-parse", "thread-t1") == second
    assert git(workspace.root, "rev-parse", "@{upstream}") == second
    git(remote, "fsck", "--strict")


async def test_a_push_to_a_forge_says_where_it_is_compared(
    serving: Serving, key: ThreadKey, http_url: str, server: GitServer
) -> None:
    server.moved = {"/acme/site.git": "/remote.git"}
    async with serving(**ANY, forges={server.host: "gitlab"}) as service:
        await opened(service, key, f"{server.url}/acme/site.git")
        pushed = await service.ask(Push(key))
    assert pushed.compare is not None
    assert pushed.compare.startswith(f"{server.url}/acme/site/-/merge_requests/new?")


async def test_a_push_onto_commits_that_are_not_here_says_to_pull_first(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git, remote: Path
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        await edited(service, workspace, "index.md", "ours\n")
        await service.ask(Push(key))
        theirs = elsewhere.push("thread-t1", "new.md", "theirs")
        await edited(service, workspace, "old.md", "ours\n")
        with pytest.raises(Refused, match="pull thread-t1 first, or push with force"):
            await service.ask(Push(key))
        await service.ask(Fetch(key))
        with pytest.raises(Refused, match="pull thread-t1 first"):
            await service.ask(Push(key))
        assert git(remote, "rev-parse", "thread-t1") == theirs
        merged = await service.ask(Pull(key, "thread-t1"))
        assert await service.ask(Push(key)) == Pushed("thread-t1", merged.head, new=False)
    assert merged.outcome == Outcome.MERGED
    assert (workspace.root / "new.md").read_text() == "theirs"


async def test_a_forced_push_replaces_what_was_seen_and_nothing_else(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git, remote: Path
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        await edited(service, workspace, "index.md", "ours\n")
        await service.ask(Push(key))
        theirs = elsewhere.push("thread-t1", "new.md", "theirs")
        ours = await edited(service, workspace, "old.md", "ours\n")
        with pytest.raises(Refused, match="somebody pushed since the remote was last seen; fetch"):
            await service.ask(Push(key, force=True))
        assert git(remote, "rev-parse", "thread-t1") == theirs
        await service.ask(Fetch(key))
        assert await service.ask(Push(key, force=True)) == Pushed("thread-t1", ours, new=False)
    assert git(remote, "rev-parse", "thread-t1") == ours


async def test_a_forced_push_onto_a_branch_that_was_never_seen_is_refused(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git, remote: Path
) -> None:
    async with serving(**ANY) as service:
        await opened(service, key, url)
        theirs = elsewhere.push("thread-t1", "new.md", "theirs")
        with pytest.raises(Refused, match="last seen"):
            await service.ask(Push(key, force=True))
    assert git(remote, "rev-parse", "thread-t1") == theirs


async def test_a_forced_push_brings_a_branch_back_that_is_gone_at_the_remote(
    serving: Serving, key: ThreadKey, url: str, git: Git, remote: Path
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        await service.ask(Push(key))
        git(remote, "branch", "-q", "-D", "thread-t1")
        pushed = await service.ask(Push(key, force=True))
    assert pushed == Pushed("thread-t1", workspace.head, new=True)


async def test_what_was_merged_is_pushed_with_the_default_branch_and_nothing_there_is_lost(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git, remote: Path
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        ours = await edited(service, workspace, "index.md", "ours\n")
        await service.ask(MergeThread(key))
        assert await service.ask(Push(key, default=True)) == Pushed("trunk", ours, new=False)
        theirs = elsewhere.push("trunk", "new.md", "theirs")
        await edited(service, workspace, "old.md", "ours\n")
        await service.ask(MergeThread(key))
        with pytest.raises(Refused, match="pull trunk, and merge the thread again"):
            await service.ask(Push(key, default=True))
        with pytest.raises(Invalid, match="cannot push trunk with force"):
            await service.ask(Push(key, force=True, default=True))
        assert git(remote, "rev-parse", "trunk") == theirs
        await service.ask(Pull(key))
        merged = await service.ask(MergeThread(key))
        pushed = await service.ask(Push(key, default=True))
    assert pushed == Pushed("trunk", merged.head, new=False)
    assert git(remote, "show", "trunk:new.md") == "theirs"
    assert git(remote, "branch", "--list", "thread-*") == ""


async def test_a_protected_default_branch_says_to_ask_for_a_merge(
    serving: Serving, key: ThreadKey, url: str
) -> None:
    async with serving(**ANY, protected=("trunk",)) as service:
        await opened(service, key, url)
        with pytest.raises(Refused, match="it is protected; ask at the remote for a merge"):
            await service.ask(Push(key, default=True))


async def test_a_protected_branch_is_not_pushed_even_with_force(
    serving: Serving, key: ThreadKey, url: str, git: Git, remote: Path, elsewhere: Elsewhere
) -> None:
    elsewhere.push("production", "a.md", "a")
    before = git(remote, "rev-parse", "production")
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        await service.ask(SwitchBranch(key, "production"))
        await edited(service, workspace, "index.md", "ours\n")
        for force in (False, True):
            with pytest.raises(Refused, match="cannot push production: it is protected"):
                await service.ask(Push(key, force))
        assert not (await service.ask(ReadGit(key))).can_push
    assert git(remote, "rev-parse", "production") == before


async def test_a_push_that_the_remote_s_hook_refuses_is_a_refusal_in_its_words(
    serving: Serving, key: ThreadKey, http_url: str, server: GitServer, git: Git, remote: Path
) -> None:
    server.hook("pre-receive", "echo 'ask Eve before you push, please: ü' >&2; exit 1")
    async with serving(**ANY) as service:
        workspace = await opened(service, key, http_url)
        await edited(service, workspace, "index.md", "ours\n")
        with pytest.raises(Refused) as refusal:
            await service.ask(Push(key))
        state = await service.ask(ReadGit(key))
    assert "hook declined; ask Eve before you push, please: ü" in str(refusal.value)
    assert (state.upstream, state.ahead) == (None, 1)
    assert git(remote, "branch", "--list", "thread-t1") == ""


async def test_a_hook_that_does_not_speak_utf_8_is_no_reason_to_fail(
    serving: Serving, key: ThreadKey, http_url: str, server: GitServer, git: Git, remote: Path
) -> None:
    server.hook("pre-receive", r"printf 'gr\374\337e\n' >&2")
    async with serving(**ANY) as service:
        workspace = await opened(service, key, http_url)
        head = await edited(service, workspace, "index.md", "ours\n")
        assert (await service.ask(Push(key))).head == head
    assert git(remote, "rev-parse", "thread-t1") == head


async def test_a_remote_that_goes_in_the_middle_of_a_push_leaves_everything_as_it_was(
    serving: Serving, key: ThreadKey, http_url: str, server: GitServer, git: Git, remote: Path
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, http_url)
        head = await edited(service, workspace, "index.md", "ours\n")
        (workspace.root / "old.md").write_text("uncommitted\n")
        server.cut = "/git-receive-pack"
        with pytest.raises(Refused, match="cannot push thread-t1"):
            await service.ask(Push(key))
        state = await service.ask(ReadGit(key))
        assert (state.head, state.upstream, state.modified) == (head, None, ("old.md",))
        server.cut = None
        assert await service.ask(Push(key)) == Pushed("thread-t1", head, new=True)
    assert git(remote, "rev-parse", "thread-t1") == head
    git(workspace.project, "fsck", "--strict")


async def test_a_remote_that_is_gone_is_a_refusal(
    serving: Serving, key: ThreadKey, remote: Path, server: GitServer
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, f"file://{remote}")
        remote.rename(remote.with_name("gone.git"))
        for request in (Fetch(key), Push(key), Pull(key)):
            with pytest.raises(Refused, match="cannot"):
                await service.ask(request)
        assert (await service.ask(ReadGit(key))).head == workspace.head


async def test_a_site_without_a_remote_says_so_and_pulls_from_the_project(
    serving: Serving, key: ThreadKey
) -> None:
    async with serving() as service:
        await service.ask(OpenWorkspace(key))
        for request in (Fetch(key), Push(key)):
            with pytest.raises(Refused, match="this site has no remote"):
                await service.ask(request)
        assert (await service.ask(Pull(key))).outcome == Outcome.UP_TO_DATE
        with pytest.raises(NotFound, match="this site has no such branch"):
            await service.ask(Pull(key, "nothing"))


async def test_a_pull_moves_a_thread_forward_and_keeps_what_is_uncommitted(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        (workspace.root / "index.md").write_text("uncommitted\n")
        theirs = elsewhere.push("trunk", "old.md", "theirs\n")
        assert await service.ask(Pull(key)) == Merged(Outcome.FAST_FORWARD, theirs)
        assert (await service.ask(Pull(key))).outcome == Outcome.UP_TO_DATE
    assert (workspace.root / "old.md").read_text() == "theirs\n"
    assert git(workspace.root, "status", "--porcelain") == " M index.md"


async def test_a_pull_merges_and_says_so_in_the_log(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        ours = await edited(service, workspace, "index.md", "ours\n")
        theirs = elsewhere.push("trunk", "old.md", "theirs\n")
        diverged = await service.ask(Pull(key, fast_forward_only=True))
        assert diverged == Merged(Outcome.DIVERGED, ours)
        merged = await service.ask(Pull(key))
    assert merged.outcome == Outcome.MERGED
    parents = git(workspace.root, "log", "-1", "--format=%P", merged.head)
    assert parents.split() == [ours, theirs]
    message = git(workspace.root, "log", "-1", "--format=%B", merged.head)
    assert message.split("\n\n") == ["Merge trunk into thread-t1", "Thread-ID: t1"]


async def test_a_conflict_in_what_may_hold_secrets_is_told_without_its_text(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        (workspace.root / ".env").write_text("KEY=ours\n")
        git(workspace.root, "add", "-f", ".env")
        await edited(service, workspace, ".env", "KEY=ours\n")
        elsewhere.push("trunk", ".env", "KEY=theirs\n")
        merged = await service.ask(Pull(key))
    (conflict,) = merged.conflicts
    assert (conflict.path, conflict.text) == (".env", None)


async def test_conflicts_of_a_pull_are_the_answer_and_leave_the_thread_as_it_was(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        ours = await edited(service, workspace, "index.md", "ours\n")
        (workspace.root / "old.md").write_text("uncommitted\n")
        elsewhere.push("trunk", "index.md", "theirs\n")
        merged = await service.ask(Pull(key))
    assert (merged.outcome, merged.head) == (Outcome.CONFLICTS, ours)
    (conflict,) = merged.conflicts
    assert (conflict.path, conflict.with_) == ("index.md", "commit")
    assert "<<<<<<<" in (conflict.text or "")
    assert git(workspace.root, "status", "--porcelain") == " M old.md"
    assert (workspace.root / "index.md").read_text() == "ours\n"


async def test_a_pull_onto_what_is_uncommitted_is_a_conflict_too(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        (workspace.root / "index.md").write_text("uncommitted\n")
        elsewhere.push("trunk", "index.md", "theirs\n")
        merged = await service.ask(Pull(key))
    assert merged.outcome == Outcome.CONFLICTS
    assert [(each.path, each.with_) for each in merged.conflicts] == [("index.md", "uncommitted")]
    assert isinstance(merged.conflicts[0], Conflict)
    assert (workspace.root / "index.md").read_text() == "uncommitted\n"


async def test_a_pull_of_a_branch_that_the_remote_has_not_says_so(
    serving: Serving, key: ThreadKey, url: str, elsewhere: Elsewhere, git: Git, remote: Path
) -> None:
    elsewhere.push("going", "a.md", "a")
    async with serving(**ANY) as service:
        await opened(service, key, url)
        git(remote, "branch", "-q", "-D", "going")
        for branch in ("going", "nothing"):
            with pytest.raises(NotFound, match=f"cannot pull {branch}: the remote has no such"):
                await service.ask(Pull(key, branch))
        with pytest.raises(Refused, match="cannot use this name of a branch"):
            await service.ask(Pull(key, "a..b"))


async def test_a_pull_of_another_history_says_that_they_have_nothing_in_common(
    serving: Serving, key: ThreadKey, url: str, git: Git, remote: Path, tmp_path: Path
) -> None:
    async with serving(**ANY) as service:
        workspace = await opened(service, key, url)
        git(tmp_path / "site", "checkout", "-q", "--orphan", "other")
        git(tmp_path / "site", "commit", "-q", "-m", "other")
        git(tmp_path / "site", "push", "-q", str(remote), "other")
        with pytest.raises(Refused, match="cannot pull other: it has no commit in common"):
            await service.ask(Pull(key, "other"))
        assert (await service.ask(ReadGit(key))).head == workspace.head
