"""How the daemon ends: by a signal, in every stage, with nothing lost and nothing left."""

import os
import signal

import pytest

from tests.whole.daemon import Daemon, git, processes_with, until

pytestmark = pytest.mark.system


def test_sigterm_ends_it_in_time_with_nothing_left_and_the_edit_saved(daemon: Daemon) -> None:
    daemon.init()
    daemon.shown("<h1")
    page = daemon.worktree() / "src/pages/index.astro"
    page.write_text(page.read_text() + "<!-- not committed yet -->\n")
    assert daemon.end() == 0
    assert processes_with(str(daemon.folder)) == []
    project = daemon.worktree().parents[1] / "project"
    saved = git(project, "show", "refs/nurseryd/wip/first:src/pages/index.astro")
    assert "not committed yet" in saved
    assert "not committed yet" in page.read_text()
    assert git(project, "fsck", "--strict") == ""


def test_a_second_start_finds_everything_where_it_was(daemon: Daemon) -> None:
    daemon.init()
    daemon.execute("change the heading of the home page to Still here")
    assert daemon.end() == 0
    daemon.start()
    assert daemon.init()["workspace"]["resumed"] is True
    daemon.shown("Still here")


def test_a_killed_dev_server_comes_back_by_policy_and_the_story_is_true(daemon: Daemon) -> None:
    daemon.init()
    daemon.shown("<h1")
    before = until("a dev server", daemon.dev_server)
    os.kill(before["pid"], signal.SIGKILL)

    def recovered() -> bool:
        now = daemon.dev_server()
        return now is not None and now["pid"] != before["pid"]

    until("a new dev server", recovered)
    after = until("a dev server", daemon.dev_server)
    assert after["restarts"] == before["restarts"] + 1
    until("a healthy one", lambda: (daemon.dev_server() or {}).get("healthy"))
    daemon.shown("<h1")


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_right_after_the_start_ends_it_cleanly(daemon: Daemon, signum: int) -> None:
    assert daemon.end(signum) == 0
    assert processes_with(str(daemon.folder)) == []
