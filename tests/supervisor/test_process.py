"""Real children. What a stop or an end leaves behind is looked up in /proc."""

from __future__ import annotations

import errno
import gc
import itertools
import os
import signal
import sys
from pathlib import Path

import pytest
import trio
from structlog.testing import capture_logs

from supervisor import child
from supervisor.causes import describe
from supervisor.channels import Channels
from supervisor.control import Control
from supervisor.desk import Desk, Refused
from supervisor.events import Events
from supervisor.failure import Failed
from supervisor.kinds.life import Life
from supervisor.kinds.process import process
from supervisor.listening import Listening
from supervisor.model import ServiceStatus, State
from supervisor.output import Line, Output
from supervisor.runner import Runner
from supervisor.spec import ProcessSpec, Ready, Restart
from supervisor.survivors import MARKER, Left, Trace, survivors
from supervisor.vitals import Vitals
from tests.supervisor.real import PATIENCE, alive, state_of, until

NUMBERS = itertools.count()


def sh(script: str, **fields: object) -> ProcessSpec:
    return ProcessSpec(name="s", command=("sh", "-c", script), **fields)


def python(code: str, **fields: object) -> ProcessSpec:
    return ProcessSpec(name="s", command=(sys.executable, "-c", code), **fields)


class One:
    """One service of kind process, and all that it wrote."""

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec = spec
        self.body = process(spec)
        self.lines: list[Line] = []
        self.pids: list[int] = []
        self.markers: list[str] = []
        self.notes: list[str] = []
        self.ends: list[tuple[int, float]] = []
        self.extended: list[float] = []
        self.hidden: frozenset[str] = frozenset()
        self.secrets: frozenset[str] = frozenset()
        self.listening = Listening()
        self.output = Output(self.lines.extend)
        self.channels = Channels()

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]

    def life(self, stopping: trio.Event) -> Life:
        self.markers.append(f"test-{os.getpid()}-{next(NUMBERS)}")
        return Life(
            run="test",
            marker=self.markers[-1],
            stopping=stopping,
            channels=self.channels,
            control=Control(Desk("nobody")),
            events=(events := Events()),
            vitals=Vitals(events),
            output=self.output,
            listening=self.listening,
            tell=self,
            declared=lambda: self.spec,
            surroundings=dict(os.environ),
            hidden=self.hidden,
            secrets=self.secrets,
        )

    # What a life tells, see Teller.

    def tell_process(self, process) -> None:
        self.process = process
        self.pids.append(process.pid)

    def tell_pid(self, pid) -> None:
        self.pids.append(pid)

    def tell_note(self, note) -> None:
        self.notes.append(note)

    def tell_end(self, code, gone_after) -> None:
        self.ends.append((code, gone_after))

    def extend(self, seconds) -> None:
        self.extended.append(seconds)

    async def live(self) -> None:
        """One life to its end, which nobody asks for."""
        with trio.fail_after(PATIENCE):
            await self.body(self.life(trio.Event()), task_status=trio.TASK_STATUS_IGNORED)

    def runner(self) -> Runner:
        """The runner that keeps it, with all that a stop and a start are made of."""

        async def live(stopping: trio.Event, *, task_status: trio.TaskStatus[None]) -> None:
            await self.body(self.life(stopping), task_status=task_status)

        return Runner(self.spec, live, lambda status: None)

    async def said(self, text: str) -> Line:
        """The first line that begins so, once there is one."""
        return await until(
            lambda: next((line for line in self.lines if line.text.startswith(text)), None)
        )

    def assert_gone(self) -> None:
        for marker in self.markers:
            trace = Trace(-1, marker)
            assert survivors.find([trace])[trace].pids == []
        for pid in self.pids:
            assert state_of(pid) == ""  # not even a zombie


async def kept(nursery: trio.Nursery, one: One) -> Runner:
    """Start it with its runner and wait until it runs."""
    runner = one.runner()
    nursery.start_soon(runner.run)
    runner.start()
    with trio.fail_after(PATIENCE):
        status = await runner.settled()
    assert status.state is State.RUNNING, status
    return runner


async def stopped(runner: Runner) -> ServiceStatus:
    with trio.fail_after(PATIENCE):
        return await runner.status.until(lambda status: status.state.at_rest)


# How a life ends by itself.


