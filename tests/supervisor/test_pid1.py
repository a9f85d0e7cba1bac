"""The daemon as PID 1 of a namespace of its own, with a /proc of its own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import trio

from tests.supervisor.real import Daemon, children, daemon, until

pytestmark = pytest.mark.system

AROUND = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
ORPHANS = 20
# Make orphans that end at once, and see what PID 1 does with them: "wait" for as many zombies as
# one expects, or for five seconds, and print how many there are.
MAKE_ORPHANS = f"""
import os, sys, time
for number in range({ORPHANS}):
    if os.fork() == 0:
        if os.fork() == 0:
            while os.getppid() != 1:
                time.sleep(0.001)
        os._exit(0)
    os.wait()

def states():
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{{name}}/stat") as stat:
                fields = stat.read().rpartition(")")[2].split()
        except OSError:
            continue
        if name not in ("1", str(os.getpid()), str(os.getppid())) and fields[1] == "1":
            yield fields[0]

until = time.monotonic() + 5
while time.monotonic() < until:
    found = list(states())
    if "S" not in found and "R" not in found and found.count("Z") == int(sys.argv[1]):
        break
print("zombies", found.count("Z"), flush=True)
"""


@pytest.fixture(autouse=True)
def _needed(require: Callable[[str], Path]) -> None:
    require("unshare")


def orphans(expected: int) -> list[str]:
    return [sys.executable, "-c", MAKE_ORPHANS, str(expected)]


def service(name: str, command: list[str], more: str = "") -> str:
    return f'[service.{name}]\nkind = "process"\ncommand = {command!r}\n{more}\n'


SLEEPER = service("sleeper", ["sh", "-c", "echo up; exec sleep 1000"])


async def init_of(it: Daemon) -> int:
    """Our number for its PID 1: the child of `unshare`."""
    return (await until(lambda: children(it.process.pid)))[0]


async def test_orphans_are_reaped_and_exit_codes_are_right(tmp_path: Path):
    (tmp_path / "orphans.py").write_text(MAKE_ORPHANS)
    toml = SLEEPER + "".join(
        service(f"s{code}", [sys.executable, "orphans.py", "0"], 'restart = "never"')
        + service(f"e{code}", ["sh", "-c", f"exit {code}"], 'restart = "never"')
        for code in range(1, 4)
    )
    async with daemon(tmp_path, toml, around=AROUND) as it:
        for code in range(1, 4):
            await it.seen(service=f"e{code}", state="EXITED", reason=f"exited with {code}")
            await it.seen(service=f"s{code}", event="zombies 0")
            await it.seen(service=f"s{code}", state="EXITED", reason="ended")
        os.kill(await init_of(it), signal.SIGTERM)
        assert await it.exit_code() == 0
        await it.seen(event="stopped", reason="asked by SIGTERM")


async def test_a_plain_pid_1_keeps_its_zombies(tmp_path: Path):
    """The control: what is counted above is there when nobody reaps."""
    (tmp_path / "orphans.py").write_text(MAKE_ORPHANS)
    code = (
        "import os, subprocess, sys; assert os.getpid() == 1;"
        f"subprocess.run([sys.executable, 'orphans.py', '{ORPHANS}'])"
    )
    async with daemon(tmp_path, "", around=AROUND, code=code) as it:
        await until(lambda: f"zombies {ORPHANS}\n" in it.other)
        assert await it.exit_code() == 0


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
async def test_signals_are_passed_on(tmp_path: Path, signum: signal.Signals):
    async with daemon(tmp_path, SLEEPER, around=AROUND) as it:
        await it.seen(event="up")
        os.kill(await init_of(it), signum)
        assert await it.exit_code() == 0
        await it.seen(event="stopped", reason=f"asked by {signum.name}")


async def test_a_hangup_is_passed_on_too(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER, around=AROUND) as it:
        await it.seen(event="up")
        os.kill(await init_of(it), signal.SIGHUP)
        await it.seen(event="reloaded", changed=[])


def is_python_that_holds_signals_back(pid: int) -> bool:
    """No longer `unshare`, which blocks signals too, and for itself alone."""
    if not Path(f"/proc/{pid}/cmdline").read_bytes().startswith(sys.executable.encode()):
        return False
    status = Path(f"/proc/{pid}/status").read_text()
    blocked = int(status.partition("SigBlk:")[2].split()[0], 16) & 1 << (signal.SIGTERM - 1)
    # While it waits for signals they do not count as blocked; but then it has a child.
    return bool(blocked or children(pid))


async def test_a_signal_right_at_the_start_is_not_lost(tmp_path: Path):
    """For PID 1 the kernel drops what nobody handles; it comes long before the daemon is there."""
    for _ in range(3):
        async with daemon(tmp_path, SLEEPER, around=AROUND) as it:
            init = await init_of(it)
            await until(partial(is_python_that_holds_signals_back, init))
            os.kill(init, signal.SIGTERM)
            assert await it.exit_code() == 0
            await it.seen(event="stopped", reason="asked by SIGTERM")


async def test_signals_until_the_very_end_do_not_change_the_exit_code(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER, around=AROUND) as it:
        await it.seen(event="up")
        init = await init_of(it)
        while it.process.returncode is None:
            with trio.move_on_after(0.001):
                await it.process.wait()
            if children(it.process.pid):
                os.kill(init, signal.SIGTERM)
        assert await it.exit_code() == 0


async def test_the_exit_code_is_passed_on(tmp_path: Path):
    more = "essential = true\nbudget = { restarts = 0 }"
    async with daemon(tmp_path, service("e", ["false"], more), around=AROUND) as it:
        assert await it.exit_code() == 10


async def test_a_bad_configuration_is_exit_code_2(tmp_path: Path):
    async with daemon(tmp_path, "bad", around=AROUND) as it:
        assert await it.exit_code() == 2


async def test_a_daemon_that_is_killed_is_128_and_the_signal_and_takes_all_with_it(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER, around=AROUND) as it:
        await it.seen(event="up")
        (inner,) = children(await init_of(it))
        os.kill(inner, signal.SIGKILL)
        assert await it.exit_code() == 128 + signal.SIGKILL
        assert it.left() == set()


async def test_one_that_was_stopped_and_goes_on_is_as_before(tmp_path: Path):
    async with daemon(tmp_path, SLEEPER, around=AROUND) as it:
        await it.seen(event="up")
        init = await init_of(it)
        (inner,) = children(init)
        os.kill(inner, signal.SIGSTOP)
        os.kill(init, signal.SIGCONT)
        os.kill(init, signal.SIGTERM)
        assert await it.exit_code() == 0


async def test_runaways_are_gone_when_their_service_is(tmp_path: Path):
    runaway = service("s", ["sh", "-c", "setsid sleep 1000 & echo up; exec sleep 1000"])
    watcher = service("w", ["sh", "-c", "echo watching; exec sleep 1000"])
    async with daemon(tmp_path, runaway + watcher, around=AROUND) as it:
        await it.seen(event="up")
        await it.seen(event="watching")
        os.kill(await init_of(it), signal.SIGTERM)
        await it.seen(service="s", state="STOPPED")
        assert await it.exit_code() == 0
        assert it.left() == set()


async def test_the_parent_stays_small(tmp_path: Path):
    """It loads nothing that is not plain Python; its child does."""
    async with daemon(tmp_path, SLEEPER, around=AROUND) as it:
        await it.seen(event="up")
        init = await init_of(it)
        (inner,) = children(init)
        assert "msgspec" not in Path(f"/proc/{init}/maps").read_text()
        assert "msgspec" in Path(f"/proc/{inner}/maps").read_text()
        os.kill(init, signal.SIGTERM)
        assert await it.exit_code() == 0
