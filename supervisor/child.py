"""One child process: spawned as a session, asked to end, and gone with all that it started.

Spawning is plain `Popen` in the loop's thread: it uses vfork and holds the loop for a quarter of
a millisecond, while Trio's `open_process` takes a worker thread and four times as long, and a
`Popen` that changes the user a real fork and ten times as long. What it cannot do that fast is
done by `launch.py` in the child. Waiting is on a pidfd of our own, so that the leader is still a
zombie when its group is killed: as long as it is, its number cannot belong to anybody else.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import IO

import structlog
import trio

from supervisor.desk import Refused
from supervisor.survivors import MARKER, Trace, belongs, survivors

log = structlog.get_logger()

PYTHON = (sys.executable, "-I", "-S")
LAUNCH = str(Path(__file__).resolve().with_name("launch.py"))
# How often to look when a process without an environment, as some have for good, leaves doubt.
LOOKS = 4


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a program runs as. None is as it is; `name` is for messages."""

    name: str
    user: int | None
    group: int | None
    groups: tuple[int, ...] | None

    @property
    def owner(self) -> tuple[int, int]:
        """For chown(2)."""
        return (
            -1 if self.user is None else self.user,
            -1 if self.group is None else self.group,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, and how.

    `stdin` is a descriptor, or `subprocess.DEVNULL` or `PIPE`. `descriptors` are those of ours
    that it gets, by the numbers that it gets them as; `pid_in` are variables that are to hold its
    pid. `rlimits` are soft and hard ones, -1 for unlimited.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    directory: str | None = None
    umask: int | None = None
    stdin: int = subprocess.DEVNULL
    identity: Identity | None = None
    rlimits: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    nice: int | None = None
    oom_score: int | None = None
    descriptors: Mapping[int, int] = field(default_factory=dict[int, int])
    pid_in: tuple[str, ...] = ()


class LaunchError(OSError):
    """A step on the way to the exec that failed; `step` says which, in words."""

    def __init__(self, number: int, text: str, step: str) -> None:
        super().__init__(number, text)
        self.step = step


def spawn(program: Program, marker: str) -> Child:
    """Start a program in a session of its own, known by `marker`; raises `OSError` as `Popen`
    does. What fails later, in the launcher, `Child.until_launched` raises.
    """
    environment = {**program.environment, MARKER: marker}
    if _is_plain(program):
        umask = -1 if program.umask is None else program.umask
        popen = _popen(
            program.command, environment, program.stdin, cwd=program.directory, umask=umask
        )
        return _child(popen, marker)
    with ExitStack() as ours:
        # Above the numbers that the child is to get, so that none is in another's way.
        above = max(program.descriptors, default=2) + 1

        def lifted(descriptor: int) -> int:
            new = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, above)
            ours.callback(os.close, new)
            return new

        reader, writer = os.pipe()
        ours.callback(os.close, writer)
        with ExitStack() as unless_spawned:
            unless_spawned.callback(os.close, reader)
            report = lifted(writer)
            lift = {number: lifted(source) for number, source in program.descriptors.items()}
            steps = [*_descriptors(lift), *_steps(program)]
            arguments = [argument for argument, _ in steps]
            popen = _popen(
                [*PYTHON, LAUNCH, str(report), *arguments, "--", *program.command],
                environment,
                program.stdin,
                pass_fds=(report, *lift.values()),
            )
            unless_spawned.pop_all()
    return _child(popen, marker, _Report(reader, [words for _, words in steps]))


def why_not(error: Exception, program: Program) -> str:
    """Why a program could not be started, in words, from what `spawn` or its launcher raised."""
    if not isinstance(error, OSError):
        return str(error)
    reason = error.strerror or str(error)
    step = error.step if isinstance(error, LaunchError) else ""
    if program.directory is not None and error.filename == program.directory:
        step = f"its directory {program.directory!r}"
    if step:
        return f"{step}: {reason}"
    return reason + _hint(error.errno, program.command[0])


