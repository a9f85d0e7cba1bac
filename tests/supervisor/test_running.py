"""Programs that a task runs for itself, as real processes."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path

import pytest
import trio

from supervisor.desk import Refused
from supervisor.leftovers import find
from supervisor.spec import TaskSpec
from supervisor.survivors import MARKER
from tests.harness import Harness
from tests.supervisor.real import PATIENCE, alive, carrying, daemon, until

PATH = {"PATH": os.defpath}


@pytest.fixture
def harness() -> Harness:
    return Harness(TaskSpec(name="a", run="m:f"))


@pytest.fixture
def run(harness: Harness):
    return partial(harness.context(None).program, environment=PATH)


async def read(chunks) -> bytes:
    return b"".join([chunk async for chunk in chunks])


async def test_what_is_written_to_it_and_what_it_writes_goes_through(run):
    async with run(["sh", "-c", "cat; echo trouble >&2; exit 3"]) as it:
        await it.write(b"hello ")
        await it.write(b"you")
        it.close_stdin()
        assert await read(it.stdout) == b"hello you"
        assert await read(it.stderr) == b"trouble\n"
        assert await it.wait() == 3
        assert await it.wait() == 3
        with pytest.raises(Refused):
            await it.write(b"too late")


async def test_much_comes_whole(run):
    code = "import sys; sys.stdout.write('x' * 3_000_000)"
    async with run([sys.executable, "-c", code]) as it:
        assert len(await read(it.stdout)) == 3_000_000


async def test_it_has_its_directory_and_only_what_it_is_given(run, tmp_path: Path, harness):
    async with run(["env"], directory=str(tmp_path)) as it:
        names = {line.partition(b"=")[0] for line in (await read(it.stdout)).splitlines()}
    assert names <= {b"PATH", b"PWD", b"OLDPWD", b"NURSERYD_SERVICE", MARKER.encode()}
    async with run(["pwd"], directory=str(tmp_path)) as it:
        assert await read(it.stdout) == f"{tmp_path.resolve()}\n".encode()


async def test_each_has_a_marker_of_its_own_below_that_of_the_life(run, harness: Harness):
    async with run(["cat"]) as one, run(["cat"]) as two:
        for n, it in enumerate((one, two), 1):
            await it.write(b"x")  # in the middle of its exec it shows no environment
            await anext(aiter(it.stdout))
            assert carrying(f"{MARKER}={harness.marker}.{n}") == {it.pid}
        left, _ = find(harness.marker.partition("/")[0])
        assert {pid: name for pid, name in left.items() if pid in (one.pid, two.pid)} == {
            one.pid: "a",
            two.pid: "a",
        }


async def test_it_has_the_descriptors_that_it_is_given_by_their_numbers(run):
    reader, writer = os.pipe()
    os.write(writer, b"said once")
    os.close(writer)
    async with run(["sh", "-c", "cat <&7; cat <&7"], descriptors={7: reader}) as it:
        os.close(reader)
        assert await read(it.stdout) == b"said once"


async def test_one_with_descriptors_that_is_not_there_is_said_as_well(run):
    with pytest.raises(OSError, match="No such file"):
        async with run(["/nowhere/at-all"], descriptors={7: 0}):
            raise AssertionError("it ran")


async def test_one_that_is_not_there_is_said_at_once(run):
    with pytest.raises(FileNotFoundError):
        async with run(["/no/such/program"]):
            pass


# The last of them has said who it is before the first one goes on: its end would be theirs.
LEAVERS = """
import os, sys, time
said, say = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        {ignoring}
        print(os.getpid(), flush=True)
        os.write(say, b".")
        time.sleep(1000)
    os._exit(0)
os.wait()
os.read(said, 1)
{then}
"""
IGNORE = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"


def leaver(then: str, ignoring: str = "") -> list[str]:
    return [sys.executable, "-c", LEAVERS.format(then=then, ignoring=ignoring)]


@pytest.mark.parametrize("ignoring", ["", IGNORE])
async def test_its_end_takes_along_who_left_its_session_and_holds_its_pipe(run, ignoring: str):
    with trio.fail_after(PATIENCE):
        async with run(leaver("sys.exit(4)", ignoring)) as it:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(it.wait)
                away = int(await read(it.stdout))
            assert not alive(away)


@pytest.mark.parametrize("how", ["leave", "cancel", "raise"])
async def test_leaving_the_block_ends_it_and_all_that_it_started(run, how: str):
    pids: list[int] = []

    async def use() -> None:
        async with run(leaver("time.sleep(1000)"), grace=5.0) as it:
            pids.extend([it.pid, int(await anext(it.stdout))])
            if how == "cancel":
                await trio.sleep_forever()
            if how == "raise":
                raise ValueError("mine")

    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            if how == "raise":
                with pytest.raises(ValueError, match="mine"):
                    await use()
            else:
                nursery.start_soon(use)
                await until(lambda: len(pids) == 2)
                nursery.cancel_scope.cancel()
    assert not any(map(alive, pids))


async def test_it_may_end_well_when_it_is_asked(run, tmp_path: Path):
    note = tmp_path / "note"
    script = f'trap "echo bye > {note}; exit 0" TERM; echo up; while :; do sleep 0.01; done'
    async with run(["sh", "-c", script], grace=PATIENCE) as it:
        await anext(it.stdout)
    assert note.read_text() == "bye\n"


async def test_one_that_does_not_listen_is_killed_after_the_grace(run):
    code = f"{IGNORE}; print(flush=True); signal.pause()"
    began = trio.current_time()
    async with run([sys.executable, "-c", code], grace=0.2) as it:
        await anext(it.stdout)
        began = trio.current_time()
    assert trio.current_time() - began >= 0.2
    assert await it.wait() == -signal.SIGKILL


async def test_whoever_reads_when_it_is_left_is_told(run, nursery):
    told = trio.Event()

    async def late(chunks) -> None:
        for _ in range(2):
            with pytest.raises(trio.ClosedResourceError):
                await anext(chunks)
        told.set()

    # Somebody else's process holds the pipe, so that its end is not what is read.
    async with run(["cat"]) as it:
        held = os.open(f"/proc/{it.pid}/fd/1", os.O_WRONLY)
        nursery.start_soon(late, it.stdout)
        await trio.testing.wait_all_tasks_blocked()
    os.close(held)
    await told.wait()


async def test_many_leave_no_descriptor_behind(run):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        async with run(["true"]):
            pass
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.system
async def test_what_a_killed_daemon_leaves_is_ended_by_the_next(tmp_path: Path):
    (tmp_path / "runs_one.py").write_text(
        "import os\n"
        "async def serve(ctx, *, task_status):\n"
        "    async with ctx.program(['sleep', '1000'], environment=dict(os.environ)) as it:\n"
        "        open('pid', 'w').write(str(it.pid))\n"
        "        task_status.started()\n"
        "        await ctx.stopping.wait()\n"
    )
    toml = '[service.a]\nkind = "task"\nrun = "runs_one:serve"\n'
    async with daemon(tmp_path, toml) as first:
        await first.seen(event="service changed", service="a", state="RUNNING")
        pid = int((tmp_path / "pid").read_text())
        first.process.kill()
        await first.exit_code()
        assert alive(pid)
        # The second begins while this is still open, since leaving it would end what is left.
        async with daemon(tmp_path, toml) as second:
            await second.seen(event="service changed", service="a", state="RUNNING")
            assert not alive(pid)
