"""The launcher by itself: what it does, in order, and what it reports. As a child it is held to
the same in test_program.py; here it runs where it can be seen how far it came.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from supervisor import launch
from supervisor.spawn import LAUNCH, PYTHON


def launched(
    *steps: str, command: tuple[str, ...] = ("no-such-program",), **fields: object
) -> tuple[list[str], int]:
    """Its report, by lines, and its exit code."""
    reader, writer = os.pipe()
    with open(reader) as report:
        run = subprocess.run(
            [sys.executable, LAUNCH, str(writer), *steps, "--", *command],
            pass_fds=(writer,),
            check=False,
            **fields,
        )
        os.close(writer)
        return report.read().splitlines(), run.returncode


def test_all_steps_are_taken_in_order_before_the_exec():
    uid, gid = os.geteuid(), os.getegid()
    steps = [
        "descriptor=9:1",
        "pid=MY_PID",
        "unset=LC_CTYPE",
        "variable=LC_CTYPE=C=D",
        "nice=1",
        "oom_score=10",
        "rlimit=core:0:-1",
        f"group={gid}",
        f"user={uid}",
        "umask=27",
        "directory=/",
    ]
    groups = [f"groups={','.join(map(str, os.getgroups()))}"] if uid == 0 else []
    report, code = launched(*steps, *groups)
    assert report == [str(len(steps) + len(groups)), "2", "[Errno 2] No such file or directory"]
    assert code == 127


@pytest.mark.parametrize(
    ("steps", "report"),
    [
        (["nice=1", "directory=/nowhere"], ["1", "2"]),
        (["rlimit=core:2:1"], ["0", "0", "current limit exceeds maximum limit"]),
        (["rlimit=cores:1:1"], ["0", "0"]),
        (["dance=1"], ["0", "0", "no such step: dance"]),
    ],
)
def test_it_says_which_step_failed_and_why(steps: list[str], report: list[str]):
    found, code = launched(*steps)
    assert found[: len(report)] == report
    assert code == 127


def test_the_command_is_looked_up_in_its_path(tmp_path: Path):
    (tmp_path / "closed").write_text("")
    for path, name, number in (
        (f"{tmp_path}:/nowhere", "closed", "13"),
        ("/nowhere:", "closed", "13"),
        ("/nowhere", "closed", "2"),
        ("/nowhere", str(tmp_path / "closed"), "13"),
    ):
        environment = {**os.environ, "PATH": path}
        found, _ = launched(command=(name,), env=environment, cwd=tmp_path)
        assert found[:2] == ["0", number], (path, name)


def test_where_all_is_well_it_says_nothing_and_is_the_command():
    reader, writer = os.pipe()
    with open(reader) as report:
        script = "grep -E '^Sig(Ign|Cgt)' /proc/$$/status; exit 7"
        run = subprocess.run(
            [*PYTHON, LAUNCH, str(writer), "pid=MY_PID", "--", "sh", "-c", script],
            pass_fds=(writer,),
            stdout=subprocess.PIPE,
            check=False,
        )
        os.close(writer)
        assert report.read() == ""
    assert run.returncode == 7
    ignored = int(run.stdout.split()[1], 16)
    for signum in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        assert not ignored & 1 << signum - 1


def test_the_score_of_one_that_nobody_may_look_into_is_set_once_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the kernel has it for everybody but root, who runs the tests."""
    prctl = ctypes.CDLL(None).prctl
    score = tmp_path / "oom_score_adj"

    def opened(path: str, mode: str) -> Any:
        assert path == "/proc/self/oom_score_adj"
        if not prctl(3, 0, 0, 0, 0):  # PR_GET_DUMPABLE
            raise PermissionError(13, "Permission denied", path)
        return score.open(mode)

    monkeypatch.setattr(launch, "open", opened, raising=False)
    prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
    try:
        launch.step("oom_score", "500")
        assert prctl(3, 0, 0, 0, 0) == 1
    finally:
        prctl(4, 1, 0, 0, 0)
    assert score.read_text() == "500"
