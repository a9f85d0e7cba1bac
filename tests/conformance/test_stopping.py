"""Stopped means gone: when a stop is answered, nothing of the service is left."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
import trio

from supervisor import procfs
from tests.conformance.roles import PLAIN, Role, Subject, python, sh
from tests.supervisor.real import TOKEN, alive, carrying, until

pytestmark = pytest.mark.system

# Seconds: more than anybody needs who hears, and over soon for those that do not.
GRACE = 15.0
SHORT = 0.5
DEAF = ("deaf", "stops-when-asked", "spew")

# Each says "up" when it is what its name says.
SORTS = {
    "well-behaved": "trap 'exit 0' TERM; echo up; while :; do sleep 0.01; done",
    "deaf": "trap '' TERM; echo up; sleep 1000",
    "leader-goes-at-once": "(trap '' TERM; echo up; sleep 1000) & trap 'exit 0' TERM; wait",
    "background-children": "sleep 1000 & sleep 1000 & sleep 1000 & echo up; wait",
    "background-shells": "(sleep 1000; echo) & (sleep 1000; echo) & echo up; exec sleep 1000",
    "escapee": "setsid sh -c 'trap \"\" TERM HUP; echo up; sleep 1000' & exec sleep 1000",
    "escapee-of-an-escapee": (
        "setsid sh -c 'setsid sh -c \"echo up; exec sleep 1000\" & exit' & exec sleep 1000"
    ),
    "group-of-its-own": "set -m; sleep 1000 & echo up; wait",
    "stopped-by-itself": "trap 'exit 0' TERM; echo up; kill -STOP $$; while :; do sleep 1; done",
    "stops-when-asked": "trap 'kill -STOP $$' TERM; echo up; while :; do sleep 0.01; done",
    "holds-the-pipe": "(trap '' TERM; exec sleep 1000) & echo up; exec sleep 1000",
}
SPEW = (
    "import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.write(1, b'up\\n')\n"
    "while True: os.write(1, b'x' * 100 + b'\\n')"
)
FORKS = (
    "import os, signal, time\n"
    "print('up', flush=True)\n"
    "end = time.monotonic() + 60\n"  # should nobody catch it
    "while time.monotonic() < end:\n"
    "    if os.fork(): time.sleep(0.005); os._exit(0)\n"
    "    os.setsid()\n"
)


def sorts() -> str:
    return python("spew", SPEW, stop_timeout=SHORT) + "".join(
        sh(name, script, stop_timeout=SHORT if name in DEAF else GRACE)
        for name, script in SORTS.items()
    )


async def test_of_whatever_sort_it_is_it_is_gone_when_its_stop_is_answered(
    tmp_path: Path, role: Role
):
    async with role.daemon(tmp_path, sorts()) as it:
        names = [*SORTS, "spew"]
        for name in names:
            await it.seen(service=name, event="up")
            assert it.of(name)
        left: dict[str, set[int]] = {}
        states: dict[str, object] = {}
        took: dict[str, float] = {}

        async def stop(name: str) -> None:
            began = trio.current_time()
            states[name] = (await it.command("stop", name))["state"]
            took[name] = trio.current_time() - began
            left[name] = it.of(name)

        async with trio.open_nursery() as nursery:
            for name in names:
                nursery.start_soon(stop, name)
        assert not any(left.values())
        assert states == dict.fromkeys(names, "STOPPED")
        assert all(took[name] >= SHORT for name in DEAF)
        assert all(seconds < GRACE for seconds in took.values())
        assert await it.stop() == 0


def popen(script: str, mark: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["sh", "-c", script],
        stdout=subprocess.PIPE,
        env={**os.environ, TOKEN: mark},
        start_new_session=True,
    )


@pytest.mark.parametrize("sort", ["leader-goes-at-once", "background-children", "escapee"])
async def test_one_that_kills_only_the_leader_leaves_the_rest(sort: str):
    """The control: what is looked for above is there when only a leader, or a group, is killed."""
    mark = f"{sort}-{os.getpid()}"
    leader = popen(SORTS[sort], mark)
    assert leader.stdout is not None
    with leader.stdout:
        await trio.to_thread.run_sync(leader.stdout.readline)
        leader.terminate()
        leader.wait()
        if sort == "escapee":
            with pytest.raises(ProcessLookupError):
                os.killpg(leader.pid, signal.SIGKILL)
        left = {pid for pid in carrying(f"{TOKEN}={mark}") if alive(pid)}
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert left


async def test_one_that_forks_all_the_time_and_leaves_its_session_is_gone(
    tmp_path: Path, role: Role
):
    """Always the child of a parent that has just ended: in no group and on no list for long."""
    async with role.daemon(tmp_path, python("runner", FORKS)) as it:
        await it.seen(event="up")
        await it.command("stop", "runner")
        assert it.of("runner") == set()
        assert await it.stop() == 0


async def test_a_grandchild_that_holds_the_pipe_does_not_hide_the_end(tmp_path: Path, role: Role):
    """Out of the session and without the mark nothing of it is known but the pipe."""
    # What is substituted ends once the grandchild has our stdout in place of its pipe.
    grandchild = "env -i setsid sh -c 'exec >&3 3>&-; exec sleep 1000' &"
    script = f"exec 3>&1; : $({grandchild}); exit 3"
    async with role.daemon(tmp_path, sh("s", script, restart="never")) as it:
        began = trio.current_time()
        await it.seen(service="s", state="EXITED", reason="exited with 3")
        assert trio.current_time() - began < 10
        holder = (await adopted(it)).pop()
        assert await it.stop() == 0
        if role is PLAIN:
            os.kill(holder, signal.SIGKILL)
        await until(lambda: not alive(holder))


async def adopted(it: Subject) -> set[int]:
    """The strangers that came to the front process."""
    front = await it.front()

    def strangers() -> set[int]:
        found: set[int] = set()
        for name, _ in procfs.processes():
            with suppress(OSError):  # gone since it was listed
                if procfs.stat(name).parent == front:
                    found.add(int(name))
        return found - it.left()

    found = await until(strangers)
    assert isinstance(found, set)
    return found


async def test_a_stop_while_it_starts_ends_it_at_once(tmp_path: Path, role: Role):
    never = sh("never", "echo up; exec sleep 1000", ready={"log": "never"})
    waiting = sh("waiting", "exec sleep 1000", requires=["never"])
    async with role.daemon(tmp_path, never + waiting) as it:
        await it.seen(event="up")
        services = await it.services()
        assert (services["never"]["state"], services["waiting"]["state"]) == ("STARTING", "STOPPED")
        assert (await it.command("stop", "waiting"))["state"] == "STOPPED"
        assert (await it.command("stop", "never"))["state"] == "STOPPED"
        assert it.of("never") == set()
        assert await it.stop() == 0
        assert it.states("waiting") == []


async def test_a_sigterm_while_services_start_stops_all(tmp_path: Path, role: Role):
    never = sh("never", "echo up; exec sleep 1000", ready={"log": "never"})
    waiting = sh("waiting", "exec sleep 1000", requires=["never"])
    async with role.daemon(tmp_path, never + waiting) as it:
        await it.seen(event="up")
        assert await it.stop() == 0
        assert it.left() == set()
        assert it.states("never") == ["STARTING", "STOPPING", "STOPPED"]
        assert it.states("waiting") == []


async def test_a_stop_in_backoff_is_a_stop_at_once_and_for_good(tmp_path: Path, role: Role):
    ready = {"log": "never"}
    toml = sh(
        "b", "exit 1", ready=ready, backoff={"first": 1000, "limit": 1000}, budget={"period": 5000}
    )
    async with role.daemon(tmp_path, toml) as it:
        await it.seen(service="b", state="BACKOFF")
        assert (await it.services())["b"]["next_restart"]
        status = await it.command("stop", "b")
        assert (status["state"], status["next_restart"]) == ("STOPPED", None)
        assert (await it.command("start", "b"))["state"] == "BACKOFF"
        assert await it.stop() == 0
        assert it.states("b") == [
            "STARTING",
            "BACKOFF",
            "STOPPED",
            "STARTING",
            "BACKOFF",
            "STOPPED",
        ]
