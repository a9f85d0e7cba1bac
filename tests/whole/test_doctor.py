"""The doctor in the whole daemon: its own way through the front door to a real dev server."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.messages import SCRATCH
from tests.whole.daemon import Daemon, git, until

pytestmark = pytest.mark.system

NURSERYCTL = "from supervisor.cli.nurseryctl import main; main()"


def doctor(daemon: Daemon, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", NURSERYCTL, "doctor", *arguments],
        cwd=daemon.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def daemon(tmp_path: Path, cache: Path) -> Iterator[Daemon]:
    """One that has patience with a busy machine."""
    with Daemon(tmp_path, cache, NURSERYD__SERVICE__DOCTOR__OPTIONS__wait="20") as daemon:
        yield daemon


def test_a_self_test_passes_every_hop_and_leaves_nothing(daemon: Daemon) -> None:
    # So that the installation is none of the test's time.
    daemon.init()
    daemon.shown("</html>")
    status, answer = daemon.get("/v1/preview/selftest")
    assert status == 200, answer
    hops = {hop["name"]: hop for hop in answer["findings"]["hops"]}
    tried = {name for name, hop in hops.items() if hop["verdict"] == "passed"}
    assert set(hops) - tried == {"tls", "silence"}
    assert "the page shows it" in hops["hmr"]["seen"]

    threads = f"/v1/threads/{SCRATCH.client}/{SCRATCH.user}"
    until("its thread to go", lambda: daemon.get(threads)[1]["threads"] == [])
    until("its dev server to end", lambda: not any("doctor-" in name for name in daemon.status()))
    project = daemon.folder / ".nurseryd/workspace" / SCRATCH.client / SCRATCH.user / "project"
    until("its worktree to go", lambda: git(project, "worktree", "list").count("\n") == 1)
    until("its branch to go", lambda: SCRATCH.branch not in git(project, "branch", "--all"))
    # A second one leaves no more than the first.
    before = git(project, "for-each-ref")
    assert daemon.get("/v1/preview/selftest")[0] == 200
    assert git(project, "for-each-ref") == before


def test_the_command_asks_the_daemon_that_it_finds_and_walks_from_here(daemon: Daemon) -> None:
    own = daemon.init()["astro"]["ownUrl"]
    daemon.shown("</html>")
    code, said = doctor(daemon, "--thread", "acme/ada/first")
    assert (code, "The preview works." in said) == (0, True), said
    code, said = doctor(daemon, "--url", own)
    assert (code, "The preview works." in said) == (0, True), said
    code, said = doctor(daemon, "--url", own.replace("first-", "other-"))
    assert code == 1
    assert "✗ http" in said
