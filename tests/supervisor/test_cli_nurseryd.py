from __future__ import annotations

import json
import os
import pty
import re
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
        "bad.toml:3: service.a.run: is missing",
        "bad.toml:2: supervisor.sokcet: no such key; did you mean 'socket'?",
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


def test_check_tells_a_program_the_same(nurseryd, tmp_path: Path):
    (tmp_path / "good.toml").write_text(GOOD + "[group.g]\nmembers = ['web']\n")
    code, printed, complaints = nurseryd("check", "good.toml", "--json")
    assert (code, complaints) == (0, "")
    told = json.loads(printed)
    assert (told["ok"], told["problems"], told["warnings"]) == (True, [], [])
    assert told["plan"]["worst_case_stop"] == 7.5
    assert told["plan"]["groups"] == {"g": {"strategy": "one_for_one", "members": ["web"]}}
    assert told["plan"]["start_order"][-1] == {
        "name": "web",
        "kind": "task",
        "essential": False,
        "autostart": True,
        "after": {"database": "ready"},
    }

    (tmp_path / "bad.toml").write_text("[supervisor]\n\nx = 1")
    code, printed, complaints = nurseryd("check", "bad.toml", "--json")
    assert (code, complaints) == (2, "")
    (problem,) = json.loads(printed)["problems"]
    assert (problem["file"], problem["line"], problem["key"]) == ("bad.toml", 3, "x")
    assert json.loads(printed)["plan"] is None


def test_warnings_fail_only_where_that_is_asked_for(nurseryd, tmp_path: Path):
    (tmp_path / "a.toml").write_text('[service.a]\nkind = "process"\ncommand = ["no-such-one"]')
    code, printed, complaints = nurseryd("check", "a.toml")
    assert code == 0
    assert "start order:" in printed
    warning = "a.toml:3: service.a.command[0]: warning: there is no program 'no-such-one' here"
    assert complaints == f"{warning}, on its PATH\n"
    code, printed, complaints = nurseryd("check", "--strict", "a.toml")
    assert code == 2
    assert complaints.splitlines()[1:] == ["1 warning, and --strict"]
    code, printed, complaints = nurseryd("check", "--strict", "--json", "a.toml")
    assert (code, json.loads(printed)["ok"]) == (2, False)


def test_check_shows_groups_schedules_conditions_and_what_was_read(
    nurseryd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "a.toml").write_text(
        """
        [service.a]
        kind = "process"
        command = ["true"]
        requires = { b = "started" }
        autostart = false
        schedule = { cron = "0 3 * * *", timezone = "Europe/Berlin" }
        [service.b]
        kind = "process"
        command = ["true"]
        schedule = { every = 60, at_start = true }
        [group.g]
        members = ["b", "a"]
        strategy = "one_for_all"
        """
    )
    monkeypatch.setenv("NURSERYD__SERVICE__A__STOP_TIMEOUT", "1")
    code, printed, _ = nurseryd("--set", "service.b.stop_timeout=2", "check", "a.toml")
    assert (code, printed.splitlines()) == (
        0,
        [
            "read:",
            "     a.toml",
            "     NURSERYD__SERVICE__A__STOP_TIMEOUT",
            "     --set service.b.stop_timeout",
            "start order:",
            "   1 b (process)",
            "   2 a (process, not at the start) after b (started)",
            "groups:",
            "     g (one_for_all): b, a",
            "schedules:",
            "     a: cron 0 3 * * * in Europe/Berlin",
            "     b: every 60 s, and at the start",
            "worst-case stop: 3 s of 25 s",
        ],
    )


EXPLAINED = """
[supervisor]
secrets = ["TOKEN", "PIN"]
[service.db]
kind = "process"
command = ["true"]
stop_timeout = 2
[service.web]
kind = "process"
command = ["true", "${PORT:-80}", "a ${TOKEN} b"]
environment = { A = "1", TOKEN = "plain" }
requires = { db = "started" }
after = ["later"]
nice = "${PIN}"
limits = [{ causes = [1], restarts = 2 }]
schedule = { every = 60 }
[service.later]
kind = "process"
command = ["a rather long program name", "--with", "some arguments"]
[service."web@"]
kind = "process"
command = ["{x}"]
[service.front]
kind = "task"
run = "tests.supervisor.bodies:steady"
options = { port = 1 }
requires = ["web"]
stop_timeout = 1.5
[health.up]
service = "web"
tcp = "h:1"
[group.g]
members = ["db", "web"]
"""


