"""Who is left of a life, among real processes."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from trio.testing import wait_all_tasks_blocked

from supervisor import procfs
from supervisor import survivors as module
from supervisor.survivors import MARKER, Left, Survivors, Trace, belongs
from tests.supervisor.real import state_of

LAST_PID = Path("/proc/sys/kernel/ns_last_pid")


@contextmanager
def process(mark: str = "", *, session: bool = False) -> Iterator[int]:
    """One with this mark, that has got as far as its own program."""
    environment = {**os.environ, **({MARKER: mark} if mark else {})}
    it = subprocess.Popen(
        ["sh", "-c", "echo; read line"],
        env=environment,
        start_new_session=session,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert it.stdout is not None
    with it:
        it.stdout.read(1)
        yield it.pid
        it.kill()


def left(survivors: Survivors, *traces: Trace) -> list[list[int]]:
    found = survivors.find(traces)
    return [found[trace].pids for trace in traces]


@pytest.mark.parametrize("settled", [0.0, 1.0])
def test_they_are_known_by_their_session_or_by_their_mark(
    settled: float, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "SETTLED", settled)
    survivors = Survivors()
    with process(session=True) as a, process("m-1") as b, process("m-11") as c, process() as d:
        one, two = Trace(a, "m-1"), Trace(-1, "m-11")
        time.sleep(0.02)  # two ticks
        for _ in range(2):  # what is remembered says the same
            assert left(survivors, one, two) == [sorted([a, b]), [c]]
        assert [belongs(pid, one) for pid in (a, b, c, d)] == [True, True, False, False]
    assert left(survivors, one, two) == [[], []]
    assert not belongs(a, one)


@contextmanager
def child_without_environment(mark: str) -> Iterator[int]:
    """As one that is in the middle of an exec: its parent has a mark, and it shows nothing."""
    code = (
        "import subprocess as s; it = s.Popen(['/bin/sh', '-c', 'echo $$; read line'], env={},"
        " start_new_session=True); it.wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, MARKER: mark},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        yield int(parent.stdout.readline())
        parent.communicate()  # its child's stdin ends


def test_one_that_shows_no_environment_is_whose_its_parent_is():
    with child_without_environment("m-5") as it:
        assert procfs.variables(str(it)) == []
        assert belongs(it, Trace(-1, "m-5"))
        assert not belongs(it, Trace(-1, "m-6"))
    assert not belongs(it, Trace(-1, "m-5"))


def test_what_is_older_than_a_life_is_none_of_it():
    survivors = Survivors()
    with process("m-2") as it:
        began = survivors.began(it)
        assert left(survivors, Trace(-1, "m-2", began)) == [[it]]
        assert left(survivors, Trace(-1, "m-2", began + 1)) == [[]]
        assert left(survivors, Trace(-1, "m-2", began), Trace(-1, "x", began + 1)) == [[it], []]
    assert survivors.began(it) == 0


def test_the_sessions_of_other_lives_are_not_looked_into():
    survivors = Survivors()
    with process("m-3", session=True) as it:
        survivors.leaders.add(it)
        assert left(survivors, Trace(-1, "m-3")) == [[]]
        assert left(survivors, Trace(it, "")) == [[it]]
    script = "sleep 1000 & echo $!; wait"
    with subprocess.Popen(
        ["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True
    ) as leader:
        assert leader.stdout is not None
        member = int(leader.stdout.readline())
        survivors.leaders.add(leader.pid)
        assert left(survivors, Trace(-1, "m-3")) == [[]]
        assert left(survivors, Trace(leader.pid, "")) == [[leader.pid, member]]
        os.killpg(leader.pid, signal.SIGKILL)


def test_one_without_an_environment_leaves_doubt(monkeypatch: pytest.MonkeyPatch):
    survivors = Survivors()
    trace = Trace(-1, "m-4")
    with process("m-4") as it:
        monkeypatch.setattr(procfs, "variables", lambda name: [])
        assert survivors.find([trace])[trace] == Left([], sure=False)
        began = survivors.began(it)
        monkeypatch.setattr(procfs, "processes", lambda: [(str(it), 1)])
        for since, sure in ((began, False), (began + 1, True)):
            later = replace(trace, since=since)
            assert survivors.find([later])[later] == Left([], sure=sure)
        monkeypatch.undo()
        assert left(survivors, trace) == [[it]]  # it was not remembered without its mark


@pytest.fixture(params=["empty", "an error"])
def blank(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """Call it, and from then on no process shows an environment, as none does on its way out.

    There it may hold a port for as long as the machine is busy. How Linux says it depends on how
    new it is.
    """
    really_open = os.open

    def see_no_environment(path: str, flags: int) -> int:
        if not path.endswith("/environ"):
            return really_open(path, flags)
        if request.param == "empty":
            return really_open(os.devnull, flags)
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))

    return lambda: monkeypatch.setattr(os, "open", see_no_environment)


def test_one_on_its_way_out_is_known_by_its_session(blank: Callable[[], None]):
    with process(session=True) as it:
        trace = Trace(it, "m-13")
        blank()
        assert left(Survivors(), trace) == [[it]]
        assert left(Survivors(), replace(trace, since=Survivors().began(it) + 1)) == [[]]


@pytest.mark.parametrize("settled", [0.0, 1.0])
def test_one_on_its_way_out_is_known_by_the_mark_it_had(
    settled: float, blank: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "SETTLED", settled)
    survivors = Survivors()
    trace = Trace(-1, "m-14")
    with process("m-14") as it:
        time.sleep(0.02)  # two ticks
        assert left(survivors, trace) == [[it]]
        blank()
        assert left(survivors, trace) == left(survivors, trace) == [[it]]


def test_an_environment_that_is_not_ours_to_read_leaves_none(monkeypatch: pytest.MonkeyPatch):
    def refuse(name: str) -> list[bytes]:
        raise PermissionError

    monkeypatch.setattr(procfs, "variables", refuse)
    trace = Trace(-1, "m-5")
    with process("m-5"):
        assert Survivors().find([trace])[trace] == Left([], sure=True)


def test_a_long_environment_is_read_to_its_end():
    survivors = Survivors()
    with pytest.MonkeyPatch.context() as patch:
        for n in range(20):
            patch.setenv(f"A{n}", "x" * 100_000)
        with process("m-6") as it:
            assert left(survivors, Trace(-1, "m-6")) == [[it]]


def test_one_that_may_be_about_to_exec_is_read_anew(monkeypatch: pytest.MonkeyPatch):
    """As somebody else's broker does who starts what a life asks it to."""
    monkeypatch.setattr(module, "SETTLED", 1000.0)  # it may come to that late
    survivors = Survivors()
    trace = Trace(-1, "m-7")
    script = f"read line; {MARKER}=m-7 exec cat"
    with subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE, bufsize=0) as it:
        assert left(survivors, trace) == [[]]
        assert it.stdin is not None
        it.stdin.write(b"\n")
        while f"{MARKER}=m-7".encode() not in Path(f"/proc/{it.pid}/environ").read_bytes():
            time.sleep(0.001)
        assert left(survivors, trace) == [[it.pid]]
        it.kill()


