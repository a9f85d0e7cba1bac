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
    assert body["success"] is True
    return body


def test_a_day_of_edits_from_the_first_look_to_the_merge(daemon: Daemon, remote: Path) -> None:
    # A thread of a clone, with a title.
    daemon.init("t1", repoUrl=f"file://{remote}", title="A new page")
    [thread] = done(daemon.get(f"/v1/threads/{AT}"))["threads"]
    assert (thread["threadId"], thread["title"], thread["ahead"]) == ("t1", "A new page", 0)

    # An edit, looked at in every way; looking changes nothing.
    index = daemon.worktree("t1") / "index.md"
    index.write_text("hello\nworld\n")
    (daemon.worktree("t1") / "new page.md").write_text("new\n")
    overview = done(daemon.get(f"/api/git/{AT}/t1"))["git"]
    assert overview["status"] == " M index.md\n?? new page.md"
    assert overview["currentBranch"] == "thread-t1"
    before = done(daemon.get(f"/api/git/status/{AT}/t1"))["status"]
    assert (before["clean"], before["canPush"]) == (False, True)
    assert before["changes"] == {
        "added": [],
        "modified": ["index.md"],
        "deleted": [],
        "untracked": ["new page.md"],
    }
    diff = done(daemon.get(f"/v1/threads/{AT}/t1/diff"))["diff"]
    assert {file["path"]: file["added"] for file in diff["files"]} == {
        "index.md": 1,
        "new page.md": 1,
    }
    patch = daemon.text(f"/v1/threads/{AT}/t1/diff?path=index.md", "text/x-diff")
    assert patch.startswith("diff --git a/index.md b/index.md")
    assert "+world" in patch
    assert done(daemon.get(f"/api/git/status/{AT}/t1"))["status"] == before

    # A commit, whose message no shell ever sees; then there is nothing more to commit.
    message = 'A "new" page; $(touch pwned) `id`'
    made = done(daemon.post(f"/api/git/commit/{AT}/t1", {"message": message}))["result"]
    assert made["commitHash"] == git(daemon.worktree("t1"), "rev-parse", "HEAD").strip()
    said = git(daemon.worktree("t1"), "log", "-1", "--format=%B")
    assert said.startswith(f"{message}\n\nThread-ID: t1\n")
    again = done(daemon.post(f"/api/git/commit/{AT}/t1", {"message": "more"}))["result"]
    assert again["message"] == "No changes to commit"
    after = done(daemon.get(f"/api/git/status/{AT}/t1"))["status"]
    assert (after["clean"], after["ahead"]) == (True, 1)
    [newest, first] = done(daemon.get(f"/v1/threads/{AT}/t1/log"))["commits"]
    assert (newest["hash"], newest["threadId"]) == (made["commitHash"], "t1")
    assert first["subject"] == "first"

    # A branch of the thread's, and back; what is uncommitted waits where it was made.
    branch = f"/api/git/branch/{AT}/t1"
    assert done(daemon.post(branch, {"branch": "other", "createNew": True}))["branch"] == "other"
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
    restored = {"commit": first["hash"], "expectedHead": made["commitHash"]}
    done(daemon.post(f"/v1/threads/{AT}/t1/restore", restored))
    assert index.read_text() == "hello\n"
    stale = daemon.post(f"/v1/threads/{AT}/t1/restore", restored)
    assert stale[0] == 409
    done(daemon.post(f"/v1/threads/{AT}/t1/restore", {"commit": made["commitHash"]}))

    # Merged; another thread that changed the same line gets its conflict as data.
    merged = done(daemon.post(f"/v1/threads/{AT}/t1/merge", {}))
    assert merged["outcome"] == "fast-forward"
    (daemon.worktree("t2") / "index.md").write_text("hello\nmoon\n")
    done(daemon.post(f"/api/git/commit/{AT}/t2", {"message": "The moon"}))
    status, refused = daemon.post(f"/v1/threads/{AT}/t2/merge", {})
    assert (status, refused["success"]) == (409, False)
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
    assert daemon.get(f"/api/git/{AT}/t2")[0] == 404
    assert git(project, "fsck", "--strict", "--no-dangling") == ""


def test_what_is_pushed_is_at_the_remote_and_what_is_there_is_pulled(
    daemon: Daemon, remote: Path
) -> None:
    daemon.init("t1", repoUrl=f"file://{remote}")
    index = daemon.worktree("t1") / "index.md"
    index.write_text("hello\nworld\n")
    done(daemon.post(f"/api/git/commit/{AT}/t1", {"message": "World"}))
    pushed = done(daemon.ask("POST", f"/api/git/push/{AT}/t1"))["result"]
    assert pushed == {"success": True, "branch": "thread-t1"}
    assert git(remote, "show", "thread-t1:index.md") == "hello\nworld\n"
    assert done(daemon.get(f"/api/git/status/{AT}/t1"))["status"]["ahead"] == 0

    # Somebody else changes the default branch.
    git(remote, "update-ref", "refs/heads/trunk", "refs/heads/thread-t1")
    done(daemon.ask("POST", f"/api/git/fetch/{AT}/t1"))
    daemon.init("t2")
    pulled = done(daemon.post(f"/api/git/pull/{AT}/t2", {}))
    assert pulled["message"] == "Successfully pulled from trunk"
    assert (daemon.worktree("t2") / "index.md").read_text() == "hello\nworld\n"

    # What both sides changed is data, and the thread stays as it was.
    for thread, text in (("t1", "hello\nmoon\n"), ("t2", "hello\nmars\n")):
        (daemon.worktree(thread) / "index.md").write_text(text)
        done(daemon.post(f"/api/git/commit/{AT}/{thread}", {"message": text}))
    done(daemon.ask("POST", f"/api/git/push/{AT}/t1"))
    status, refused = daemon.post(f"/api/git/pull/{AT}/t2", {"branch": "thread-t1"})
    assert (status, refused["success"]) == (409, False)
    assert [conflict["path"] for conflict in refused["conflicts"]] == ["index.md"]
    assert (daemon.worktree("t2") / "index.md").read_text() == "hello\nmars\n"

    # A push that would lose commits is refused, in both places where clients look.
    git(remote, "update-ref", "refs/heads/thread-t2", "refs/heads/thread-t1")
    status, refused = daemon.ask("POST", f"/api/git/push/{AT}/t2")
    assert (status, refused["success"], refused["result"]["success"]) == (409, False, False)
    assert refused["error"] == refused["result"]["error"]


def test_no_pull_request_is_asked_for_where_there_is_no_forge(daemon: Daemon, remote: Path) -> None:
    daemon.init("t1", repoUrl=f"file://{remote}")
    asked = daemon.post(f"/v1/threads/{AT}/t1/pull-request", {"title": "A new page"})
    assert asked[0] == 409
    assert "at no forge that is known" in asked[1]["error"]


def test_what_is_under_way_is_told_as_it_is_now(daemon: Daemon) -> None:
    assert daemon.first_event("/v1/transfers") == 'event: transfers\ndata: {"running":{}}\n'
    assert daemon.end() == 0
