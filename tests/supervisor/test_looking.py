"""What only the machine can tell is told before anything starts."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from supervisor.cli.nurseryd import run
from supervisor.config import load
from supervisor.looking import look
from tests.supervisor.real import ROOT

WARY = """
[supervisor]
socket = "${SOCKET:-nurseryd.sock}"
secrets = ["TOKEN"]
[supervisor.retired]
OLD_TABLE = "ask /v1/workspaces"
[service.wary]
kind = "task"
run = "tests.supervisor.wary:steady"
essential = true
[service.wary.options]
root = "${FOLDER:-}"
bind = "127.0.0.1:${PORT:-0}"
first = "${FIRST:-0}"
hosts = "${HOSTS:-}"
push = "${PUSH:-off}"
"""
OTHER = WARY.partition("[service.wary]")[2].replace("wary]", "other]").replace("wary.o", "other.o")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "nurseryd.toml"
    path.write_text(WARY)
    return path


def test_what_a_service_sees_is_told_with_its_key_and_the_variable(file: Path) -> None:
    seen = look(load(file, {"FOLDER": "full", "OLD_TABLE": "sites"}), {"OLD_TABLE": "sites"})
    assert [str(one) for one in seen.obstacles] == [
        f"{file}:12: service.wary.options.root: FOLDER='full': is full: make room"
    ]
    assert [str(one) for one in seen.doubts] == [
        f"{file}:6: supervisor.retired.OLD_TABLE: OLD_TABLE is set, and not read:"
        " ask /v1/workspaces"
    ]
    assert look(load(file, {}), {}).obstacles == look(load(file, {}), {}).doubts == ()
    file.write_text(WARY + '[service.broken]\nkind = "task"\n')
    assert look(load(file, {"FOLDER": "full"}), {}).obstacles == seen.obstacles


def test_check_warns_of_it_and_fails_where_that_is_asked_for(
    file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOLDER", "nowhere")
    assert run(["check", str(file)]) == 0
    told = capfd.readouterr().err
    assert "service.wary: warning: cannot run here" in told
    assert "service.wary.options.root: warning: FOLDER='nowhere': is lost with" in told
    assert run(["check", "--strict", str(file)]) == 2


def test_nothing_starts_where_somebody_else_has_the_port(
    file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as theirs:
        port = theirs.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        assert run(["-c", str(file)]) == 2
        assert capfd.readouterr().err.splitlines() == [
            f"{file}:13: service.wary.options.bind: PORT='{port}': another program listens on"
            f" 127.0.0.1:{port}: end that, or choose another port",
            "1 problem; nothing was started",
        ]
        assert run(["check", "--strict", str(file)]) == 0, "it may be the daemon itself"


@pytest.mark.parametrize("bind", ["127.0.0.1:{port}", "[::1]:{port}", "ä..b:{port}", "a.invalid:1"])
def test_a_port_is_no_obstacle_where_nobody_listens_there(file: Path, bind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    file.write_text(WARY.replace("127.0.0.1:${PORT:-0}", bind.format(port=port)))
    assert look(load(file, {}), {}, starting=True).obstacles == ()


def test_nothing_starts_where_something_is_in_the_way(
    file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOLDER", "full")
    assert run(["-c", str(file)]) == 2
    assert capfd.readouterr().err.splitlines() == [
        f"{file}:12: service.wary.options.root: FOLDER='full': is full: make room",
        "1 problem; nothing was started",
    ]


def test_nothing_starts_and_all_is_told_at_once(
    file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    file.write_text(WARY + "[service.other]" + OTHER.replace("${PUSH:-off}", "no") + "last = 1\n")
    for name, value in (("FOLDER", "full"), ("FIRST", "0"), ("PUSH", "maybe"), ("HOSTS", "a,b")):
        monkeypatch.setenv(name, value)
    assert run(["-c", str(file)]) == 2
    assert capfd.readouterr().err.splitlines() == [
        f"{file}:16: service.wary.options.push: PUSH='maybe': expected true or false, got a text",
        f"{file}:22: service.other.options.root: FOLDER='full': is full: make room",
        "2 problems; nothing was started",
    ]
    monkeypatch.setenv("PUSH", "YES")
    monkeypatch.setenv("FIRST", "3")
    assert run(["-c", str(file)]) == 2
    assert capfd.readouterr().err.splitlines() == [
        f"{file}:24: service.other.options.first: FIRST='3': is after 1",
        f"{file}:27: service.other.options.last: is before 3",
        f"{file}:14: service.wary.options.first: FIRST='3': is after 0",
        f"{file}:11: service.wary.options.last: is before 3",
        "4 problems; nothing was started",
    ]


def test_a_secret_is_not_told_with_its_variable(
    file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    file.write_text(WARY.replace("${FIRST:-0}", "${TOKEN}"))
    monkeypatch.setenv("TOKEN", "hunter22")
    assert run(["-c", str(file)]) == 2
    told = capfd.readouterr().err
    assert "TOKEN='********': expected a whole number" in told
    assert "hunter22" not in told


def test_two_services_do_not_listen_on_one_port(
    file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    file.write_text(WARY + "[service.other]" + OTHER)
    monkeypatch.setenv("PORT", "70")
    assert run(["check", str(file)]) == 2
    told = capfd.readouterr().err
    assert "service.other.options.bind: PORT='70': 127.0.0.1:70 is what wary listens on" in told
    monkeypatch.setenv("PORT", "0")  # any that is free
    assert run(["check", str(file)]) == 0


@pytest.mark.system
def test_a_doubt_is_in_the_log_and_keeps_nothing_from_starting(file: Path) -> None:
    daemon = subprocess.Popen(
        [sys.executable, "-m", "supervisor", "-c", str(file)],
        env={**os.environ, "FOLDER": "somewhere", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with daemon:
        assert daemon.stdout is not None
        first, second = (json.loads(daemon.stdout.readline()) for _ in range(2))
        file.write_text(WARY.replace("${FOLDER:-}", "full"))
        reload = "from supervisor.cli.nurseryctl import main; main()"
        refusal = subprocess.run(
            [sys.executable, "-c", reload, "--socket", "nurseryd.sock", "reload"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        daemon.terminate()
    assert "is full: make room" in refusal.stdout + refusal.stderr
    assert refusal.returncode != 0
    assert first["level"] == "warning"
    assert first["event"] == "FOLDER='somewhere': is lost with the container"
    assert first["where"] == f"{file}:12: service.wary.options.root"
    assert second["event"] == "started"
    assert daemon.returncode == 0
