"""Orphans are reaped in either role, and no exit code is lost to whoever reaps them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import trio

from tests.conformance.roles import INIT, NAMESPACE, PLAIN, SLEEPER, Role, Subject, sh
from tests.supervisor.real import ROOT, children, daemon, state_of, until

pytestmark = pytest.mark.system

# Each is the child of a shell that ends before it does; "made" is said after the last.
ORPHANS = "i=0; while [ $i -lt {} ]; do (true &); i=$((i+1)); done; echo made; exec sleep 1000"


def zombies(pid: int) -> list[int]:
    return [child for child in children(pid) if state_of(child) == "Z"]


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])


async def test_two_thousand_orphans_leave_no_zombie(tmp_path: Path, role: Role):
    toml = sh("o", ORPHANS.format(2000)) + sh("e", "exit 7", restart="never")
    async with role.daemon(tmp_path, toml) as it:
        await it.seen(service="o", event="made")
        for pid in {await it.front(), await it.inner()}:
            await until(lambda pid=pid: not zombies(pid))
        assert (await it.services())["e"]["reason"] == "exited with 7"
        inner = await it.inner()
        await until(lambda: it.of("o") == set(children(inner)))  # who ends, and who begins
        assert await it.stop() == 0


async def test_an_orphan_comes_to_whoever_reaps(tmp_path: Path, role: Role):
    """As PID 1 that is the init, never the daemon inside, where nobody would expect it."""
    async with role.daemon(tmp_path, sh("o", "(sleep 999 &); exec sleep 1000")) as it:
        orphan = await until(lambda: running(it, "sleep 999"))
        front = await it.front()
        await until(lambda: parent_of(orphan) == front)
        assert await it.stop() == 0
        assert it.left() == set()


def running(it: Subject, command: str) -> int | None:
    """The process of a daemon's service that runs this."""
    line = command.replace(" ", "\0").encode() + b"\0"
    for pid in it.of("o"):
        with suppress(OSError):  # it has ended
            if Path(f"/proc/{pid}/cmdline").read_bytes() == line:
                return pid
    return None


@pytest.mark.parametrize("role", [PLAIN, INIT], ids=str)
async def test_without_a_reaper_they_stay(tmp_path: Path, role: Role, require):
    """The control: as PID 1, and as a subreaper, that waits for its own child alone."""
    require("unshare")
    adopt = "" if role is INIT else "from supervisor.pid1 import become_subreaper as b; b(); "
    make = ORPHANS.format(50).replace("exec sleep", "sleep")
    code = f"{adopt}import subprocess, sys; subprocess.run(['sh', '-c', {make!r}])"
    async with role.daemon(tmp_path, "", code=code) as it:
        await until(lambda: "made" in it.it.other)
        front = await it.front()
        await until(lambda: len(zombies(front)) == 50)


async def test_beside_another_init_orphans_come_to_the_daemon(tmp_path: Path, require):
    """As with `docker run --init`, or `initProcessEnabled`: that init here never reaps."""
    require("unshare")
    lazy = (
        "import subprocess, sys; assert subprocess.os.getpid() == 1; subprocess.run(sys.argv[1:])"
    )
    around = (*NAMESPACE, sys.executable, "-c", lazy)
    async with daemon(tmp_path, sh("o", ORPHANS.format(50)), around=around) as it:
        await it.seen(event="made")
        (init,) = await until(lambda: children(it.process.pid))
        (inner,) = children(init)
        await until(lambda: not zombies(inner))
        assert children(init) == [inner]


