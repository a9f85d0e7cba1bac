"""What is seen from inside of a running container."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.container.container import Container
from tests.container.image import Image

pytestmark = pytest.mark.system

CLAUDE = "/opt/nurseryd/lib/python3.13/site-packages/claude_agent_sdk/_bundled/claude"

# Starts a program with something secret in its environment, and looks for it from outside of the
# program, as the code of a site could.
LOOK = """
import os, subprocess, sys
from pathlib import Path

ends = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
program = subprocess.Popen(sys.argv[1:], env={**os.environ, "CANARY": "1"}, **ends)
while Path(f"/proc/{program.pid}/comm").read_text().startswith("python"):
    pass  # not yet the program itself
try:
    # For a moment the program has its name, and no environment yet.
    while not (environment := Path(f"/proc/{program.pid}/environ").read_text()):
        pass
    print("CANARY" in environment)
except PermissionError:
    print("refused")
program.kill()
"""
TALK = ("-p", "--input-format=stream-json", "--output-format=stream-json", "--verbose")


@pytest.fixture(scope="module")
def container(slim: Image) -> Iterator[Container]:
    with Container(slim) as container:
        container.ready()
        yield container


@pytest.fixture(scope="module")
def with_cli(full: Image) -> Iterator[Container]:
    with Container(full) as container:
        container.healthy()
        yield container


def test_the_configuration_passes_its_check(container: Container) -> None:
    done = container.exec("nurseryd", "check", "/etc/nurseryd/container.toml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_client_finds_the_daemon(container: Container) -> None:
    done = container.exec("nurseryctl", "status", "--json")
    assert done.returncode == 0, done.stderr
    states = {service["name"]: service["state"] for service in json.loads(done.stdout)}
    assert states["api"] == "RUNNING"


def test_python_reads_bytecode_and_writes_none(container: Container) -> None:
    modules = "import supervisor.daemon, services.api, services.workspaces, boto3.session"
    done = container.exec("/opt/nurseryd/bin/python", "-v", "-c", modules)
    assert done.returncode == 0, done.stderr
    sources = [line for line in done.stderr.splitlines() if line.startswith("# code object from")]
    assert len(sources) > 100
    assert [line for line in sources if not line.endswith(".pyc'")] == []
    assert "# wrote" not in done.stderr


def test_only_the_volumes_can_be_written_to(container: Container) -> None:
    for place in ("/", "/etc", "/opt/nurseryd", "/home/appuser", "/var/tmp"):
        assert container.exec("touch", f"{place}/x").returncode != 0, place
    for place in ("/tmp", "/workspace"):
        assert container.exec("touch", f"{place}/x").returncode == 0, place


def test_nobody_can_read_the_environment_of_pid_1(container: Container) -> None:
    processes = [each.inside for each in container.processes()]
    assert 1 in processes
    for process in processes:
        done = container.exec("cat", f"/proc/{process}/environ")
        assert "NURSERYD_TOKEN" not in done.stdout


def test_neither_can_they_that_of_a_client_such_as_the_health_check(container: Container) -> None:
    python, client = (
        "/opt/nurseryd/bin/python",
        ("/opt/nurseryd/bin/nurseryctl", "token", "show", "-"),
    )
    assert container.exec(python, "-c", LOOK, *client).stdout == "refused\n"
    assert container.exec(python, "-c", LOOK, "sleep", "60").stdout == "True\n"


def test_slim_has_no_claude_and_full_has_it(container: Container, with_cli: Container) -> None:
    assert container.exec(CLAUDE, "--version").returncode != 0
    done = with_cli.exec(CLAUDE, "--version")
    assert "Claude Code" in done.stdout, done.stderr


def test_the_cli_cannot_be_read_and_so_neither_can_its_environment(with_cli: Container) -> None:
    assert "Permission denied" in with_cli.exec("cat", CLAUDE).stderr
    python = "/opt/nurseryd/bin/python"
    assert with_cli.exec(python, "-c", LOOK, CLAUDE, *TALK).stdout == "refused\n"
    assert with_cli.exec(python, "-c", LOOK, "sleep", "60").stdout == "True\n"