def _hint(number: int | None, path: str) -> str:
    """What the kernel's word for it leaves open."""
    there = "/" in path and os.path.exists(path)
    if number == errno.ENOEXEC:
        return ": a script begins with #! and its interpreter, such as #!/bin/sh"
    if number == errno.ENOENT and there:
        return ": the file is there, but not the interpreter or the loader that it names"
    if number == errno.EACCES and there and not os.access(path, os.X_OK):
        return ": it is not executable; chmod +x"
    if number == errno.EAGAIN:
        return ": the limit of processes is reached (nproc, pids.max)"
    return ""


def _is_plain(program: Program) -> bool:
    return not (
        program.identity
        or program.rlimits
        or program.nice is not None
        or program.oom_score is not None
        or program.descriptors
        or program.pid_in
    )


def _popen(
    command: Sequence[str],
    environment: Mapping[str, str],
    stdin: int,
    *,
    cwd: str | None = None,
    umask: int = -1,
    pass_fds: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(command),
        cwd=cwd,
        env=environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        umask=umask,
        pass_fds=pass_fds,
    )


def _child(popen: subprocess.Popen[bytes], marker: str, report: _Report | None = None) -> Child:
    try:
        return Child(popen, marker, report)
    except OSError:  # no descriptor left for it
        os.killpg(popen.pid, signal.SIGKILL)
        popen.wait()
        if report is not None:
            report.close()
        raise


def _descriptors(lifted: Mapping[int, int]) -> Iterator[tuple[str, str]]:
    for number, source in lifted.items():
        yield f"descriptor={number}:{source}", f"cannot pass descriptor {number}"


def _steps(program: Program) -> Iterator[tuple[str, str]]:
    """What the launcher has to do, in order: each as it is told, and in words for its failure.

    What needs privileges comes before they are given up, and the directory after that: it is
    the one that the user may enter.
    """
    for name in program.pid_in:
        yield f"pid={name}", ""
    # Python says in LC_CTYPE that it made UTF-8 of the locale C; that is none of the child's.
    if "LC_CTYPE" in program.environment:
        yield f"variable=LC_CTYPE={program.environment['LC_CTYPE']}", ""
    else:
        yield "unset=LC_CTYPE", ""
    if program.nice is not None:
        yield f"nice={program.nice}", f"cannot set its niceness to {program.nice}"
    if program.oom_score is not None:
        yield f"oom_score={program.oom_score}", f"cannot set its OOM score to {program.oom_score}"
    for name, (soft, hard) in program.rlimits.items():
        value = "unlimited" if soft < 0 else str(soft)
        if hard != soft:
            value += f", at most {'unlimited' if hard < 0 else hard}"
        yield f"rlimit={name}:{soft}:{hard}", f"cannot set rlimit {name} to {value}"
    if (who := program.identity) is not None:
        words = f"cannot run as {who.name}"
        if who.groups is not None:
            yield f"groups={','.join(map(str, who.groups))}", words
        if who.group is not None:
            yield f"group={who.group}", words
        if who.user is not None:
            yield f"user={who.user}", words
    if program.umask is not None:
        yield f"umask={program.umask:o}", ""
    if program.directory is not None:
        yield f"directory={program.directory}", f"its directory {program.directory!r}"


class _Report:
    """The launcher's, from its pipe: nothing, or the step that failed."""

    def __init__(self, descriptor: int, steps: Sequence[str]) -> None:
        self._descriptor = descriptor
        self._steps = steps

    async def arrive(self) -> None:
        await trio.lowlevel.wait_readable(self._descriptor)
        taken, _, rest = os.read(self._descriptor, 4096).decode().partition("\n")
        if taken:
            number, _, text = rest.partition("\n")
            step = self._steps[int(taken)] if int(taken) < len(self._steps) else ""
            raise LaunchError(int(number), os.strerror(int(number)) if int(number) else text, step)

    def close(self) -> None:
        os.close(self._descriptor)


