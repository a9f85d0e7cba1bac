from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from supervisor.cli.nurseryd import run
from tests.supervisor.real import ROOT, until

GOOD = """
[supervisor]
shutdown_timeout = 10

[service.web]
kind = "task"
run = "tests.supervisor.bodies:steady"
requires = ["database"]
asks = ["db"]
sends = ["news"]
stop_timeout = 3

[service.database]
kind = "task"
run = "tests.supervisor.bodies:steady"
essential = true
answers = ["db"]
receives = ["news"]
stop_timeout = 4.5

[service."worker@"]
kind = "process"
command = ["true"]

[health.web]
service = "web"
http = "http://127.0.0.1:1/"
"""


@pytest.fixture
def nurseryd(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Carry out a command line: its exit code, what it printed, what it complained."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NURSERYD_CONFIG", raising=False)

    def nurseryd(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        return code, *capfd.readouterr()

    return nurseryd


def test_check_says_what_would_be_done(nurseryd, tmp_path: Path):
    (tmp_path / "good.toml").write_text(GOOD)
    code, printed, complaints = nurseryd("check", "good.toml")
    assert (code, complaints) == (0, "")
    assert printed.splitlines() == [
        "start order:",
        "   1 database (task, essential)",
        "   2 prober (task)",
        "   3 web (task) after database",
        "templates:",
        "     worker@",
        "channels:",
        "     news: web sends, database receives",
        "     db: web asks, database answers",
        "checks:",
        "     web: web by http://127.0.0.1:1/ every 10 s",
        "worst-case stop: 7.5 s of 10 s",
    ]


def test_check_says_all_that_is_wrong(nurseryd, tmp_path: Path):
    (tmp_path / "bad.toml").write_text('[supervisor]\nsokcet = "s"\n[service.a]\nkind = "task"')
    code, printed, complaints = nurseryd("check", "bad.toml")
    assert (code, printed) == (2, "")
    assert complaints.splitlines() == [
        "bad.toml: service.a.run: is missing",
        "bad.toml: supervisor.sokcet: no such key; did you mean 'socket'?",
        "2 problems; nothing was started",
    ]


def test_one_problem_is_one(nurseryd, tmp_path: Path):
    assert nurseryd("check", "missing.toml") == (
        2,
        "",
        "missing.toml: cannot read it: No such file or directory\n1 problem; nothing was started\n",
    )


def test_a_bad_configuration_is_not_run(nurseryd, tmp_path: Path):
    (tmp_path / "bad.toml").write_text("bad")
    code, _, complaints = nurseryd("-c", "bad.toml")
    assert code == 2
    assert "is not TOML" in complaints


@pytest.mark.parametrize("how", ["option", "variable", "place"])
def test_a_file_is_found_by_option_by_variable_or_by_its_place(
    nurseryd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
):
    name = "nurseryd.toml" if how == "place" else "other.toml"
    (tmp_path / name).write_text(GOOD)
    if how == "variable":
        monkeypatch.setenv("NURSERYD_CONFIG", name)
    option = ["--config", name] if how == "option" else []
    code, printed, _ = nurseryd(*option, "check")
    assert code == 0
    assert "worst-case stop: 7.5 s of 10 s" in printed


@pytest.mark.skipif(Path("/etc/nurseryd/nurseryd.toml").exists(), reason="there is one")
@pytest.mark.parametrize("command", [(), ("check",)])
def test_without_a_file_it_says_where_it_looked(nurseryd, command: tuple[str, ...]):
    code, _, complaints = nurseryd(*command)
    assert code == 2
    assert "there is no nurseryd.toml and no /etc/nurseryd/nurseryd.toml" in complaints


@pytest.mark.parametrize(
    "arguments", [("--no-such-option",), ("no-such-command",), ("check", "a", "b"), ("-c",)]
)
def test_bad_usage_is_exit_code_2(nurseryd, arguments: tuple[str, ...]):
    code, printed, complaints = nurseryd(*arguments)
    assert (code, printed) == (2, "")
    assert "Error: " in complaints


def test_help_is_exit_code_0(nurseryd):
    code, printed, _ = nurseryd("--help")
    assert code == 0
    assert "check" in printed


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
async def test_a_check_that_takes_too_long_can_be_interrupted(tmp_path: Path, signum: int):
    """The daemon holds such signals back until it can act on them; a check never will."""
    (tmp_path / "slow_to_import.py").write_text(
        "import pathlib, time\npathlib.Path('importing').touch()\ntime.sleep(1000)"
    )
    (tmp_path / "slow.toml").write_text('[service.a]\nkind = "task"\nrun = "slow_to_import:f"')
    process = await trio.lowlevel.open_process(
        [sys.executable, "-m", "supervisor", "check", "slow.toml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
        stderr=subprocess.DEVNULL,
    )
    try:
        await until((tmp_path / "importing").exists)
        process.send_signal(signum)
        with trio.fail_after(10):
            assert await process.wait() != 0
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_the_daemon_starts_with_nothing_heavy(tmp_path: Path):
    """All that is loaded before the first service begins to live."""
    (tmp_path / "a.toml").write_text(GOOD)
    loaded = modules_after(
        "import supervisor.daemon, supervisor.cli.nurseryd as it\n"
        f"assert it.run(['check', {str(tmp_path / 'a.toml')!r}]) == 0"
    )
    assert {"trio", "click", "msgspec", "structlog", "h11"} <= loaded
    heavy = {"quart", "quart_trio", "hypercorn", "pygit2", "boto3", "botocore"}
    assert not loaded & heavy
