"""A daemon that is killed: what is left of it, and what the next one finds."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.conformance.roles import INIT, PLAIN, SLEEPER, sh
from tests.supervisor.real import alive

pytestmark = pytest.mark.system


async def test_as_pid_1_it_takes_everything_with_it(tmp_path: Path, require):
    require("unshare")
    async with INIT.daemon(tmp_path, SLEEPER) as it:
        await it.seen(event="up")
        os.kill(await it.front(), signal.SIGKILL)
        await it.exit_code()
        assert it.left() == set()


async def test_elsewhere_its_services_live_on_known_by_their_mark(tmp_path: Path):
    """Nobody is there to end them: a process cannot be asked to do anything at its own SIGKILL."""
    async with PLAIN.daemon(tmp_path, SLEEPER) as first:
        await first.seen(event="up")
        (child,) = first.of("sleeper")
        assert await first.stop(signal.SIGKILL) == -signal.SIGKILL
        assert first.left() == {child}
        environment = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        assert any(variable.startswith(b"NURSERYD_LIFE=") for variable in environment)


@pytest.mark.xfail(
    reason="a daemon does not look for what a dead one left behind on its socket, so that two"
    " of each service run"
)
async def test_the_next_one_ends_what_the_last_one_left(tmp_path: Path):
    async with PLAIN.daemon(tmp_path, SLEEPER) as first:
        await first.seen(event="up")
        (child,) = first.of("sleeper")
        await first.stop(signal.SIGKILL)
        async with PLAIN.daemon(tmp_path, SLEEPER) as second:
            await second.seen(event="up")
            assert not alive(child)


async def test_another_daemons_services_are_left_alone(tmp_path: Path):
    (here := tmp_path / "here").mkdir()
    (there := tmp_path / "there").mkdir()
    async with PLAIN.daemon(here, SLEEPER) as first:
        await first.seen(event="up")
        async with PLAIN.daemon(there, sh("other", "echo up; exec sleep 1000")) as second:
            await second.seen(event="up")
            assert await second.stop() == 0
        assert first.of("sleeper")
        assert await first.stop() == 0
        assert first.states("sleeper") == ["STARTING", "RUNNING", "STOPPING", "STOPPED"]
