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
from types import TracebackType

import structlog
import trio

from supervisor import reaper

log = structlog.get_logger()

MARKER = "NURSERYD_LIFE"
# How often to look when a process without an environment, as some have for good, leaves doubt.
LOOKS = 4
PF_KTHREAD = 0x00200000  # include/linux/sched.h: a thread of the kernel, with no program


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
        reaper.MANAGED.add(popen.pid)

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
        await self._sweep()
        self._popen.wait()
        reaper.MANAGED.discard(self.pid)
        os.close(self._pidfd)

    async def _sweep(self) -> None:
        """Kill whoever is left of this life, until none is found; its leader's zombie stays."""
        delay = 0.001
        doubts = 0
        while True:
            left, sure = survivors(self.pid, self._marker)
            if not left:
                doubts += 1
                if sure or doubts == LOOKS:
                    return
            for pid in left:
                _kill(pid)
            await trio.sleep(delay)
            if left:
                delay = min(delay * 2, 1.0)
            if delay == 1.0:
                log.warning("processes survive SIGKILL", pids=left)

    def _signal_group(self, signum: signal.Signals) -> None:
        try:
            os.killpg(self.pid, signum)
        except ProcessLookupError:
            return  # all gone, which is what we want
        except PermissionError:
            log.warning("cannot signal a process group", pid=self.pid, signal=signum.name)


def survivors(session: int, marker: str) -> tuple[list[int], bool]:
    """The processes of a session, and those anywhere with a life's marker; and whether that is all.

    Zombies do not count, but a process on its way out does: it may still hold a port. In the
    middle of an exec, and on its way out, a process has no environment to be known by. One that
    seems to have none is worth another look.
    """
    mark = f"{MARKER}={marker}".encode()
    found: list[int] = []
    sure = True
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                state, _parent, _group, its_session, _tty, _foreground, flags = _stat(entry)
                if state in (b"Z", b"X") or int(flags) & PF_KTHREAD:
                    continue
                environment = b"" if int(its_session) == session else _read(entry, "environ")
            except OSError:
                continue  # gone, or not ours to read
            if int(its_session) == session or mark in environment.split(b"\0"):
                found.append(int(entry))
            elif not environment:
                sure = False
    return found, sure


def _stat(entry: str) -> list[bytes]:
    """The third to ninth field of /proc/PID/stat, as proc(5) counts them."""
    return _read(entry, "stat").rpartition(b") ")[2].split()[:7]


def _read(entry: str, name: str) -> bytes:
    with open(f"/proc/{entry}/{name}", "rb") as file:
        return file.read()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