async def test_a_program_that_ends_with_0_is_done():
    one = One(sh("exit 0"))
    await one.live()
    one.assert_gone()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 1", "exited with 1"),
        ("exit 255", "exited with 255"),
        ("kill -KILL $$", "killed by SIGKILL"),
        ("kill -SEGV $$", "killed by SIGSEGV"),
        ("kill -TERM $$", "killed by SIGTERM"),
        ("kill -40 $$", "killed by signal 40"),
    ],
)
async def test_any_other_end_is_a_failure_in_words(script: str, reason: str):
    one = One(sh(f"ulimit -c 0; {script}"))
    with pytest.raises(Failed, match=f"^{reason}$"):
        await one.live()
    one.assert_gone()


def test_codes_have_words():
    assert describe(0) == "exited with 0"
    assert describe(-signal.SIGTERM) == "killed by SIGTERM"
    assert describe(-64) == "killed by SIGRTMAX"


async def test_an_end_before_it_was_ready_is_a_failure():
    with pytest.raises(Failed, match="exited with 0 before it was ready"):
        await One(sh("exit 0", ready=Ready(log="never"))).live()
    with pytest.raises(Failed, match="exited with 3"):
        await One(sh("exit 3", ready=Ready(log="never"))).live()


async def test_a_program_that_is_not_there():
    one = One(ProcessSpec(name="s", command=("no-such-program",)))
    with pytest.raises(Failed, match="cannot start 'no-such-program': No such file"):
        await one.live()
    assert one.pids == []


