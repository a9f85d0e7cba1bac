"""Nobody reads the memory of the daemon, with the secrets in it, but root, nor that of a crash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.supervisor.real import ROOT, daemon

pytestmark = pytest.mark.system

# Looks at its parent as a program of the same user does, before and after the parent has hidden.
LOOK = """
import ctypes, os, sys
from supervisor import pid1

def look():
    child = os.fork()
    if child == 0:
        try:
            open(f"/proc/{os.getppid()}/environ", "rb").read()
        except PermissionError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # a change of the user hides as well
before = look()
pid1.hide()
print(before, look())
"""

# As the launcher is where Python cannot be read: hidden from its first moment.
RAISE = """
import ctypes, os  # before the user changes
from supervisor import launch, pid1

if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
pid1.hide()
launch.step("oom_score", "500")
print(open("/proc/self/oom_score_adj").read().strip())
"""

# Where nobody forbids core dumps; what is left of a program that crashes is told.
CRASH = """
import os, resource, subprocess, sys
from supervisor import pid1

def left():
    subprocess.run(["/bin/sh", "-c", "kill -SEGV $$"], check=False)
    return sorted(os.listdir())

most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
pid1.hide()
print(left(), resource.getrlimit(resource.RLIMIT_CORE) == (0, most))
"""


def test_a_program_of_the_same_user_cannot_read_who_has_hidden() -> None:
    told = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert told.stdout == "True False\n", told.stderr


def test_a_hidden_launcher_sets_its_own_score() -> None:
    told = subprocess.run([sys.executable, "-c", RAISE], capture_output=True, text=True, check=True)
    assert told.stdout == "500\n"


def test_what_crashes_leaves_no_image_of_its_memory(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-c", CRASH],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "[] True\n", told.stderr


async def test_a_service_may_ask_for_core_dumps(tmp_path: Path) -> None:
    toml = """
[service.a]
kind = "process"
command = ["sh", "-c", "ulimit -S -c > asked"]
restart = "never"
rlimits = { core = 4096 }
[service.b]
kind = "process"
command = ["sh", "-c", "ulimit -S -c > unasked"]
restart = "never"
"""
    async with daemon(tmp_path, toml) as it:
        await it.seen(event="service changed", service="a", state="EXITED")
        await it.seen(event="service changed", service="b", state="EXITED")
    assert (tmp_path / "asked").read_text() == "8\n"  # blocks of 512 bytes
    assert (tmp_path / "unasked").read_text() == "0\n"


async def test_the_daemon_hides_and_what_it_starts_does_not(tmp_path: Path) -> None:
    asked = "str(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    ask = f"import ctypes, sys; open(sys.argv[1], 'w').write({asked})"
    (tmp_path / "asks.py").write_text(
        "import ctypes\n"
        "async def serve(ctx, *, task_status):\n"
        f"    open('inside', 'w').write({asked})\n"
        "    task_status.started()\n"
        "    await ctx.stopping.wait()\n"
    )
    program = str([sys.executable, "-c", ask, str(tmp_path / "outside")])
    toml = (
        '[service.a]\nkind = "task"\nrun = "asks:serve"\n'
        f'[service.b]\nkind = "process"\ncommand = {program}\nrestart = "never"\n'
    )
    async with daemon(tmp_path, toml) as it:
        await it.seen(event="service changed", service="a", state="RUNNING")
        await it.seen(event="service changed", service="b", state="EXITED")
    assert (tmp_path / "inside").read_text() == "0"
    assert (tmp_path / "outside").read_text() == "1"
