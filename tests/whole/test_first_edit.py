"""A newcomer's first edit, as the README shows it."""

import pytest

from tests.whole.daemon import Daemon, git

pytestmark = pytest.mark.system


def test_the_first_edit_reaches_the_preview_and_the_history(daemon: Daemon) -> None:
    workspace = daemon.init()["workspace"]
    assert workspace["branch"] == "thread-first"
    assert workspace["resumed"] is False
    result = daemon.execute("change the heading of the home page to Grüß Gott")
    assert result["filesChanged"] == ["src/pages/index.astro"]
    daemon.shown("Grüß Gott")
    message = git(daemon.worktree(), "log", "-1", "--format=%B")
    assert "Thread-ID: first" in message
    assert f"Turn-ID: {result['turnId']}" in message
    assert git(daemon.worktree(), "rev-list", "--count", "main..HEAD").strip() == "1"
    assert git(daemon.worktree(), "status", "--porcelain") == ""


def test_two_threads_are_live_side_by_side(daemon: Daemon) -> None:
    daemon.init("one")
    daemon.execute("change the heading of the home page to One", "one")
    daemon.shown("One</h1>")
    daemon.init("two")
    daemon.execute("change the heading of the home page to Two", "two")
    daemon.shown("Two</h1>")
    assert (daemon.worktree("one") / "src/pages/index.astro").read_text().count("One") == 1
    assert "Two" not in (daemon.worktree("one") / "src/pages/index.astro").read_text()
    running = [name for name, s in daemon.status().items() if name.startswith("astro@")]
    assert len(running) == 2


def test_a_status_call_changes_nothing(daemon: Daemon) -> None:
    daemon.init()
    page = daemon.worktree() / "src/pages/index.astro"
    page.write_text(page.read_text() + "<!-- mine -->\n")
    before = git(daemon.worktree(), "status", "--porcelain")
    status, answer = daemon.get("/api/status/acme/ada/first")
    assert status == 200
    assert "src/pages/index.astro" in answer["status"]["gitStatus"]
    assert answer["status"]["currentBranch"] == "thread-first"
    assert git(daemon.worktree(), "status", "--porcelain") == before != ""


def test_what_it_does_not_understand_it_says_and_commits_nothing(daemon: Daemon) -> None:
    daemon.init()
    result = daemon.execute("sing me the ballad of Reading Gaol")
    assert result["filesChanged"] == []
    assert result["commit"] is None
    assert "heading" in result["output"]  # the examples