@pytest.mark.parametrize(("reaper", "size"), [("peek", 300), ("naive", 50)])
def test_no_exit_code_is_lost_among_hundreds_of_children_of_every_sort(reaper: str, size: int):
    """600 children of tasks, 300 of worker threads, 300 orphans. The naive reaper is the control:
    with it most of the codes come out as 0.
    """
    crowd = [sys.executable, "-m", "tests.conformance.crowd", reaper, str(size)]
    done = subprocess.run(crowd, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    wrong = json.loads(done.stdout)["wrong"]
    assert wrong == 0 if reaper == "peek" else wrong > size


async def test_a_library_that_waits_late_gets_its_exit_code(tmp_path: Path):
    """`communicate` asks for it only after the pipe has closed, which a grandchild holds here."""
    (tmp_path / "late.py").write_text("""
import subprocess
import trio

async def run(context, *, task_status):
    task_status.started()
    held = ["sh", "-c", "sleep 1.5 & exit 7"]
    done = await trio.to_thread.run_sync(lambda: subprocess.run(held, capture_output=True))
    raise RuntimeError(f"code {done.returncode}")
""")
    late = '[service.late]\nkind = "task"\nrun = "late:run"\nrestart = "never"\n'
    async with PLAIN.daemon(tmp_path, late) as it:
        await it.seen(service="late", state="EXITED", reason="RuntimeError: code 7")
        assert await it.stop() == 0


async def test_where_it_cannot_be_a_subreaper_it_says_so_and_goes_on(tmp_path: Path):
    code = (
        "from supervisor import __main__, pid1; import sys\n"
        "def refuse(): raise PermissionError(1, 'Operation not permitted')\n"
        "pid1.become_subreaper = refuse\n"
        "sys.argv[1:] = ['-c', 'nurseryd.toml']\n"
        "__main__.main()\n"
    )
    async with PLAIN.daemon(tmp_path, SLEEPER, code=code) as it:
        await it.seen(event="up")
        assert it.it.other == "cannot reap the orphans of services here: Operation not permitted\n"
        assert await it.stop() == 0


def test_only_a_subreaper_is_one():
    ask = "from supervisor import pid1; print(pid1.is_subreaper(), flush=True);"
    then = "pid1.become_subreaper(); print(pid1.is_subreaper(), flush=True);"
    child = (
        "import os; os.fork() or (print(pid1.is_subreaper(), flush=True), os._exit(0)); os.wait()"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask + then + child], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.split() == ["False", "True", "False"]


# What outlives the daemon, where the daemon is PID 1.

# Their pipes are broken by then, and the shell says of its own child that it was terminated.
OUTLIVES = "exec 2>&-; trap 'touch asked; exit' TERM; echo up; while :; do sleep 0.01; done"
DEAF = "exec 2>&-; trap '' TERM; echo up; while :; do sleep 0.01; done"


def patient(farewell: float) -> str:
    """The daemon's program, with so many seconds for what outlives it."""
    return (
        f"from supervisor import __main__, pid1; import sys; pid1.FAREWELL = {farewell};"
        "sys.argv[1:] = ['-c', 'nurseryd.toml']; __main__.main()"
    )


async def test_what_outlives_the_daemon_is_asked_to_end_before_it_is_killed(
    tmp_path: Path, require
):
    require("unshare")
    farewell = 6.0
    toml = sh("polite", OUTLIVES) + sh("deaf", DEAF)
    async with INIT.daemon(tmp_path, toml, code=patient(farewell)) as it:
        await it.seen(service="polite", event="up")
        await it.seen(service="deaf", event="up")
        began = trio.current_time()
        os.kill(await it.inner(), signal.SIGKILL)
        assert await it.exit_code() == 128 + signal.SIGKILL
        assert trio.current_time() - began >= farewell
        assert (tmp_path / "asked").exists()
        assert it.left() == set()


async def test_one_more_signal_means_now_there_too(tmp_path: Path, require):
    require("unshare")
    toml = sh("polite", OUTLIVES) + sh("deaf", DEAF)
    async with INIT.daemon(tmp_path, toml, code=patient(1000.0)) as it:
        await it.seen(service="polite", event="up")
        await it.seen(service="deaf", event="up")
        front = await it.front()
        os.kill(await it.inner(), signal.SIGKILL)
        await until((tmp_path / "asked").exists)
        os.kill(front, signal.SIGTERM)
        assert await it.exit_code() == 128 + signal.SIGKILL
        assert it.left() == set()


async def test_a_pid_1_that_just_leaves_asks_nobody(tmp_path: Path, require):
    """The control: the kernel kills whatever is left, deaf or polite."""
    require("unshare")
    code = f"import subprocess as s; s.Popen(['sh', '-c', {OUTLIVES!r}]); s.os.wait3(0) and 0"
    async with INIT.daemon(tmp_path, "", code=code) as it:
        await until(lambda: "up" in it.it.other)
        os.kill(await it.front(), signal.SIGKILL)
        await it.exit_code()
        assert it.left() == set()
        assert not (tmp_path / "asked").exists()
