"""Every signal means what is documented, at any moment, and reaches nobody by accident."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import pytest
import trio

from tests.conformance.roles import INIT, PLAIN, SLEEPER, Role, python, service, sh
from tests.supervisor.real import children, state_of, until

pytestmark = pytest.mark.system

# What the daemon does at a signal; whoever gives one another meaning changes its line.
STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
TOLD = (signal.SIGUSR1,)
IGNORED = (signal.SIGWINCH, signal.SIGCONT, signal.SIGCHLD, signal.SIGURG, signal.SIGPIPE)


@pytest.mark.parametrize("signum", STOPS)
async def test_a_signal_that_stops_it(tmp_path: Path, role: Role, signum: signal.Signals):
    async with role.daemon(tmp_path, SLEEPER) as it:
        await it.seen(event="up")
        assert await it.stop(signum) == 0
        await it.seen(event="stopped", reason=f"asked by {signum.name}", exit_code=0)
        assert it.left() == set()


async def test_a_hangup_makes_it_read_its_file_again(tmp_path: Path, role: Role):
    async with role.daemon(tmp_path, SLEEPER) as it:
        await it.seen(event="up")
        await it.signal(signal.SIGHUP)
        await it.seen(event="reloaded", changed=[])
        assert it.states("sleeper") == ["STARTING", "RUNNING"]
        assert await it.stop() == 0


async def test_the_others_change_nothing(tmp_path: Path, role: Role):
    async with role.daemon(tmp_path, SLEEPER) as it:
        await it.seen(event="up")
        for signum in (*IGNORED, *TOLD):
            await it.signal(signum)
        for signum in TOLD:
            await it.seen(event="signal ignored", signal=signum.name)
        assert await it.stop() == 0
        assert it.states("sleeper") == ["STARTING", "RUNNING", "STOPPING", "STOPPED"]


async def test_one_that_was_stopped_goes_on(tmp_path: Path, role: Role):
    async with role.daemon(tmp_path, SLEEPER) as it:
        await it.seen(event="up")
        inner = await it.inner()
        os.kill(inner, signal.SIGSTOP)
        await until(lambda: state_of(inner) == "T")
        await it.signal(signal.SIGCONT)
        assert await it.stop() == 0


async def test_a_second_signal_means_now(tmp_path: Path, role: Role):
    deaf = sh("deaf", "trap 'echo asked' TERM; echo up; while :; do sleep 0.01; done")
    async with role.daemon(tmp_path, deaf + "stop_timeout = 20\n") as it:
        await it.seen(event="up")
        began = trio.current_time()
        await it.signal(signal.SIGTERM)
        await it.seen(event="asked")
        await trio.sleep(0.25)  # what comes sooner is the same signal sent twice
        assert await it.stop() == 0
        assert trio.current_time() - began < 10
        assert it.left() == set()


# At the start. The one thing that cannot be had: before Python itself has begun, a PID 1 is deaf
# by the kernel's rule, and any other process simply dies, with nothing started.


def hears(pid: int) -> bool:
    """Whether a Python there holds SIGTERM back or handles it: from then on none may be lost."""
    if not Path(f"/proc/{pid}/cmdline").read_bytes().startswith(sys.executable.encode()):
        return False  # the command that becomes it; unshare blocks signals too, for itself alone
    status = Path(f"/proc/{pid}/status").read_text()
    masks = re.findall(r"^Sig(?:Blk|Cgt):\s+(\w+)$", status, re.MULTILINE)
    # While it waits for signals they do not count as blocked; but then it has a child.
    return any(int(mask, 16) >> signal.SIGTERM - 1 & 1 for mask in masks) or bool(children(pid))


@pytest.mark.parametrize("offset", [n / 100 for n in range(0, 40, 5)])
async def test_a_signal_at_any_moment_of_the_start_stops_it(
    tmp_path: Path, role: Role, offset: float
):
    """The offsets run from the first moment at which it can hear to well after it is up."""
    async with role.daemon(tmp_path, SLEEPER) as it:
        front = await it.front()
        await until(lambda: hears(front))
        await trio.sleep(offset)
        assert await it.stop() == 0
        await it.seen(event="stopped", reason="asked by SIGTERM")
        assert it.left() == set()


async def test_before_it_can_hear_it_dies_of_it_as_any_program_would(tmp_path: Path):
    codes = set()
    for offset in range(6):
        async with PLAIN.daemon(tmp_path, SLEEPER) as it:
            await trio.sleep(offset * 0.004)
            codes.add(await it.stop())
            assert it.left() == set()
    assert codes <= {0, -signal.SIGTERM}


async def test_with_signals_blocked_from_outside_none_is_lost_before_python_has_begun(
    tmp_path: Path, require
):
    """What an image can do about it: `env --block-signal=TERM nurseryd`."""
    require("unshare")
    around = ("env", "--block-signal=TERM")
    async with INIT.daemon(tmp_path, SLEEPER, around=around) as it:
        front = await it.front()
        await until(lambda: hears(front))
        assert await it.stop() == 0
        await it.seen(event="stopped", reason="asked by SIGTERM")


# What a child is given.

# Not through a shell: one such as dash clears the mask by itself, and the test could not fail.
MASKS = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]
# Signals 32 and 33 are the C library's own: no program can give them away or take them back.
LIBRARY = 1 << 31 | 1 << 32


def masks(lines: list[str]) -> list[int]:
    return [int(line.split()[1], 16) & ~LIBRARY for line in lines]


async def test_whatever_it_inherits_a_child_blocks_and_ignores_nothing(tmp_path: Path, role: Role):
    around = ("env", "--block-signal", "--ignore-signal")
    async with role.daemon(tmp_path, service("s", MASKS), around=around) as it:
        await until(lambda: len(it.said("s")) == 2)
        blocked, ignored = masks(it.said("s"))
        assert blocked == 0
        assert ignored == 1 << signal.SIGHUP - 1  # as nohup has it
        assert await it.stop() == 0


async def test_a_plain_popen_passes_on_what_it_inherits(tmp_path: Path):
    """The control."""
    code = f"import subprocess; subprocess.run({MASKS!r})"
    around = ("env", "--block-signal", "--ignore-signal")
    async with PLAIN.daemon(tmp_path, "", around=around, code=code) as it:
        await until(lambda: it.it.other.count("\n") == 2)
        blocked, ignored = masks(it.it.other.splitlines())
        assert blocked
        assert ignored


async def test_with_sigchld_ignored_before_it_exit_codes_are_right(tmp_path: Path, role: Role):
    around = ("env", "--ignore-signal=CHLD")
    toml = sh("e", "exit 7", restart="never", essential=True)
    async with role.daemon(tmp_path, toml, around=around) as it:
        assert await it.exit_code() == 10
        await it.seen(service="e", state="EXITED", reason="exited with 7")


async def test_it_has_no_input_no_terminal_and_a_session_of_its_own(tmp_path: Path, role: Role):
    look = (
        "import os; null = os.stat('/dev/null').st_rdev; print(os.fstat(0).st_rdev == null,"
        "os.getsid(0) == os.getpid() == os.getpgid(0), sorted(os.listdir('/proc/self/fd')),"
        "open('/proc/self/stat').read().rpartition(') ')[2].split()[4], flush=True);"
        "import time; time.sleep(1000)"
    )
    async with role.daemon(tmp_path, python("s", look)) as it:
        await it.seen(service="s", event="True True ['0', '1', '2', '3'] 0")
        assert await it.stop() == 0


CATCHABLE = {
    name: int(signal.Signals[f"SIG{name}"])
    for name in (
        *("HUP", "INT", "QUIT", "ABRT", "USR1", "USR2", "PIPE", "ALRM", "TERM"),
        *("STKFLT", "CONT", "WINCH", "IO", "PWR", "RTMIN", "RTMAX"),
    )
}


async def test_each_service_is_asked_by_its_own_signal_and_no_other(tmp_path: Path, role: Role):
    """SIGCONT apart, which follows every other."""
    toml = ""
    for name, number in CATCHABLE.items():
        others = [other for other in CATCHABLE.values() if other not in (number, signal.SIGCONT)]
        traps = "".join(f"trap 'echo heard {other}' {other}; " for other in others)
        script = f"{traps} trap 'echo heard {number}; exit' {number}; echo up; "
        script += "while :; do sleep 1000 & wait $!; done"
        toml += sh(name.lower(), script, stop_signal=name, stop_timeout=20)
    async with role.daemon(tmp_path, toml) as it:
        for name in CATCHABLE:
            await it.seen(service=name.lower(), event="up")
        assert await it.stop() == 0
        for name, number in CATCHABLE.items():
            heard = [line for line in it.said(name.lower()) if line.startswith("heard")]
            assert heard == [f"heard {number}"]
        assert it.left() == set()
