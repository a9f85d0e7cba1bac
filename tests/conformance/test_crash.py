"""A daemon that is killed: what is left of it, and what the next one finds."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conformance.roles import INIT, PLAIN, SLEEPER, Subject, sh
from tests.supervisor.real import alive, children, until

pytestmark = pytest.mark.system

# A daemon with less patience for those that do not end when asked.
SOON = """
import sys
from supervisor import leftovers
from supervisor.__main__ import main
leftovers.GRACE = 6.0
sys.argv = ["nurseryd", "-c", "nurseryd.toml"]
main()
"""


@contextmanager
def carrier(mark: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["env", mark, "cat"], stdin=subprocess.PIPE) as it:
        yield it


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
        child = await first.one("sleeper")
        assert await first.stop(signal.SIGKILL) == -signal.SIGKILL
        assert first.left() == {child}
        environment = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        assert any(variable.startswith(b"NURSERYD_LIFE=") for variable in environment)


async def test_the_next_one_ends_what_the_last_one_left(tmp_path: Path):
    """Also who left the session, before any service starts; and it says whom it ends."""
    escaping = sh("escaping", "setsid sleep 1000 & echo up; wait")
    async with PLAIN.daemon(tmp_path, SLEEPER + escaping) as first:
        await first.seen(event="up", service="sleeper")
        left = await until(lambda: all_of(first))
        await first.stop(signal.SIGKILL)
        async with PLAIN.daemon(tmp_path, SLEEPER) as second:
            await second.seen(event="up")
            assert first.left() == set()
            (told,) = (it for it in second.it.events if "pids" in it)
            assert (told["pids"], told["services"]) == (sorted(left), ["escaping", "sleeper"])
            events = [it["event"] for it in second.it.events]
            assert events.index(told["event"]) < events.index("started")
            assert await second.stop() == 0


def all_of(it: Subject) -> set[int]:
    """Once there are all three: in the middle of an exec one is known by nothing."""
    found = it.of("sleeper") | it.of("escaping")
    return found if len(found) == 3 else set()


async def test_what_was_left_is_asked_first_and_killed_if_it_does_not_listen(tmp_path: Path):
    # It goes on when its child is asked first, and ends.
    wait = "while :; do sleep 1000 & wait; done"
    polite = sh("polite", f"trap 'echo > asked; exit' TERM; echo up; {wait}")
    deaf = sh("deaf", "trap '' TERM; echo up; exec sleep 1000")
    async with PLAIN.daemon(tmp_path, polite + deaf) as first:
        await first.seen(event="up", service="polite")
        await first.seen(event="up", service="deaf")
        await first.stop(signal.SIGKILL)
        async with PLAIN.daemon(tmp_path, SLEEPER, code=SOON) as second:
            await second.seen(event="up")
            assert (tmp_path / "asked").exists()
            assert first.left() == set()


def mark_of(pid: int) -> str:
    """What says in its environment whose it is."""
    variables = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    (mark,) = (it for it in variables if it.startswith("NURSERYD_LIFE="))
    return mark


async def test_it_spares_itself_and_those_that_it_descends_from(tmp_path: Path):
    """As where somebody starts it anew from a terminal that was one of the services."""
    async with PLAIN.daemon(tmp_path, SLEEPER) as first:
        await first.seen(event="up")
        child = await first.one("sleeper")
        mark = mark_of(child)
        await first.stop(signal.SIGKILL)
        terminal = ("env", mark, "sh", "-c", '"$@"; exit 7', "sh")
        async with PLAIN.daemon(tmp_path, SLEEPER, around=terminal) as second:
            await second.seen(event="up")
            assert not alive(child)
            (nurseryd,) = children(second.it.process.pid)
            os.kill(nurseryd, signal.SIGTERM)
            assert await second.exit_code() == 7


async def test_a_daemon_on_another_socket_of_the_folder_is_no_relative(tmp_path: Path):
    beside = ("env", f"NURSERYD__SUPERVISOR__SOCKET={tmp_path / 's2'}")
    async with PLAIN.daemon(tmp_path, SLEEPER) as first:
        await first.seen(event="up")
        async with PLAIN.daemon(tmp_path, sh("o", "echo up; exec cat"), around=beside) as second:
            await second.seen(event="up")
            await second.stop(signal.SIGKILL)
            async with PLAIN.daemon(tmp_path, SLEEPER, around=beside) as third:
                await third.seen(event="up")
                assert second.left() == set()
                assert await third.stop() == 0
        assert await first.stop() == 0
        assert first.states("sleeper") == ["STARTING", "RUNNING", "STOPPING", "STOPPED"]


async def test_after_an_orderly_end_nobody_is_looked_for(tmp_path: Path):
    """A look costs a walk through all processes, and whoever is found is none of its own."""
    async with PLAIN.daemon(tmp_path, SLEEPER) as first:
        await first.seen(event="up")
        child = await first.one("sleeper")
        mark = mark_of(child)
        assert await first.stop() == 0
    with carrier(mark) as stray:
        async with PLAIN.daemon(tmp_path, SLEEPER) as second:
            await second.seen(event="up")
            assert stray.poll() is None


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
