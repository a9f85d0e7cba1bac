"""Git over HTTP: what a person does in a day, on a real repository with a remote."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.whole.daemon import Daemon, git

pytestmark = pytest.mark.system

AT = "acme/ada"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository with one commit on `trunk`; no site that a preview could show."""
    site, bare = tmp_path / "site", tmp_path / "remote.git"
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_NAME": "Ann" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "ann@example.com" for who in ("AUTHOR", "COMMITTER")},
    }
    site.mkdir()
    (site / "index.md").write_text("hello\n")
    for words in (
        ["init", "-q", "-b", "trunk"],
        ["add", "."],
        ["commit", "-q", "-m", "first"],
        ["clone", "-q", "--bare", str(site), str(bare)],
    ):
        subprocess.run(["git", "-C", str(site), *words], env=environment, check=True)
    return bare


def done(answer: tuple[int, Any]) -> Any:
    status, body = answer
    assert status in (200, 201), body
    return body


def opened(daemon: Daemon, thread: str, **more: object) -> dict[str, Any]:
    """A thread that was not there before."""
    status, body = daemon.ask("PUT", f"/v1/threads/{AT}/{thread}", more)
    assert status == 201, body
    return body


def commit(daemon: Daemon, thread: str, message: str) -> dict[str, Any]:
    answer = daemon.post(f"/v1/threads/{AT}/{thread}/commit", {"message": message})
    return done(answer)["commit"]


def git_of(daemon: Daemon, thread: str) -> dict[str, Any]:
    return done(daemon.get(f"/v1/threads/{AT}/{thread}/git"))["git"]


def test_a_day_of_edits_from_the_first_look_to_the_merge(daemon: Daemon, remote: Path) -> None:
    # A thread of a clone, with a title.
    first_seen = opened(daemon, "t1", repoUrl=f"file://{remote}", title="A new page")
    assert first_seen["workspace"]["path"] == str(daemon.worktree("t1"))
    again = daemon.ask("PUT", f"/v1/threads/{AT}/t1", {})
    assert (again[0], again[1]["thread"]["created"]) == (200, first_seen["thread"]["created"])
    [thread] = done(daemon.get(f"/v1/threads/{AT}"))["threads"]
    assert (thread["threadId"], thread["title"], thread["ahead"]) == ("t1", "A new page", 0)
    [workspace] = done(daemon.get("/v1/workspaces"))["workspaces"]
    assert (workspace["repoUrl"], workspace["defaultBranch"]) == (f"file://{remote}", "trunk")
    assert done(daemon.get(f"/v1/workspaces/{AT}"))["workspace"] == workspace

    # An edit, looked at in every way; looking changes nothing.
    index = daemon.worktree("t1") / "index.md"
    index.write_text("hello\nworld\n")
    (daemon.worktree("t1") / "new page.md").write_text("new\n")
    before = git_of(daemon, "t1")
    assert (before["branch"], before["clean"], before["canPush"]) == ("thread-t1", False, True)
    assert (before["modified"], before["untracked"]) == (["index.md"], ["new page.md"])
    diff = done(daemon.get(f"/v1/threads/{AT}/t1/diff"))["diff"]
    assert {file["path"]: file["added"] for file in diff["files"]} == {
        "index.md": 1,
        "new page.md": 1,
    }
    patch = daemon.text(f"/v1/threads/{AT}/t1/diff?path=index.md", "text/x-diff")
    assert patch.startswith("diff --git a/index.md b/index.md")
    assert "+world" in patch
    assert git_of(daemon, "t1") == before

    # Discarded, it is found again by its commit.
    saved = done(daemon.post(f"/v1/threads/{AT}/t1/discard", {}))["saved"]
    assert index.read_text() == "hello\n"
    for name in ("index.md", "new page.md"):
        (daemon.worktree("t1") / name).write_text(git(index.parent, "show", f"{saved}:{name}"))

    # A commit, whose message no shell ever sees; then there is nothing more to commit.
    message = 'A "new" page; $(touch pwned) `id`'
    made = commit(daemon, "t1", message)
    assert made["hash"] == git(daemon.worktree("t1"), "rev-parse", "HEAD").strip()
    assert sorted(made["files"]) == ["index.md", "new page.md"]
    said = git(daemon.worktree("t1"), "log", "-1", "--format=%B")
    assert said.startswith(f"{message}\n\nThread-ID: t1\n")
    assert commit(daemon, "t1", "more") is None
    after = git_of(daemon, "t1")
    assert (after["clean"], after["ahead"]) == (True, 1)
    [newest, first] = done(daemon.get(f"/v1/threads/{AT}/t1/log"))["commits"]
    assert (newest["hash"], newest["threadId"]) == (made["hash"], "t1")
    assert first["subject"] == "first"

    # A branch of the thread's, and back; what is uncommitted waits where it was made.
    branch = f"/v1/threads/{AT}/t1/branch"
    assert done(daemon.post(branch, {"branch": "other", "create": True}))["branch"] == "other"
    index.write_text("only on other\n")
    done(daemon.post(branch, {"branch": "thread-t1"}))
    assert index.read_text() == "hello\nworld\n"
    done(daemon.post(branch, {"branch": "other"}))
    assert index.read_text() == "only on other\n"
    done(daemon.post(branch, {"branch": "thread-t1"}))

    # The thread's first commit in a thread of its own, then back to the files before it.
    fork = {"threadId": "t2", "commit": first["hash"], "title": "Another way"}
    forked = done(daemon.post(f"/v1/threads/{AT}/t1/fork", fork))["workspace"]
    assert forked["branch"] == "thread-t2"
    assert (daemon.worktree("t2") / "index.md").read_text() == "hello\n"
    restored = {"commit": first["hash"], "expectedHead": made["hash"]}
    done(daemon.post(f"/v1/threads/{AT}/t1/restore", restored))
    assert index.read_text() == "hello\n"
    stale = daemon.post(f"/v1/threads/{AT}/t1/restore", restored)
    assert stale[0] == 409
    done(daemon.post(f"/v1/threads/{AT}/t1/restore", {"commit": made["hash"]}))

    # Merged; another thread that changed the same line gets its conflict as data.
    merged = done(daemon.post(f"/v1/threads/{AT}/t1/merge", {}))
    assert merged["outcome"] == "fast-forward"
    (daemon.worktree("t2") / "index.md").write_text("hello\nmoon\n")
    commit(daemon, "t2", "The moon")
    status, refused = daemon.post(f"/v1/threads/{AT}/t2/merge", {})
    assert (status, refused["outcome"]) == (409, "conflicts")
    [conflict] = refused["conflicts"]
    assert (conflict["path"], conflict["with"]) == ("index.md", "commit")
    assert "<<<<<<<" in conflict["text"]

    # Renamed, archived, back again, and deleted with its branch.
    other = f"/v1/threads/{AT}/t2"
    assert done(daemon.ask("PATCH", other, {"title": "Moon"}))["thread"]["title"] == "Moon"
    assert done(daemon.ask("PATCH", other, {"archived": True}))["thread"]["archived"] is True
    assert [t["threadId"] for t in done(daemon.get(f"/v1/threads/{AT}"))["threads"]] == ["t1"]
    [archived] = done(daemon.get(f"/v1/threads/{AT}?archived=1"))["threads"]
    assert archived["title"] == "Moon"
    assert done(daemon.ask("PATCH", other, {"archived": False}))["thread"]["archived"] is False
    assert (daemon.worktree("t2") / "index.md").read_text() == "hello\nmoon\n"
    deleted = done(daemon.ask("DELETE", f"{other}?branch=1"))["deleted"]
    project = daemon.worktree("t1").parents[1] / "project"
    assert deleted["branchKept"] is False
    assert "thread-t2" not in git(project, "branch", "--list")
    assert git(project, "cat-file", "-t", deleted["head"]).strip() == "commit"
    assert daemon.get(f"/v1/threads/{AT}/t2/git")[0] == 404
    assert daemon.get(other)[0] == 404
    assert git(project, "fsck", "--strict", "--no-dangling") == ""


