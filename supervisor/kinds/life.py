"""What one life of a service is made of, whatever its kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import trio

from supervisor.channels import Channels
from supervisor.control import Control
from supervisor.events import Events
from supervisor.output import Output


class Unfit(Exception):
    """A spec that its kind cannot run: which keys, and why each; the first is `key` and `text`."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__(*problems)
        self.problems = problems
        self.key, self.text = problems[0]


@dataclass(frozen=True, slots=True)
class Life:
    """One life and its surroundings.

    `run` is unlike any other run's of any daemon, `marker` unlike any other life's.
    """

    run: str
    marker: str
    stopping: trio.Event
    channels: Channels
    control: Control
    events: Events
    output: Output
    tell_pid: Callable[[int], None]


class LiveBody(Protocol):
    """A kind's way to live one life: returns when done, raises when broken."""

    def __call__(self, life: Life, *, task_status: trio.TaskStatus[None]) -> Awaitable[None]: ...
