"""The clock on the wall decides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.roles import PLAIN, SLEEPER, Role, sh

pytestmark = pytest.mark.system

# Every look at it is a day earlier or later than the last, and sometimes it is before 1970.
JUMPING = """
import itertools, sys, time
real, days = time.time, itertools.cycle([0, 1, -1, 365, -365, -30_000])
time.time = lambda: real() + 86400 * next(days)
time.time_ns = lambda: int(time.time() * 1e9)
sys.argv[1:] = ["-c", "nurseryd.toml"]
from supervisor.__main__ import main
main()
"""
LIVES = {"backoff": {"first": 0.05, "limit": 0.1}, "budget": {"restarts": 3, "period": 10}}


async def lives(directory: Path, role: Role, **run: object) -> None:
    """Starts, restarts with backoff, gives up, ends a deaf one in its time, stops."""
    toml = SLEEPER + sh("crash", "exit 1", **LIVES)
    toml += sh("deaf", "trap '' TERM; echo up; sleep 1000", stop_timeout=0.3)
    toml += sh("never", "exec sleep 1000", ready={"log": "x"}, start_timeout=0.2, restart="never")
    async with role.daemon(directory, toml, **run) as it:
        await it.seen(service="sleeper", event="up")
        await it.seen(service="deaf", event="up")
        gave_up = await it.seen(service="crash", state="FATAL")
        assert gave_up["reason"] == "exited with 1; gave up after 3 restarts within 10 s"
        await it.seen(service="never", state="EXITED", reason="not ready within 0.2 s")
        assert (await it.command("restart", "sleeper"))["state"] == "RUNNING"
        assert await it.stop() == 0
        assert it.states("deaf") == ["STARTING", "RUNNING", "STOPPING", "STOPPED"]
        assert it.left() == set()
        assert it.it.other == ""


async def test_a_clock_that_jumps_by_days_changes_nothing(tmp_path: Path, role: Role):
    await lives(tmp_path, role, code=JUMPING)


async def test_the_days_do_jump(tmp_path: Path):
    """The control: what is only shown does follow that clock."""
    async with PLAIN.daemon(tmp_path, SLEEPER, code=JUMPING) as it:
        await it.seen(event="up")
        times = set()
        for _ in range(4):
            times.add((await it.command("restart", "sleeper"))["since"] // 86400)
        assert len(times) > 1
        assert await it.stop() == 0


async def test_a_machine_that_has_run_for_ages_is_like_any_other(tmp_path: Path, require):
    """Its monotonic clock is past the numbers that thirty-two bits of milliseconds hold."""
    require("unshare")
    around = ("unshare", "--time", "--fork", "--kill-child", "--monotonic", "3000000000")
    await lives(tmp_path, Role("ages", around))
