from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from supervisor.cli.nurseryctl.table import age, table
from tests.supervisor.inside import supervised
from tests.supervisor.real import PATIENCE, ROOT

CODE = "from supervisor.cli.nurseryctl import main; main()"
SERVICES = """
[service.steady]
kind = "task"
run = "tests.supervisor.bodies:steady"

[service.spare]
kind = "task"
run = "tests.supervisor.bodies:steady"
autostart = false

[service.broken]
kind = "task"
run = "tests.supervisor.bodies:broken"
restart = "never"
autostart = false

[service."one@"]
kind = "process"
command = ["true"]
"""


async def nurseryctl(*arguments: str, cwd: Path = ROOT, **environment: str):
    """Carry out a command line: its exit code, what it printed, what it complained."""
    with trio.fail_after(PATIENCE):
        done = await trio.run_process(
            [sys.executable, "-c", CODE, *arguments],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            capture_stdout=True,
            capture_stderr=True,
            check=False,
        )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
async def ctl(tmp_path: Path):
    async with supervised(tmp_path, SERVICES) as path:

        async def ctl(*arguments: str):
            return await nurseryctl("-s", path, *arguments)

        yield ctl


async def states(ctl) -> dict[str, str]:
    _, printed, _ = await ctl("status", "--json")
    return {service["name"]: service["state"] for service in json.loads(printed)}


async def test_status_shows_every_service_and_whether_all_is_well(ctl):
    code, printed, complaints = await ctl("status")
    assert (code, complaints) == (3, "")
    assert [line.split()[:2] for line in printed.splitlines()] == [
        ["steady", "RUNNING"],
        ["spare", "STOPPED"],
        ["broken", "STOPPED"],
    ]
    assert "\x1b" not in printed


async def test_status_of_some_is_of_those(ctl):
    code, printed, _ = await ctl("status", "steady")
    assert code == 0
    assert printed.split()[:2] == ["steady", "RUNNING"]
    assert len(printed.splitlines()) == 1
    assert (await ctl("status", "steady", "spare"))[0] == 3


async def test_status_as_json_is_all_that_is_known(ctl):
    code, printed, _ = await ctl("status", "--json", "steady")
    (service,) = json.loads(printed)
    assert code == 0
    assert {"name", "kind", "state", "ready", "healthy", "reason", "pid", "restarts"} <= set(
        service
    )


async def test_start_stop_and_restart(ctl):
    assert (await ctl("start", "spare"))[0] == 0
    assert (await states(ctl))["spare"] == "RUNNING"
    assert (await ctl("restart", "spare", "steady"))[0] == 0
    code, printed, _ = await ctl("stop", "spare", "steady")
    assert code == 0
    assert [line.split()[:2] for line in printed.splitlines()] == [
        ["spare", "STOPPED"],
        ["steady", "STOPPED"],
    ]


async def test_one_that_does_not_come_up_is_exit_code_3_with_the_reason(ctl):
    code, printed, _ = await ctl("start", "broken")
    assert code == 3
    assert "EXITED" in printed
    assert "ValueError: no luck" in printed


@pytest.mark.parametrize("verb", ["status", "start", "stop", "restart"])
async def test_an_unknown_service_is_exit_code_4(ctl, verb: str):
    code, printed, complaints = await ctl(verb, "stedy")
    assert (code, printed) == (4, "")
    assert complaints.startswith("nurseryctl: cannot find a service 'stedy'; services are ")


async def test_a_refusal_is_exit_code_1(ctl):
    code, _, complaints = await ctl("start", "one@")
    assert code == 1
    assert "cannot do that with a template: name an instance, such as one@one" in complaints


async def test_shutdown_stops_everything(ctl):
    assert await ctl("shutdown") == (0, "", "")
    code, _, _ = await ctl("start", "spare")
    assert code == 1


async def test_no_daemon_is_exit_code_4(tmp_path: Path):
    code, printed, complaints = await nurseryctl("-s", str(tmp_path / "s"), "status")
    assert (code, printed) == (4, "")
    assert complaints.startswith(f"nurseryctl: cannot reach a daemon at {tmp_path}/s: No such file")
    assert complaints.endswith("is nurseryd running? its socket can be named with --socket\n")


async def test_the_socket_is_found_by_variable_or_by_its_place(tmp_path: Path):
    (tmp_path / ".nurseryd").mkdir()
    async with supervised(tmp_path, SERVICES) as path:
        assert (await nurseryctl("status", "steady", NURSERYD_SOCKET=path))[0] == 0
        os.link(path, tmp_path / ".nurseryd" / "nurseryd.sock")
        assert (await nurseryctl("status", "steady", cwd=tmp_path))[0] == 0


@pytest.mark.parametrize("arguments", [("explode",), ("start",), ("status", "--yaml"), ()])
async def test_bad_usage_is_exit_code_2(arguments: tuple[str, ...]):
    code, _, complaints = await nurseryctl(*arguments)
    assert code == 2
    assert "Usage: " in complaints


async def test_help_is_exit_code_0():
    code, printed, _ = await nurseryctl("--help")
    assert code == 0
    for verb in ("start", "stop", "restart", "status", "shutdown"):
        assert verb in printed


def status(**facts: object) -> dict[str, object]:
    return {
        "name": "web",
        "state": "RUNNING",
        "healthy": None,
        "pid": None,
        "since": 1000.0,
        "restarts": 0,
        "next_restart": None,
        "reason": "",
        **facts,
    }


def test_a_line_tells_what_there_is_to_tell():
    plain, full = table(
        [
            status(),
            status(
                name="database",
                state="BACKOFF",
                healthy=False,
                pid=12,
                restarts=3,
                next_restart=1065.5,
                reason="exited with 1",
            ),
        ],
        1063.0,
    )
    assert plain.split() == ["web", "\x1b[32mRUNNING", "\x1b[0m", "-", "-", "1m03s"]
    assert full.endswith(
        "unhealthy  pid 12          1m03s  restarts 3  next in 2.5 s  exited with 1"
    )
    assert table([], 0.0) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0s"),
        (0, "0s"),
        (59.9, "59s"),
        (60, "1m00s"),
        (3599, "59m59s"),
        (7260, "2h01m"),
        (90000, "1d01h"),
    ],
)
def test_ages_are_for_people(seconds: float, text: str):
    assert age(seconds) == text
