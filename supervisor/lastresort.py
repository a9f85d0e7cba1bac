"""Nobody keeps the daemon: what does not even end when it is cancelled is left behind.

A task may shield itself, and a worker thread may wait for a disk that does not answer: neither
can be killed as a process can. Whoever stopped us would do so with SIGKILL soon (ECS after 30
seconds); this says first what it was, and goes by its own deadline.
"""

from __future__ import annotations

import faulthandler
import os
import sys

import structlog
import trio

from supervisor.model import ExitCode
from supervisor.supervisor import Supervisor

log = structlog.get_logger()

# Seconds after the deadline by which everything has been cancelled and killed.
TO_TELL = 1.0
TO_LEAVE = 2.0
LEFT_BEHIND = ExitCode(1)  # what faulthandler leaves with


async def leave_in_time(supervisor: Supervisor) -> None:
    """Once it is to end, see to it that this process does, with `LEFT_BEHIND` if it has to.

    What every thread was at then is written to stderr. Call `forget` when all has ended.
    """
    await supervisor.until_ending()
    timeout = supervisor.tree.plan.settings.shutdown_timeout
    # Not in Python: whoever is stuck may hold the interpreter.
    file = sys.stderr or os.open(os.devnull, os.O_WRONLY)
    faulthandler.dump_traceback_later(timeout + TO_LEAVE, exit=True, file=file)
    await trio.sleep(timeout + TO_TELL)
    stuck = [each.spec.name for each in supervisor.tree.roster.values() if not each.is_down]
    reason = f"cancelled, they went on; exit code {LEFT_BEHIND}, and what they were at on stderr"
    log.error("services left behind", services=stuck, reason=reason)


def forget() -> None:
    """All has ended."""
    faulthandler.cancel_dump_traceback_later()