async def test_a_directory_that_is_not_there(tmp_path: Path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(Failed, match="cannot start 'sh': its directory '/nowhere': No such file"):
        await One(sh("exit", directory="/nowhere")).live()
    with pytest.raises(Failed, match=f"its directory '{file}': Not a directory"):
        await One(sh("exit", directory=str(file))).live()


async def test_a_file_that_is_no_program(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("data")
    with pytest.raises(Failed, match=f"cannot start '{file}': Permission denied"):
        await One(ProcessSpec(name="s", command=(str(file),))).live()
    file.chmod(0o755)
    with pytest.raises(Failed, match=f"cannot start '{file}': Exec format error"):
        await One(ProcessSpec(name="s", command=(str(file),))).live()


@pytest.mark.parametrize(
    "spec",
    [
        ProcessSpec(name="s", command=("true", "a\0b")),
        ProcessSpec(name="s", command=("true",), directory="a\0b"),
        ProcessSpec(name="s", command=("true",), environment={"A=B": "c"}),
        ProcessSpec(name="s", command=("true",), environment={"A": "\0"}),
        ProcessSpec(name="s", command=("true", "x" * 10_000_000)),
    ],
    ids=["argument", "directory", "variable", "value", "too long"],
)
async def test_what_cannot_be_passed_on_fails_the_life_and_nothing_else(spec: ProcessSpec):
    with pytest.raises(Failed, match="cannot start 'true'"):
        await One(spec).live()


@pytest.mark.parametrize("fields", [{}, {"nice": 1}], ids=["plain", "launched"])
async def test_without_a_descriptor_left_the_child_is_killed(
    fields, monkeypatch: pytest.MonkeyPatch
):
    def none_left(pid: int) -> int:
        pids.append(pid)
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    pids: list[int] = []
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    with monkeypatch.context() as patch:
        patch.setattr(os, "pidfd_open", none_left)
        with pytest.raises(Failed, match="Too many open files"):
            await One(sh("sleep 1000", **fields)).live()
    assert state_of(pids[0]) == ""
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


# What it is given, and what it says.


async def test_the_last_words_of_a_child_that_dies_at_once_are_heard():
    for _ in range(20):
        one = One(sh("echo out; echo err >&2; printf half; exit 1"))
        with pytest.raises(Failed):
            await one.live()
        said = {(line.stream, line.text) for line in one.lines}
        # Half a line that comes late to its end is told before that, and the end is empty.
        assert said - {("stdout", "")} == {
            ("stdout", "out"),
            ("stderr", "err"),
            ("stdout", "half"),
        }
        assert {line.pid for line in one.lines} == set(one.pids)


async def test_much_is_heard_in_order_to_the_end():
    one = One(python("for n in range(100_000): print(n)"))
    await one.live()
    # A line that is a while in coming is told in parts.
    heard = "".join(line.text + ("" if line.partial else "\n") for line in one.lines)
    assert heard == "".join(f"{n}\n" for n in range(100_000))


async def test_it_has_no_input_and_a_session_of_its_own():
    one = One(python("import os, sys; print(repr(sys.stdin.read())); print(os.getsid(0))"))
    await one.live()
    assert one.texts == ["''", str(one.pids[0])]


async def test_it_holds_no_descriptor_but_its_three():
    one = One(sh("exec ls /proc/self/fd"))
    await one.live()
    assert one.texts == ["0", "1", "2", "3"]  # the last is the folder that ls reads


async def test_it_inherits_all_variables_or_those_allowed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET", "s")
    monkeypatch.setenv("ALLOWED", "a")

    async def environment(**fields: object) -> dict[str, str]:
        one = One(ProcessSpec(name="s", command=("/usr/bin/env",), **fields))
        await one.live()
        found = dict(text.partition("=")[::2] for text in one.texts)
        assert found.pop(MARKER) == one.markers[0]
        assert found.pop("NURSERYD_SERVICE") == "s"
        return found

    everything = await environment()
    assert (everything["SECRET"], everything["ALLOWED"]) == ("s", "a")
    assert await environment(environment_allow=()) == {}
    assert await environment(environment_allow=("ALLOWED", "NOT_THERE")) == {"ALLOWED": "a"}
    own = await environment(environment_allow=(), environment={"A": "1", "ALLOWED": "b"})
    assert own == {"A": "1", "ALLOWED": "b"}


async def test_it_runs_in_its_directory(tmp_path: Path):
    one = One(sh("pwd", directory=str(tmp_path)))
    await one.live()
    assert one.texts == [str(tmp_path)]


# Ready.


async def test_a_line_makes_it_ready():
    one = One(sh("echo wait; echo listening; exec sleep 1000", ready=Ready(log="^listening$")))
    async with trio.open_nursery() as nursery:
        await kept(nursery, one)
        assert one.texts == ["wait", "listening"]
        nursery.cancel_scope.cancel()
    one.assert_gone()


async def test_the_line_is_found_however_many_come_at_once():
    code = "print('x\\n' * 4000 + 'listening\\n' + 'x\\n' * 4000, flush=True)"
    one = One(python(f"{code}; import time; time.sleep(1000)", ready=Ready(log="listening")))
    async with trio.open_nursery() as nursery:
        await kept(nursery, one)
        nursery.cancel_scope.cancel()


async def test_one_that_is_not_ready_in_time_is_ended():
    spec = sh(
        "trap '' TERM; sleep 1000 & wait",
        ready=Ready(log="never"),
        start_timeout=0.1,
        restart=Restart.NEVER,
    )
    one = One(spec)
    runner = one.runner()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(runner.run)
        runner.start()
        with trio.fail_after(PATIENCE):
            status = await runner.status.until(lambda status: status.state is State.EXITED)
        assert status.reason == "not ready within 0.1 s"
        one.assert_gone()
        nursery.cancel_scope.cancel()


# How it is ended.

LISTENS = "trap 'echo heard; exit 0' {signal}; echo up; while :; do sleep 0.01; done"
DEAF = "trap 'echo heard' TERM; echo up; while :; do sleep 0.01; done"


@pytest.mark.parametrize("signum", ["TERM", "SIGINT", "usr1"])
async def test_it_is_asked_to_end_by_its_signal(signum: str):
    name = signum.upper().removeprefix("SIG")
    one = One(sh(LISTENS.format(signal=name), stop_signal=signum, stop_timeout=PATIENCE))
    async with trio.open_nursery() as nursery:
        runner = await kept(nursery, one)
        await one.said("up")
        runner.stop()
        status = await stopped(runner)
        assert (status.state, status.reason, status.pid) == (State.STOPPED, "", None)
        assert "heard" in one.texts
        one.assert_gone()
        nursery.cancel_scope.cancel()


async def test_one_that_does_not_listen_is_killed_when_its_time_is_up():
    one = One(sh(DEAF, stop_timeout=PATIENCE))
    async with trio.open_nursery() as nursery:
        runner = await kept(nursery, one)
        await one.said("up")
        runner.stop()
        await one.said("heard")
        assert alive(one.pids[0])
        began = trio.current_time()
        runner.stop(grace=0.2)
        assert (await stopped(runner)).state is State.STOPPED
        assert trio.current_time() - began >= 0.2
        one.assert_gone()
        nursery.cancel_scope.cancel()


async def test_one_that_was_stopped_by_a_signal_wakes_to_hear_its_end():
    one = One(sh(LISTENS.format(signal="TERM"), stop_timeout=PATIENCE))
    async with trio.open_nursery() as nursery:
        runner = await kept(nursery, one)
        await one.said("up")
        os.kill(one.pids[0], signal.SIGSTOP)
        await until(lambda: state_of(one.pids[0]) == "T")
        runner.stop()
        await stopped(runner)
        assert "heard" in one.texts
        one.assert_gone()
        nursery.cancel_scope.cancel()


async def test_one_that_stopped_by_a_signal_is_killed_all_the_same():
    one = One(sh("echo up; kill -STOP $$", stop_signal="WINCH", stop_timeout=0.05))
    async with trio.open_nursery() as nursery:
        runner = await kept(nursery, one)
        await until(lambda: state_of(one.pids[0]) == "T")
        runner.stop()
        await stopped(runner)
        one.assert_gone()
        nursery.cancel_scope.cancel()


DESCENDANTS = {
    "in its group": "sleep 1000 & echo child $!",
    "deaf": "(trap '' TERM; sleep 1000 & echo child $!; wait) &",
    "in a session of its own": "setsid sh -c 'echo child $$; exec sleep 1000' &",
    "twice removed": "setsid sh -c 'setsid sh -c \"echo child \\$\\$; exec sleep 1000\" &' &",
    "without its group's ear": "setsid sh -c 'trap \"\" TERM HUP; echo child $$; sleep 1000' &",
}


@pytest.mark.parametrize("how", DESCENDANTS)
@pytest.mark.parametrize("end", ["stop", "death", "cancel"])
async def test_nothing_that_it_started_outlives_it(how: str, end: str):
    """Dead when the life is over, not soon after: nothing is waited for below."""
    one = One(sh(f"{DESCENDANTS[how]} wait; sleep 1000", stop_timeout=0.05, restart=Restart.NEVER))
    async with trio.open_nursery() as nursery:
        runner = await kept(nursery, one)
        child = int((await one.said("child")).text.split()[1])
        assert alive(child)
        if end == "stop":
            runner.stop()
        elif end == "death":
            os.kill(one.pids[0], signal.SIGKILL)
        if end != "cancel":
            await stopped(runner)
            assert not alive(child)
            one.assert_gone()
        nursery.cancel_scope.cancel()
    assert not alive(child)
    one.assert_gone()


async def test_a_pipe_that_somebody_else_holds_does_not_hide_the_end():
    # What is substituted has come once the holder has our stdout in place of its pipe.
    holder = f"setsid env -u {MARKER} sh -c 'echo $$; exec >&3 3>&-; exec sleep 1000' &"
    one = One(sh(f"exec 3>&1; echo $({holder}); exit 3"))
    began = trio.current_time()
    with pytest.raises(Failed, match="exited with 3"):
        await one.live()
    assert trio.current_time() - began < 5
    holder = int(one.texts[0])
    assert alive(holder)
    os.kill(holder, signal.SIGKILL)


async def test_fifty_lives_leave_no_descriptor_and_no_zombie_behind():
    async def some_lives(number: int) -> None:
        for _ in range(number):
            await One(sh("exit 0")).live()
            with pytest.raises(Failed):
                await One(ProcessSpec(name="s", command=("no-such-program",))).live()

    await some_lives(2)
    before = sorted(os.listdir("/proc/self/fd"))
    await some_lives(50)
    assert sorted(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ChildProcessError):
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG)  # noqa: ASYNC222  (it does not wait)


async def test_a_crash_is_followed_by_a_life_with_another_process():
    spec = sh("exec sleep 1000", restart=Restart.ALWAYS, stable_after=0)
    one = One(spec)
    async with trio.open_nursery() as nursery:
        runner = await kept(nursery, one)
        os.kill(one.pids[0], signal.SIGKILL)
        with trio.fail_after(PATIENCE):
            await runner.status.until(lambda status: status.restarts == 1 and status.ready)
        assert one.pids[0] != one.pids[1]
        assert one.markers[0] != one.markers[1]
        nursery.cancel_scope.cancel()
    one.assert_gone()


# What the operating system does not do.


async def test_one_who_survives_sigkill_is_waited_for_and_named(monkeypatch: pytest.MonkeyPatch):
    """As one in the kernel's hands does: here it is one who is not there at all."""
    delays: list[float] = []

    async def look(trace: Trace) -> Left:
        return Left([2**22 + 1] if len(delays) < 12 else [])

    async def sleep(seconds: float) -> None:
        delays.append(seconds)
        await trio.lowlevel.checkpoint()

    monkeypatch.setattr(survivors, "look", look)
    monkeypatch.setattr(child.trio, "sleep", sleep)
    one = One(sh("exit 0"))
    with capture_logs() as logs:
        await one.live()
    assert max(delays) == 1.0
    assert {"pids": [2**22 + 1], "event": "processes survive SIGKILL"}.items() <= logs[0].items()


# One in a session of its own, past its last exec when it says its number.
ELSEWHERE = "echo $(setsid sh -c 'echo $$; exec >&2; kill -STOP $$' &)"


async def test_who_may_be_in_the_middle_of_an_exec_is_waited_for(monkeypatch: pytest.MonkeyPatch):
    looks: list[Left] = []
    really_look = survivors.look
    doubt = Left([], sure=False)

    async def look(trace: Trace) -> Left:
        # First there is one that takes its time to go; then nobody is seen, and somebody is there.
        if len(looks) < 15:
            looks.append(Left([2**22 + 1]) if len(looks) < 9 else doubt)
            return looks[-1]
        return await really_look(trace)

    async def sleep(seconds: float) -> None:
        delays.append(seconds)
        await trio.lowlevel.checkpoint()

    delays: list[float] = []
    one = One(sh(ELSEWHERE))
    with monkeypatch.context() as patch:
        patch.setattr(survivors, "look", look)
        patch.setattr(child.trio, "sleep", sleep)
        await one.live()
    assert looks.count(doubt) == child.LOOKS - 1
    assert delays[9:15] == [0.001 * 2**n for n in range(6)]
    assert not alive(int(one.texts[0]))


async def test_without_a_descriptor_to_look_with_it_looks_until_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
):
    delays: list[float] = []
    really_look = survivors.look

    async def look(trace: Trace) -> Left:
        return Left(blind=True) if len(delays) < 12 else await really_look(trace)

    async def sleep(seconds: float) -> None:
        delays.append(seconds)
        await trio.lowlevel.checkpoint()

    one = One(sh("setsid sleep 1000 & echo $!"))
    with monkeypatch.context() as patch:
        patch.setattr(survivors, "look", look)
        patch.setattr(child.trio, "sleep", sleep)
        await one.live()
    assert delays[:12] == [*(0.002 * 2**n for n in range(9)), 1.0, 1.0, 1.0]
    assert not alive(int(one.texts[0]))


