"""PID 1 is two processes: this one forwards signals and reaps orphans, its child is the daemon.

Trio waits for its own children, and nothing that calls `waitpid(-1)` may run beside it: exit
codes would silently become 0. So the two jobs are two processes. The fork comes before anything
heavy is imported: a signal that arrives in the meantime is blocked, not lost, and the waiting
parent stays small.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

FORWARDED = (
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGWINCH,
    signal.SIGCONT,
)


def block() -> None:
    """Hold back the signals that a daemon acts on until it can; `unblock` lets them in."""
    signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)


def unblock() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)


def run_as_init(daemon: Callable[[], int]) -> int:
    """Run `daemon` in a child, with signals still blocked; its exit code, 128+n for a signal.

    To be called with `block` in force. It returns twice, in either process with the code to
    exit with.
    """
    watched = {*FORWARDED, signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        return daemon()
    while True:
        signum = signal.sigwait(watched)
        if signum != signal.SIGCHLD:
            os.kill(child, signum)
        elif (status := _reap(child)) is not None:
            code = os.waitstatus_to_exitcode(status)
            return 128 - code if code < 0 else code


def _reap(child: int) -> int | None:
    """Reap all that has ended; the status of `child` if it was among them."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == child:
            found = status
