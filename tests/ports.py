"""Ports for the servers that tests start.

They are neither those that the kernel gives away, also to whoever connects, nor those of dev
servers; and each is another one, so that nobody takes it before its server does: in this process
by counting, among processes by a lock of the port's own byte of a file, which ends with its owner.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import random

from services.previews.ports import is_free

FIRST, COUNT = 10_000, 10_000

# Whoever begins at the same place as another process has more to pass over.
_ports = (FIRST + number % COUNT for number in itertools.count(random.randrange(COUNT)))
# One for all processes, whatever they have for temporary files.
_taken = os.open(
    f"/dev/shm/nurseryd-tests-ports-{os.getuid()}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600
)


def free_port() -> int:
    """A port of the loopback address that nobody listens on, and no other test is given."""
    return next(port for port in _ports if _take(port) and is_free(port))


def free_ports(count: int) -> list[int]:
    """So many of them, each another one."""
    return [free_port() for _ in range(count)]


def preview_ports() -> tuple[int, int]:
    """The first and last that the dev servers of this process's daemons may take.

    A daemon looks for a free one seconds before its server listens there: others look elsewhere.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 10
    first = 20_000 + 1000 * worker
    return first, first + 999


def _take(port: int) -> bool:
    """Keep it from other processes as long as this one lives; False where one of them has it."""
    try:
        fcntl.lockf(_taken, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except BlockingIOError:
        return False
    return True
