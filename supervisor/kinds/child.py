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
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType

import structlog
import trio

log = structlog.get_logger()

MARKER = "NURSERYD_LIFE"


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
        delay = 0.001
        while left := list(marked(self._marker)):
            for pid in left:
                _kill(pid)
            await trio.sleep(delay)
            delay = min(delay * 2, 1.0)
            if delay == 1.0:
                log.warning("processes survive SIGKILL", pids=left)
        self._popen.wait()
        os.close(self._pidfd)

    def _signal_group(self, signum: signal.Signals) -> None:
        try:
            os.killpg(self.pid, signum)
        except ProcessLookupError:
            return  # all gone, which is what we want
        except PermissionError:
            log.warning("cannot signal a process group", pid=self.pid, signal=signum.name)


def marked(marker: str) -> Iterator[int]:
    """The processes that carry a life's marker in their environment; a zombie has none."""
    mark = f"{MARKER}={marker}".encode()
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                with open(f"/proc/{entry}/environ", "rb") as environ:
                    if mark in environ.read().split(b"\0"):
                        yield int(entry)
            except OSError:
                continue  # gone, or not ours to read


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
