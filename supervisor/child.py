"""One child process: spawned as a session, asked to end, and gone with all that it started.

Spawning is plain `Popen` in the loop's thread: it uses vfork and holds the loop for a quarter of
a millisecond, while Trio's `open_process` takes a worker thread and four times as long. Waiting
is on a pidfd of our own, so that the leader is still a zombie when its group is killed: as long
as it is, its number cannot belong to anybody else.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType

import structlog
import trio

from supervisor import census
from supervisor.census import MARKER
from supervisor.desk import Refused

log = structlog.get_logger()

# How often to look when a process without an environment, as some have for good, leaves doubt.
LOOKS = 4


def spawn(
    command: Sequence[str], directory: str | None, environment: Mapping[str, str], marker: str
) -> Child:
    """Start a program in a session of its own; raises `OSError` as `Popen` does."""
    popen = subprocess.Popen(
        list(command),
        cwd=directory,
        env={**environment, MARKER: marker},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        return Child(popen, marker)
    except OSError:  # no descriptor left for it
        os.killpg(popen.pid, signal.SIGKILL)
        popen.wait()
        raise


class Child:
    """A running child. Leaving its `async with` closes its pipes."""

    def __init__(self, popen: subprocess.Popen[bytes], marker: str) -> None:
        assert popen.stdout is not None
        assert popen.stderr is not None
        self._popen = popen
        self._marker = marker
        self.stdout = trio.lowlevel.FdStream(os.dup(popen.stdout.fileno()))
        self.stderr = trio.lowlevel.FdStream(os.dup(popen.stderr.fileno()))
        popen.stdout.close()
        popen.stderr.close()
        self._pidfd = os.pidfd_open(popen.pid)  # last: the others close themselves
        census.leaders.add(popen.pid)

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

    async def until_ended(self) -> None:
        """Wait until the leader has ended; it stays a zombie until `clear_away`."""
        await trio.lowlevel.wait_readable(self._pidfd)

    def ask_to_end(self, signum: signal.Signals) -> None:
        """Signal the whole group, and wake it, since a stopped process hears nothing."""
        self._signal_group(signum)
        self._signal_group(signal.SIGCONT)

    def signal(self, signum: signal.Signals) -> None:
        """Signal the leader alone."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signum)

    async def write(self, data: bytes) -> None:
        raise Refused("cannot write to it: its stdin is no pipe")

    @property
    def code(self) -> int:
        """The leader's exit code as `Popen.returncode` has it, after `clear_away`."""
        return self._popen.wait()

    async def clear_away(self) -> None:
        """Kill what is left of the group and of those who left it, and reap the leader.

        To be called shielded: a service is stopped only when nothing of it is left. What cannot
        be killed at once (a process in the kernel's hands) is waited for.
        """
        self._signal_group(signal.SIGKILL)
        await self.until_ended()
        self._signal_group(signal.SIGKILL)
        await self._sweep()
        self._popen.wait()
        census.leaders.discard(self.pid)
        os.close(self._pidfd)

    async def _sweep(self) -> None:
        """Kill whoever is left of this life, until none is found; its leader's zombie stays."""
        delay = 0.001
        doubts = 0
        while True:
            look = await census.look()
            left = look.survivors(self.pid, self._marker)
            if not left:
                doubts += 1
                if look.sure or doubts == LOOKS:
                    return
            for pid in left:
                _kill(pid)
            await trio.sleep(delay)
            if left:
                delay = min(delay * 2, 1.0)
            if delay == 1.0:
                log.warning("processes survive SIGKILL", pids=sorted(left))

    def _signal_group(self, signum: signal.Signals) -> None:
        try:
            os.killpg(self.pid, signum)
        except ProcessLookupError:
            return  # all gone, which is what we want
        except PermissionError:
            log.warning("cannot signal a process group", pid=self.pid, signal=signum.name)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