def test_what_is_pushed_is_at_the_remote_and_what_is_there_is_pulled(
    daemon: Daemon, remote: Path
) -> None:
    opened(daemon, "t1", repoUrl=f"file://{remote}")
    one, two = f"/v1/threads/{AT}/t1", f"/v1/threads/{AT}/t2"
    index = daemon.worktree("t1") / "index.md"
    index.write_text("hello\nworld\n")
    made = commit(daemon, "t1", "World")
    pushed = done(daemon.ask("POST", f"{one}/push"))
    told = {"branch": "thread-t1", "head": made["hash"], "new": True, "compare": None}
    assert pushed == told
    assert git(remote, "show", "thread-t1:index.md") == "hello\nworld\n"
    assert git_of(daemon, "t1")["ahead"] == 0

    # Somebody else changes the default branch.
    git(remote, "update-ref", "refs/heads/trunk", "refs/heads/thread-t1")
    assert done(daemon.ask("POST", f"{one}/fetch"))["changed"] == ["trunk"]
    opened(daemon, "t2")
    pulled = done(daemon.post(f"{two}/pull", {}))
    assert pulled["head"] == made["hash"]
    assert (daemon.worktree("t2") / "index.md").read_text() == "hello\nworld\n"

    # What both sides changed is data, and the thread stays as it was.
    for thread, text in (("t1", "hello\nmoon\n"), ("t2", "hello\nmars\n")):
        (daemon.worktree(thread) / "index.md").write_text(text)
        commit(daemon, thread, text)
    done(daemon.ask("POST", f"{one}/push"))
    status, refused = daemon.post(f"{two}/pull", {"branch": "thread-t1"})
    assert (status, refused["outcome"]) == (409, "conflicts")
    assert [conflict["path"] for conflict in refused["conflicts"]] == ["index.md"]
    assert (daemon.worktree("t2") / "index.md").read_text() == "hello\nmars\n"

    # A push that would lose commits is refused.
    git(remote, "update-ref", "refs/heads/thread-t2", "refs/heads/thread-t1")
    status, refused = daemon.ask("POST", f"{two}/push")
    assert (status, refused["detail"].startswith("cannot push")) == (409, True)


def test_no_pull_request_is_asked_for_where_there_is_no_forge(daemon: Daemon, remote: Path) -> None:
    opened(daemon, "t1", repoUrl=f"file://{remote}")
    asked = daemon.post(f"/v1/threads/{AT}/t1/pull-request", {"title": "A new page"})
    assert asked[0] == 409
    assert "at no forge that is known" in asked[1]["detail"]


def test_what_is_under_way_is_told_as_it_is_now(daemon: Daemon) -> None:
    assert daemon.first_event("/v1/transfers") == 'event: transfers\ndata: {"running":{}}\n'
    assert daemon.end() == 0
