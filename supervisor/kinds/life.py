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
    """A spec that its kind cannot run: which key, why, and the names it may have meant."""

    def __init__(self, key: str, text: str, *, near: tuple[str, ...] = (), word: str = "") -> None:
        super().__init__(key, text)
        self.key = key
        self.text = text
        self.near = near
        self.word = word


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
