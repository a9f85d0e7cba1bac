"""One child process: asked to end, and gone with all that it started.

Waiting is on a pidfd of our own, so that the leader is still a zombie when its group is killed:
as long as it is, its number cannot belong to anybody else.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

import structlog
import trio
from msgspec.structs import replace

from supervisor.desk import Refused
from supervisor.survivors import Trace, belongs, survivors

log = structlog.get_logger()

# How often to look when a process without an environment, as some have for good, leaves doubt: with
# pauses from a millisecond on that double, 63 ms for an exec that gets no processor.
LOOKS = 7


class LaunchError(OSError):
    """A step on the way to the exec that failed; `step` says which, in words."""

    def __init__(self, number: int, text: str, step: str) -> None:
        super().__init__(number, text)
        self.step = step


class Report:
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


class Pipes:
    """Our ends of a child's pipes; `stdin` is None where it has none."""

    def __init__(self, stdin: int | None, stdout: int, stderr: int) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr

    def close(self) -> None:
        for end in (self.stdin, self.stdout, self.stderr):
            if end is not None:
                os.close(end)


class Child:
    """A running child. Leaving its `async with` closes its pipes.

    Raises `OSError` where there is no descriptor left for it; `pipes` are still the caller's then.
    """

    def __init__(
        self,
        popen: subprocess.Popen[bytes],
        pipes: Pipes,
        marker: str,
        report: Report | None = None,
    ) -> None:
        self._popen = popen
        self._pipes = pipes
        self._report = report
        self._pidfd = self._main = os.pidfd_open(popen.pid)
        self._main_pid = popen.pid
        self._stdin = None if pipes.stdin is None else trio.lowlevel.FdStream(pipes.stdin)
        self._one_writer = trio.StrictFIFOLock()
        self.trace = Trace(popen.pid, marker)
        survivors.leaders.add(popen.pid)
        self._ended_at: float | None = None
        self.gone_after = 0.0

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def outputs(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """Our ends of the pipes that it writes to, and their names."""
        return (self._pipes.stdout, "stdout"), (self._pipes.stderr, "stderr")

    async def __aenter__(self) -> Child:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close_stdin()
        self._pipes.close()
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
        """Signal its main process alone: the leader, unless it named another one.

        Raises `Refused` where that runs as another user, as what sudo starts does.
        """
        with suppress(ProcessLookupError):
            try:
                signal.pidfd_send_signal(self._main, signum)
            except PermissionError:
                why = f"cannot signal process {self._main_pid}: it runs as another user"
                raise Refused(f"{why}; signal it as that user, or as root") from None

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
        self._main, self._main_pid = main, pid
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

    def close_stdin(self) -> None:
        """Let its stdin end, if that is a pipe; whoever is writing to it gets `Refused`."""
        if self._stdin is not None:
            self._stdin.close()
            self._pipes.stdin = None

    @property
    def code(self) -> int:
        """The leader's exit code as `Popen.returncode` has it, after `clear_away`."""
        return self._popen.wait()

    async def clear_away(self) -> None:
        """Kill what is left of the group and of those who left it, and reap the leader.

        To be called shielded: a service is stopped only when nothing of it is left. What cannot
        be killed at once (a process in the kernel's hands, or of another user's) is waited for.
        `gone_after` is then how many seconds that took from the leader's end.

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
        delay = doubt = 0.001
        doubts = 0
        denied: set[int] = set()
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
                await trio.sleep(doubt)
                doubt *= 2
                continue
            if new := {pid for pid in left.pids if not _kill(pid)} - denied:
                log.warning("cannot kill processes of another user; end them", pids=sorted(new))
                denied |= new
            await trio.sleep(delay)
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


def _kill(pid: int) -> bool:
    """False where it is not ours to kill."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return True  # it has gone by itself
    except PermissionError:
        return False
    return True
