"""Ports for the servers that tests start.

They are neither those that the kernel gives away, also to whoever connects, nor those of dev
servers; and each is another one, so that nobody takes it before its server does.
"""

from __future__ import annotations

import itertools
import random

from services.previews.ports import is_free

FIRST, COUNT = 10_000, 10_000

# Two processes of tests that begin at the same place would go for the same ports.
_ports = (FIRST + number % COUNT for number in itertools.count(random.randrange(COUNT)))


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    return next(port for port in _ports if is_free(port))


def free_ports(count: int) -> list[int]:
    """So many of them, each another one."""
    return [free_port() for _ in range(count)]