REUSED = f"""
import time
from pathlib import Path
from supervisor import survivors as module
from supervisor.survivors import Survivors, Trace
from tests.supervisor.test_survivors import left, process

module.SETTLED = 0
survivors, trace = Survivors(), Trace(-1, "m-8")
with process() as old:
    time.sleep(0.02)
    assert left(survivors, trace) == [[]]
Path("{LAST_PID}").write_text(str(old - 1))
with process("m-8") as new:
    assert new == old
    assert left(survivors, trace) == [[new]]
"""


@pytest.mark.skipif(not os.access(LAST_PID, os.W_OK), reason="only root may choose a number")
def test_a_number_that_is_used_again_is_another_process(require: Callable[[str], Path]):
    """Where nobody else takes one, and nobody else meets with one that is used again."""
    namespace = [require("unshare"), "--pid", "--fork", "--mount-proc", "--kill-child"]
    done = subprocess.run(
        [*namespace, sys.executable, "-c", REUSED], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


async def test_all_who_wait_are_served_by_one_walk(monkeypatch: pytest.MonkeyPatch):
    survivors = Survivors()
    walks: list[int] = []
    find = survivors.find

    def counted(lives):
        walks.append(len(lives))
        return find(lives)

    monkeypatch.setattr(survivors, "find", counted)
    found: dict[int, list[int]] = {}

    async def look(number: int) -> None:
        found[number] = (await survivors.look(Trace(-1, f"m-9-{number}"))).pids

    with process("m-9-7") as it:
        async with trio.open_nursery() as nursery:
            for number in range(50):
                nursery.start_soon(look, number)
        assert walks == [50]
        assert found == {number: [it] if number == 7 else [] for number in range(50)}
        await look(3)
        assert walks == [50, 1]


async def test_a_walk_that_is_cancelled_still_serves_the_others():
    survivors = Survivors()
    done: list[int] = []
    scope = trio.CancelScope()

    async def look(number: int, scope: trio.CancelScope) -> None:
        with scope:
            await survivors.look(Trace(-1, f"m-{number}"))
            done.append(number)

    async with trio.open_nursery() as nursery:
        scope.cancel()
        nursery.start_soon(look, 1, scope)
        nursery.start_soon(look, 2, trio.CancelScope())
        await wait_all_tasks_blocked()
    assert 2 in done


async def test_without_a_descriptor_it_sees_nobody_and_says_so(monkeypatch: pytest.MonkeyPatch):
    really_open = os.open

    def none_left(path: str, flags: int) -> int:
        if path.startswith("/proc/"):
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return really_open(path, flags)

    survivors = Survivors()
    trace = Trace(-1, "m-12")
    with process("m-12") as it:
        with monkeypatch.context() as patch:
            patch.setattr(os, "open", none_left)
            assert await survivors.look(trace) == Left(blind=True)
        assert (await survivors.look(trace)).pids == [it]


async def test_a_spare_descriptor_that_somebody_else_took_is_closed_once(
    monkeypatch: pytest.MonkeyPatch,
):
    def none_left(*_: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    def close(descriptor: int) -> None:
        closed.append(descriptor)
        really_close(descriptor)

    really_close = os.close
    survivors = Survivors()
    trace = Trace(-1, "m-15")
    for _ in range(2):
        closed: list[int] = []
        with monkeypatch.context() as patch:
            patch.setattr(procfs, "processes", none_left)
            patch.setattr(os, "open", none_left)
            patch.setattr(os, "close", close)
            for _ in range(2):
                assert await survivors.look(trace) == Left(blind=True)
        assert closed
        assert len(set(closed)) == len(closed)
        assert not (await survivors.look(trace)).blind  # and it has a spare one again


def test_the_dead_are_not_left(monkeypatch: pytest.MonkeyPatch):
    pid = os.posix_spawn("/bin/true", ["true"], {MARKER: "m-10"}, setsid=True)
    while state_of(pid) != "Z":
        time.sleep(0.001)
    assert left(Survivors(), Trace(pid, "m-10")) == [[]]
    os.waitpid(pid, 0)
