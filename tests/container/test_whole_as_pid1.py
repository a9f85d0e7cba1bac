"""The whole daemon as a real PID 1, in a PID namespace of its own."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.supervisor.real import children
from tests.whole.daemon import Daemon, git, processes_with, until

pytestmark = pytest.mark.system


def test_as_pid_1_it_ends_in_time_with_nothing_left(
    tmp_path: Path, cache: Path, require: Callable[[str], Path]
) -> None:
    prefix = (str(require("unshare")), "--pid", "--fork", "--mount-proc")
    with Daemon(tmp_path, cache, prefix=prefix) as daemon:
        daemon.init()
        daemon.execute("change the heading of the home page to From PID 1")
        daemon.shown("From PID 1")
        assert daemon.process is not None
        init = until("PID 1 of the namespace", lambda: children(daemon.process.pid))[0]
        assert len(children(init)) == 1  # the daemon; orphans that end are reaped
        os.kill(init, signal.SIGTERM)
        assert daemon.process.wait(25) == 0
        assert processes_with(str(tmp_path)) == []
        assert git(daemon.worktree(), "status", "--porcelain") == ""