def test_explain_says_where_each_value_comes_from(
    nurseryd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "a.toml").write_text(EXPLAINED)
    (tmp_path / "a.toml.d").mkdir()
    (tmp_path / "a.toml.d" / "b.toml").write_text("service.web.stop_timeout = 3")
    monkeypatch.setenv("TOKEN", "s3cr3t")
    monkeypatch.setenv("PIN", "17")
    code, printed, complaints = nurseryd("explain", "web", "a.toml", "--set", "service.web.user=0")
    assert (code, complaints) == (0, "")
    assert [re.sub("   +", "  ", line) for line in printed.splitlines()] == [
        "web (process) from a.toml:8",
        '  requires.db  "started"  a.toml:12',
        '  after  ["later"]  a.toml:13',
        "  schedule.every  60  a.toml:16",
        "  limits[0].restarts  2  a.toml:15",
        "  limits[0].causes  [1]  a.toml:15",
        "  stop_timeout  3  a.toml.d/b.toml:1",
        '  command  ["true", "80", "a ******** b"]  a.toml:10, PORT at its default, TOKEN',
        '  user  "0"  --set service.web.user',
        "  nice  ********  a.toml:14, PIN",
        '  environment.A  "1"  a.toml:11',
        "  environment.TOKEN  ********  a.toml:11",
        "starts after: db (started), later (ready)",
        "starts before: front",
        "schedule: every 60 s",
        "check up, from a.toml:29:",
        "  h:1 every 10 s, ready; when unhealthy: ignore",
        "group g (one_for_one): db, web",
        "worst-case stop: 3 s, 4.5 s with those that stop before it",
    ]
    _, printed, _ = nurseryd("explain", "later", "a.toml", "--all")
    assert '  command            ["a rather long program name"' in printed
    assert '  stop_signal        "TERM"        default' in printed
    assert "  rlimits            {}            default" in printed
    _, printed, _ = nurseryd("explain", "front", "a.toml")
    assert "  options.port  1 " in printed
    code, printed, _ = nurseryd("explain", "web@1", "a.toml")
    assert printed.startswith("web@ (process) from a.toml:20")


def test_explain_shows_what_there_is_of_a_broken_service(nurseryd, tmp_path: Path):
    (tmp_path / "a.toml").write_text(
        '[service.a]\nkind = "process"\nnice = 50\nafter = ["b"]\n'
        '[service.b]\nkind = "process"\ncommand = ["true"]\nafter = ["a"]\nnice = 50\n'
        '[service.c]\nkind = "proces"\n[service.d]\nkind = "process"\ncommand = ["{}"]\n'
    )
    code, printed, complaints = nurseryd("explain", "a", "a.toml")
    assert code == 2
    assert printed.splitlines()[1:3] == [
        '  after    ["b"]           a.toml:4',
        "  command  cannot be read  a.toml:1",
    ]
    assert "a.toml:1: service.a.command: is missing" in complaints
    code, printed, complaints = nurseryd("explain", "c", "a.toml")
    assert (code, printed) == (2, "")
    assert "no kind 'proces'" in complaints
    code, _, complaints = nurseryd("explain", "e", "a.toml")
    assert code == 2
    assert "there is no service 'e'; there is a, b, d" in complaints
    code, _, complaints = nurseryd("explain", "e", "missing.toml")
    assert code == 2
    assert complaints.endswith("nothing was started\n")


def test_explain_says_of_a_list_with_an_unset_variable_that_it_cannot_be_read(
    nurseryd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Neither that it is null, nor that the variable is at a default that it has not."""
    monkeypatch.delenv("UNSET", raising=False)
    (tmp_path / "a.toml").write_text(
        '[service.a]\nkind = "process"\ncommand = ["serve", "${UNSET}"]\numask = "${UNSET}"\n'
    )
    code, printed, complaints = nurseryd("explain", "a", "a.toml")
    assert code == 2
    assert "service.a.command[1]: the variable UNSET is not set" in complaints
    assert printed.splitlines()[1:3] == [
        "  command  cannot be read  a.toml:3",
        "  umask    cannot be read  a.toml:4",
    ]


def test_explain_goes_on_where_services_wait_for_one_another(nurseryd, tmp_path: Path):
    (tmp_path / "a.toml").write_text(
        '[service.a]\nkind = "process"\ncommand = ["true"]\nafter = ["b"]\n'
        '[service.b]\nkind = "process"\ncommand = ["true"]\nafter = ["a"]\n'
    )
    code, printed, complaints = nurseryd("explain", "a", "a.toml")
    assert code == 2
    assert printed.endswith("worst-case stop: 5 s\n")
    assert "waits for itself" in complaints


def test_schema_prints_a_schema(nurseryd):
    code, printed, complaints = nurseryd("schema")
    assert (code, complaints) == (0, "")
    assert json.loads(printed)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("no_color", ["", "1"])
async def test_problems_have_a_colour_on_a_terminal_alone(tmp_path: Path, no_color: str):
    (tmp_path / "a.toml").write_text("x = 1")
    ours, theirs = pty.openpty()
    try:
        done = await trio.run_process(
            [sys.executable, "-m", "supervisor", "check", str(tmp_path / "a.toml")],
            env={**os.environ, "NO_COLOR": no_color},
            cwd=ROOT,
            stderr=theirs,
            check=False,
        )
        assert done.returncode == 2
        said = os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert ("\x1b[31m" in said) == (not no_color)


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