async def test_a_group_that_is_not_ours_to_signal_is_said(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "killpg", refuse)
    with capture_logs() as logs:
        await One(sh("exit 0")).live()
    assert logs[0]["event"] == "cannot signal a process group"
    monkeypatch.undo()
    monkeypatch.setattr(os, "killpg", lambda *_: os.kill(2**22 + 1, 0))  # nobody is there
    await One(sh("exit 0")).live()


async def test_a_process_that_is_not_ours_to_signal_is_said_to_whoever_asks(
    monkeypatch: pytest.MonkeyPatch,
):
    def refuse(*_: int) -> None:
        raise PermissionError

    one = One(sh("exec sleep 1000"))
    async with trio.open_nursery() as nursery:
        await kept(nursery, one)
        with monkeypatch.context() as patch:
            patch.setattr(signal, "pidfd_send_signal", refuse)
            with pytest.raises(Refused, match=f"process {one.pids[0]}: it runs as another user"):
                one.process.signal(signal.SIGHUP)
        nursery.cancel_scope.cancel()
    one.assert_gone()


async def test_who_is_not_ours_to_kill_is_named_once_and_waited_for(
    monkeypatch: pytest.MonkeyPatch,
):
    def kill(pid: int, signum: int) -> None:
        asked.append(pid)
        if len(asked) < 4:
            raise PermissionError
        really_kill(pid, signum)

    asked: list[int] = []
    really_kill = os.kill
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(os, "kill", kill)
    one = One(sh(ELSEWHERE))
    with capture_logs() as logs:
        await one.live()
    left = int(one.texts[0])
    assert set(asked) == {left}
    assert [it["pids"] for it in logs if it["event"].startswith("cannot kill")] == [[left]]
    one.assert_gone()
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


async def test_what_it_reports_is_on_its_stream_when_it_is_gone():
    one = One(sh("""echo '{"n": 1}'; echo '{"n": 2}' >&2; echo '{"n": 3}'""", reports="said"))
    one.channels.add(streams=["said"])
    await one.live()
    receive = one.channels.streams["said"][1]
    assert [receive.receive_nowait().record for _ in range(2)] == [{"n": 1}, {"n": 3}]
    assert receive.statistics().current_buffer_used == 0
    assert len(one.lines) == 3
