"""A program that cannot be started is a failed start: told, counted, waited for; nothing more."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import trio

from tests.conformance.roles import PLAIN, SLEEPER, Role, Subject, service, sh
from tests.supervisor.real import PATIENCE, state_of, until

pytestmark = pytest.mark.system

QUICK = {"backoff": {"first": 0.01, "limit": 0.05}, "budget": {"restarts": 3}}
GAVE_UP = "; gave up after 3 restarts within 60 s"


async def test_each_reason_is_told_counted_and_given_up_and_the_daemon_goes_on(
    tmp_path: Path, role: Role
):
    data = tmp_path / "data"
    data.write_text("data")
    (script := tmp_path / "script").write_text("no shebang")
    script.chmod(0o755)
    (orphaned := tmp_path / "orphaned").write_text("#!/no/such/interpreter\n")
    orphaned.chmod(0o755)
    (loop := tmp_path / "loop").symlink_to(loop)
    reasons = {
        "enoent": (["no-such-program"], {}, "No such file or directory"),
        "eacces": ([str(data)], {}, "Permission denied"),
        "eisdir": ([str(tmp_path)], {}, "Permission denied"),
        "enoexec": ([str(script)], {}, "Exec format error"),
        "interpreter": ([str(orphaned)], {}, "No such file or directory"),
        "eloop": ([str(loop)], {}, "Too many levels of symbolic links"),
        "toolong": (["x" * 300], {}, "File name too long"),
        "e2big": (["true", "x" * 200_000], {}, "Argument list too long"),
        "nowhere": (["true"], {"directory": "/nowhere"}, "'/nowhere': No such file or directory"),
        "nodir": (["true"], {"directory": str(data)}, f"'{data}': Not a directory"),
    }
    toml = SLEEPER
    for name, (command, keys, _) in reasons.items():
        toml += service(name, command, **keys, **QUICK)
    async with role.daemon(tmp_path, toml) as it:
        await it.seen(service="sleeper", event="up")
        for name, (command, _, why) in reasons.items():
            status = await it.service(name, lambda status: status["state"] == "FATAL")
            assert status["reason"].startswith(f"cannot start '{command[0]}': ")
            assert why in status["reason"]
            assert status["reason"].endswith(GAVE_UP)
            assert (status["pid"], status["restarts"]) == (None, 3)
        assert (await it.services())["sleeper"]["state"] == "RUNNING"
        assert await it.stop() == 0
        assert it.states("sleeper") == ["STARTING", "RUNNING", "STOPPING", "STOPPED"]
        assert not any("exception" in e for e in it.it.events)
        loud = [e for e in it.it.events if e.get("level") in ("warning", "error")]
        for name in reasons:
            assert it.states(name) == ["STARTING", "BACKOFF"] * 3 + ["STARTING", "FATAL"]
            assert sum(e.get("service") == name for e in loud) == 4


async def test_one_that_could_not_be_started_comes_up_once_it_can(tmp_path: Path, role: Role):
    program = tmp_path / "program"
    keys = {"backoff": {"first": 0.05, "limit": 0.05}, "budget": {"restarts": 1000}}
    async with role.daemon(tmp_path, service("late", [str(program)], **keys)) as it:
        await it.seen(service="late", state="BACKOFF")
        (draft := tmp_path / "draft").write_text("#!/bin/sh\necho up\nexec sleep 1000\n")
        draft.chmod(0o755)
        draft.rename(program)
        await it.seen(service="late", event="up")
        assert (await it.services())["late"]["restarts"] > 0
        assert await it.stop() == 0


PATIENT = {"backoff": {"first": 0.1, "limit": 0.1}, "budget": {"restarts": 10_000, "period": 1e6}}


async def fewer(it: Subject, reason: str, names: list[str]) -> None:
    """Some run and some cannot; when those that run are stopped the others get their turn."""
    await until(lambda: any(reason in str(e.get("reason")) for e in it.it.events))
    for name in names:
        await it.service(name, lambda status: status["state"] in ("RUNNING", "BACKOFF"))
    services = await it.services()
    # The others are between two attempts, or in the midst of one.
    hungry = {name for name in names if services[name]["state"] != "RUNNING"}
    assert hungry
    refused = {e.get("service") for e in it.it.events if f": {reason}" in str(e.get("reason"))}
    assert hungry <= refused
    async with trio.open_nursery() as nursery:
        for name in set(names) - hungry:
            nursery.start_soon(it.command, "stop", name)
    for name in hungry:
        await it.service(name, lambda status: status["state"] == "RUNNING")


async def test_without_descriptors_left_it_goes_on_and_starts_what_it_can(
    tmp_path: Path, role: Role
):
    """EMFILE. A child takes three for good, and six for the moment in which it starts."""
    names = [f"s{number}" for number in range(16)]
    toml = "".join(service(name, ["sleep", "1000"], **PATIENT) for name in names)
    async with role.daemon(tmp_path, toml, around=("prlimit", "--nofile=48")) as it:
        await fewer(it, "Too many open files", names)
        assert await it.stop() == 0
        assert it.left() == set()


async def test_without_a_single_descriptor_left_a_death_is_noticed_and_cleared_away(
    tmp_path: Path, role: Role
):
    """Clients that say nothing hold the last ones."""
    toml = "".join(service(f"s{number}", ["sleep", "1000"], **PATIENT) for number in range(4))
    async with role.daemon(tmp_path, toml, around=("prlimit", "--nofile=48")) as it:
        for number in range(4):
            await it.seen(service=f"s{number}", state="RUNNING")
        inner = await it.inner()
        with ExitStack() as clients:
            for _ in range(48):
                clients.enter_context(client := socket.socket(socket.AF_UNIX))
                client.connect(it.it.socket)
            said = await it.seen(event="cannot take in who connects for now")
            assert "Too many open files" in str(said["reason"])
            await until(lambda: len(os.listdir(f"/proc/{inner}/fd")) == 48)
            first = await it.one("s0")
            os.kill(first, signal.SIGKILL)
            failed = await it.seen(service="s0", state="BACKOFF")
            assert failed["reason"] == "killed by SIGKILL"
            await until(lambda: state_of(first) == "")
        await it.service("s0", lambda status: status["state"] == "RUNNING")
        assert await it.stop() == 0
        assert it.left() == set()


@pytest.fixture
def nobody() -> Iterator[tuple[str, Path]]:
    """A user that nobody else is, and a directory of its own."""
    if os.geteuid() != 0:
        pytest.skip("cannot become another user: run this as root")
    user = 0x6E75_0000 + os.getpid()
    directory = Path(tempfile.mkdtemp())
    os.chown(directory, user, user)
    yield str(user), directory
    shutil.rmtree(directory)


async def test_without_processes_left_it_goes_on_and_starts_what_it_can(
    nobody: tuple[str, Path], role: Role, require: Callable[[str], Path]
):
    """EAGAIN. The limit counts all that a user runs, and root is free of it."""
    require("setpriv")
    user, directory = nobody
    become = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
    # To reach a Python that may be in another's home.
    reach = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    names = [f"s{number}" for number in range(16)]
    toml = "".join(service(name, ["sleep", "1000"], **PATIENT) for name in names)
    around = (*become, *reach, "prlimit", "--nproc=14")
    async with role.daemon(directory, toml, around=around) as it:
        await fewer(it, "Resource temporarily unavailable", names)
        assert await it.stop() == 0
        assert it.left() == set()


async def test_hundreds_of_lives_leave_no_descriptor_no_thread_and_no_child(
    tmp_path: Path, role: Role
):
    keys = {"restart": "always", "backoff": {"first": 0.001, "limit": 0.001}}
    toml = SLEEPER
    for number in range(4):
        toml += sh(f"s{number}", "exit 0", **keys, budget={"restarts": 25})
        toml += service(f"f{number}", ["no-such-program"], **keys, budget={"restarts": 25})
    async with role.daemon(tmp_path, toml) as it:
        await it.seen(service="sleeper", event="up")
        inner = await it.inner()
        held = await settled(it, inner)
        threads = threads_of(inner)
        for number in range(4):
            await it.command("start", f"s{number}")
            await it.command("start", f"f{number}")
        with trio.fail_after(PATIENCE):
            while await settled(it, inner) != held:  # it may be measuring what it takes
                pass
        # Trio keeps an idle one for ten seconds: at no moment are these the same as before.
        await until(lambda: threads_of(inner) <= threads)
        services = await it.services()
        for number in range(4):
            assert services[f"s{number}"]["restarts"] == 25
        assert await it.stop() == 0


async def settled(it: Subject, inner: int) -> dict[str, list[str]]:
    """What the daemon holds when all but one have given up: descriptors and children."""
    for name in await it.services():
        if name != "sleeper":
            await it.service(name, lambda status: status["state"] == "FATAL")
    links: list[str] = []
    for descriptor in Path(f"/proc/{inner}/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(os.readlink(descriptor).partition(":")[0])  # without its number
    return {
        "descriptors": sorted(link for link in links if link != "socket"),  # clients come and go
        "children": Path(f"/proc/{inner}/task/{inner}/children").read_text().split(),
    }


def threads_of(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


async def test_the_hundreds_are_seen_where_they_are_kept(tmp_path: Path):
    """The control."""
    code = (
        "import subprocess, threading, time;"
        "kept = [subprocess.Popen(['true'], stdout=-1) for _ in range(50)];"
        "[threading.Thread(target=time.sleep, args=[1000]).start() for _ in range(50)];"
        "print('up', flush=True);"
        "time.sleep(1000)"
    )
    async with PLAIN.daemon(tmp_path, "", code=code) as it:
        await until(lambda: "up" in it.it.other)
        inner = await it.inner()
        assert len(os.listdir(f"/proc/{inner}/fd")) > 50
        assert threads_of(inner) > 50
        assert len(Path(f"/proc/{inner}/task/{inner}/children").read_text().split()) == 50