class Child:
    """A running child. Leaving its `async with` closes its pipes."""

    def __init__(
        self, popen: subprocess.Popen[bytes], marker: str, report: _Report | None = None
    ) -> None:
        assert popen.stdout is not None
        assert popen.stderr is not None
        self._popen = popen
        self._report = report
        self._stdin = None if popen.stdin is None else _stream(popen.stdin)
        self._one_writer = trio.StrictFIFOLock()
        self.stdout = _stream(popen.stdout)
        self.stderr = _stream(popen.stderr)
        self._pidfd = self._main = os.pidfd_open(popen.pid)  # last: the others close themselves
        self.trace = Trace(popen.pid, marker)
        survivors.leaders.add(popen.pid)
        self._ended_at: float | None = None
        self.gone_after = 0.0

    @property
    def pid(self) -> int:
        return self._popen.pid

    async def __aenter__(self) -> Child:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stdout.close()
        self.stderr.close()
        if self._stdin is not None:
            self._stdin.close()
        if self._report is not None:
            self._report.close()

    async def until_launched(self) -> None:
        """Wait until it runs the program's own code; raises `LaunchError` where it never will."""
        if self._report is not None:
            await self._report.arrive()

    async def until_ended(self) -> None:
        """Wait until the leader has ended; it stays a zombie until `clear_away`."""
        await trio.lowlevel.wait_readable(self._pidfd)
        self._ended_at = trio.current_time()

    def ask_to_end(self, signum: signal.Signals) -> None:
        """Signal the whole group, and wake it, since a stopped process hears nothing."""
        self._signal_group(signum)
        self._signal_group(signal.SIGCONT)

    def signal(self, signum: signal.Signals) -> None:
        """Signal its main process alone: the leader, unless it named another one."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._main, signum)

    def follow(self, pid: int) -> bool:
        """Take another of its processes for the main one; False if it is none of its own."""
        try:
            main = os.pidfd_open(pid)
        except (OSError, OverflowError):
            return False
        if pid != self.pid and not belongs(pid, self.trace):
            os.close(main)
            return False
        self._forget_main()
        self._main = main
        return True

    def _forget_main(self) -> None:
        if self._main != self._pidfd:
            os.close(self._main)
        self._main = self._pidfd

    async def write(self, data: bytes) -> None:
        """Write all of it to its stdin, in turn with whoever else does; raises `Refused`.

        It waits while the pipe is full. When cancelled, a part of it may have been written.
        """
        if self._stdin is None:
            raise Refused('cannot write to it: its stdin is no pipe; set stdin = "pipe"')
        try:
            async with self._one_writer:
                await self._stdin.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Refused("cannot write to it: it has closed its stdin; restart it") from None

    @property
    def code(self) -> int:
        """The leader's exit code as `Popen.returncode` has it, after `clear_away`."""
        return self._popen.wait()

    async def clear_away(self) -> None:
        """Kill what is left of the group and of those who left it, and reap the leader.

        To be called shielded: a service is stopped only when nothing of it is left. What cannot
        be killed at once (a process in the kernel's hands) is waited for. `gone_after` is then
        how many seconds that took from the leader's end.

        The next life waits for this. A survivor would hold the port that the next one needs,
        answer in its place, or write to its files.
        """
        if self._ended_at is None:
            self._signal_group(signal.SIGKILL)
            await self.until_ended()
        self._signal_group(signal.SIGKILL)
        await self._sweep()
        self._popen.wait()
        survivors.leaders.discard(self.pid)
        self._forget_main()
        os.close(self._pidfd)
        assert self._ended_at is not None
        self.gone_after = trio.current_time() - self._ended_at

    async def _sweep(self) -> None:
        """Kill whoever is left of this life, until none is found; its leader's zombie stays."""
        trace = replace(self.trace, since=survivors.began(self.pid))
        delay = 0.001
        doubts = 0
        while True:
            left = await survivors.look(trace)
            if left.blind:
                delay = min(delay * 2, 1.0)
                await trio.sleep(delay)
                continue
            if not left.pids:
                doubts += 1
                if left.sure or doubts == LOOKS:
                    return
            for pid in left.pids:
                _kill(pid)
            await trio.sleep(delay)
            if left.pids:
                delay = min(delay * 2, 1.0)
            if delay == 1.0:
                log.warning("processes survive SIGKILL", pids=left.pids)

    def _signal_group(self, signum: signal.Signals) -> None:
        try:
            os.killpg(self.pid, signum)
        except ProcessLookupError:
            return  # all gone, which is what we want
        except PermissionError:
            log.warning("cannot signal a process group", pid=self.pid, signal=signum.name)


def _stream(pipe: IO[bytes]) -> trio.lowlevel.FdStream:
    stream = trio.lowlevel.FdStream(os.dup(pipe.fileno()))
    pipe.close()
    return stream


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
