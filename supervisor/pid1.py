"""PID 1 is two processes: this one forwards signals and reaps orphans, its child is the daemon.

Trio waits for its own children, and nothing that calls `waitpid(-1)` may run beside it: exit
codes would silently become 0. So the two jobs are two processes. The fork comes before anything
heavy is imported: a signal that arrives in the meantime is blocked, not lost, and the waiting
parent stays small. Where somebody else is PID 1, the daemon is a subreaper and reaps by itself.
"""

from __future__ import annotations

import os
import resource
import signal
import time
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
# Those that Python itself ignores, and the one by which nohup asks for more than one process.
STAY_IGNORED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP)
# Seconds for what outlives the daemon: to end when asked, and to be gone once killed.
FAREWELL = 2.0

PR_SET_DUMPABLE = 4  # include/uapi/linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36
PR_GET_CHILD_SUBREAPER = 37


def block() -> None:
    """Hold back the signals that a daemon acts on until it can; `unblock` lets them in.

    Whatever else was blocked or ignored before us no longer is: children would inherit it, and
    with SIGCHLD ignored the kernel forgets every exit code.
    """
    for signum in signal.valid_signals():
        if signum not in STAY_IGNORED and signal.getsignal(signum) is signal.SIG_IGN:
            signal.signal(signum, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, FORWARDED)


def unblock() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)


def hide() -> None:
    """Let nobody but root read our memory, and the environment with the secrets in it.

    A program that we start runs as the same user, and could; it is not hidden itself. Linux
    forgets this with an exec, and hands it down with a fork. It also means that there are no core
    dumps of ours. What we start leaves none either, unless its own limit allows it: one is an
    image of all that it was told, in the directory that it works in, which others keep and share.
    """
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def become_subreaper() -> None:
    """Have the orphans of all that we start come to us; raises `OSError` where that is refused."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, os.strerror(errno))


def is_subreaper() -> bool:
    """Whether orphans come to this process, so that it must reap them."""
    import ctypes

    answer = ctypes.c_int(0)
    ctypes.CDLL(None).prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(answer), 0, 0, 0)
    return bool(answer.value)


def run_as_init(daemon: Callable[[], int]) -> int:
    """Run `daemon` in a child, with signals still blocked; its exit code, 128+n for a signal.

    To be called by PID 1, with `block` in force. It returns twice, in either process with the
    code to exit with; in PID 1 once nothing else is left in its namespace.
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
            _end_the_rest(watched)
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


def _end_the_rest(watched: set[signal.Signals]) -> None:
    """End whoever outlived the daemon: asked first, as the kernel would not, and then killed."""
    for signum in (signal.SIGTERM, signal.SIGKILL):
        if not _signal_all(signum):
            return
        _signal_all(signal.SIGCONT)
        _reap_until_alone(watched)


def _signal_all(signum: signal.Signals) -> bool:
    """Signal every process but this one; whether there was any that we may signal."""
    assert os.getpid() == 1  # anywhere else that is everybody on the machine
    try:
        os.kill(-1, signum)
    except OSError:
        return False
    return True


def _reap_until_alone(watched: set[signal.Signals]) -> None:
    """Reap until nobody is left, `FAREWELL` is over, or one more signal says that it is enough."""
    end = time.monotonic() + FAREWELL
    while _has_children() and (left := end - time.monotonic()) > 0:
        came = signal.sigtimedwait(watched, left)
        if came is not None and came.si_signo in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            return


def _has_children() -> bool:
    """Whether anybody is left who is no zombie, which this reaps."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
