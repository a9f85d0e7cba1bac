"""What the sockets serve: the daemon, as far as they know it."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from msgspec import Struct, field

from supervisor.control import Control
from supervisor.events import Events
from supervisor.metrics import Metrics
from supervisor.output import Output
from supervisor.usage import Usage

IDENTIFIER = "nurseryd"


class DaemonState(IntEnum):
    """Names and numbers are supervisord's."""

    SHUTDOWN = -1
    RESTARTING = 0
    RUNNING = 1


class Served(Struct, frozen=True):
    """`state` is asked each time; `run` is unlike any other run's; `config` is a path, or ""."""

    control: Control
    events: Events
    output: Output
    metrics: Metrics
    state: Callable[[], DaemonState] = lambda: DaemonState.RUNNING
    run: str = ""
    config: str = ""
    usage: Usage = field(default_factory=Usage)


def version() -> str:
    """Of the program; reading it takes 10 ms of imports at first."""
    from importlib import metadata

    return metadata.version("nurseryd")
