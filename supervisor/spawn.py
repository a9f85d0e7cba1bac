"""What a program is, and how it is started: in a session of its own.

Spawning is plain `Popen` in the loop's thread: it uses vfork and holds the loop for a quarter of
a millisecond, while Trio's `open_process` takes a worker thread and four times as long, and a
`Popen` that changes the user a real fork and ten times as long. What it cannot do that fast is
done by `launch.py` in the child.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct, field

from supervisor.child import Child, LaunchError, Pipes, Report
from supervisor.survivors import MARKER

PYTHON = (sys.executable, "-I", "-S")
LAUNCH = str(Path(__file__).resolve().with_name("launch.py"))


class Identity(Struct, frozen=True):
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


class Program(Struct, frozen=True, kw_only=True):
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


def spawn(program: Program, marker: str) -> Child:
    """Start a program in a session of its own, known by `marker`; raises `OSError` as `Popen`
    does. What fails later, in the launcher, `Child.until_launched` raises.
    """
    environment = {**program.environment, MARKER: marker}
    if _is_plain(program):
        umask = -1 if program.umask is None else program.umask
        return _start(
            program.command,
            environment,
            program.stdin,
            marker,
            cwd=program.directory,
            umask=umask,
        )
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
            child = _start(
                [*PYTHON, LAUNCH, str(report), *arguments, "--", *program.command],
                environment,
                program.stdin,
                marker,
                report=Report(reader, [words for _, words in steps]),
                pass_fds=(report, *lift.values()),
            )
            unless_spawned.pop_all()
    return child


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


def _start(
    command: Sequence[str],
    environment: Mapping[str, str],
    stdin: int,
    marker: str,
    *,
    report: Report | None = None,
    cwd: str | None = None,
    umask: int = -1,
    pass_fds: tuple[int, ...] = (),
) -> Child:
    """Start it on pipes of our own making: those of `Popen` come with a file object each."""
    with ExitStack() as theirs, ExitStack() as unless_started:

        def pipe() -> tuple[int, int]:
            reader, writer = os.pipe()
            unless_started.callback(os.close, reader)
            theirs.callback(os.close, writer)
            return reader, writer

        ours: int | None = None
        if stdin == subprocess.PIPE:
            stdin, ours = os.pipe()
            unless_started.callback(os.close, ours)
            theirs.callback(os.close, stdin)
        (stdout, to_stdout), (stderr, to_stderr) = pipe(), pipe()
        popen = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=environment,
            stdin=stdin,
            stdout=to_stdout,
            stderr=to_stderr,
            start_new_session=True,
            umask=umask,
            pass_fds=pass_fds,
        )
        try:
            child = Child(popen, Pipes(ours, stdout, stderr), marker, report)
        except OSError:  # no descriptor left for it
            os.killpg(popen.pid, signal.SIGKILL)
            popen.wait()
            raise
        unless_started.pop_all()
    return child


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
