"""What one life of a service is made of, whatever its kind."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import trio
from msgspec import Struct

from supervisor.channels import Channels
from supervisor.control import Control
from supervisor.events import Events
from supervisor.listening import Listening
from supervisor.output import Output
from supervisor.spec import Spec
from supervisor.vitals import Vitals


class Unfit(Exception):
    """A spec that its kind cannot run: which keys, and why each; the first is `key` and `text`."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__(*problems)
        self.problems = problems
        self.key, self.text = problems[0]


class Process(Protocol):
    """The process of a life, as others may reach it."""

    @property
    def pid(self) -> int: ...

    def signal(self, signum: signal.Signals) -> None:
        """Signal it, and it alone; nothing happens when it has just ended.

        Raises `Refused` where it is not ours to signal.
        """
        ...

    async def write(self, data: bytes) -> None:
        """Write all of it to its stdin; raises `Refused` where that is no pipe or is closed."""
        ...


class Teller(Protocol):
    """To whom a life tells what becomes of it. None of these wait."""

    def tell_process(self, process: Process) -> None:
        """The process of this life."""
        ...

    def tell_pid(self, pid: int) -> None:
        """Another process is the main one now (sd_notify's MAINPID)."""
        ...

    def tell_note(self, note: str) -> None:
        """What the service says of itself, for people (sd_notify's STATUS)."""
        ...

    def tell_end(self, code: int, gone_after: float) -> None:
        """How the program ended, as `Exit.code`, and how long until nothing of it was left."""
        ...

    def extend(self, seconds: float) -> None:
        """Give it so long from now, if that is longer, to become ready or to end."""
        ...


class Life(Struct, frozen=True):
    """One life and its surroundings.

    `run` is unlike any other run's of any daemon, `marker` unlike any other life's.
    `declared` is the spec as it is now: a reload may change it in the midst of a life.
    `surroundings` is our own environment, read once, since reading it costs as much as half a
    spawn; `hidden` are those of it that no program inherits without naming them; of those the
    `secrets` are shown in no log, wherever a program has them from.
    """

    run: str
    marker: str
    stopping: trio.Event
    channels: Channels
    control: Control
    events: Events
    vitals: Vitals
    output: Output
    listening: Listening
    tell: Teller
    declared: Callable[[], Spec]
    surroundings: Mapping[str, str]
    hidden: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()


class LiveBody(Protocol):
    """A kind's way to live one life: returns when done, raises when broken."""

    def __call__(self, life: Life, *, task_status: trio.TaskStatus[None]) -> Awaitable[None]: ...
