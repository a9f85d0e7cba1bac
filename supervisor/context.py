"""What a service is given, and what it owes in return."""

from __future__ import annotations

import subprocess
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from itertools import count
from typing import Generic, Protocol, TypeVar, cast

import trio

from supervisor.cell import Cell
from supervisor.channels import Channels
from supervisor.control import Control
from supervisor.desk import Answer, Request
from supervisor.events import Events
from supervisor.follower import Follower, Heard
from supervisor.happening import Happening
from supervisor.kept import Chunk, Line
from supervisor.obstacles import Doubt, Obstacle
from supervisor.running import Running, running
from supervisor.sink import OURS
from supervisor.spawn import Program
from supervisor.spec import Spec, TaskSpec
from supervisor.usage import Columns, Sample
from supervisor.vitals import Vitals

__all__ = [
    "OURS",
    "Body",
    "Chunk",
    "Columns",
    "Context",
    "Doubt",
    "Follower",
    "Happening",
    "Heard",
    "Line",
    "Logs",
    "Obstacle",
    "Running",
    "Sample",
    "Undeclared",
    "Vitals",
]

M = TypeVar("M")
R = TypeVar("R")
O_co = TypeVar("O_co", covariant=True)


class Undeclared(Exception):
    """A service used a channel, the supervisor or logs without saying so in its table."""


class Logs(Protocol):
    """What services write, and the daemon's own events as those of `OURS`; none of it waits.

    There is nothing in it that is hidden in the log.
    """

    def kept(self, service: str, lines: int | None = None) -> tuple[Chunk, ...]:
        """The last lines of a service, oldest first: as many as are kept, unless fewer will do."""
        ...

    def follow(self, service: str | None) -> AbstractContextManager[Follower]:
        """What a service writes, or all and the daemon, from now on; who is slow misses some."""
        ...

    def hide(self, secrets: Iterable[str]) -> None:
        """See `Context.hide`."""
        ...


class Context(Generic[O_co]):
    """One life of one service as the service sees it.

    `stopping` is set when the service is asked to end; `stop_timeout` seconds later, or sooner
    where the whole daemon has less time, it is cancelled. `options` is the service's own table,
    checked when the plan was made. `run` is the same for every life within one run of the daemon,
    and unlike any other run's; no secret. `hidden` are the variables of ours that no program
    inherits without naming them. `marker` is unlike any other life's. `events` are the statuses of
    all services and their changes, `vitals` how they do besides.
    """

    def __init__(
        self,
        spec: Spec,
        *,
        options: O_co,
        channels: Channels,
        control: Control,
        events: Events,
        vitals: Vitals,
        logs: Logs,
        stopping: trio.Event,
        run: str = "",
        hidden: frozenset[str] = frozenset(),
        marker: str = "",
    ) -> None:
        self.name = spec.name
        self.run = run
        self.hidden = hidden
        self.options = options
        self.stopping = stopping
        self.stop_timeout = spec.stop_timeout
        self.events = events
        self.vitals = vitals
        self._spec = spec
        self._channels = channels
        self._control = control
        self._logs = logs
        self._marker = marker
        self._programs = count(1)

    @property
    def control(self) -> Control:
        """The supervisor, for a service that says `control = true`."""
        if not (isinstance(self._spec, TaskSpec) and self._spec.control):
            raise Undeclared(f"service.{self.name}: set control = true to command others")
        return self._control

    @property
    def logs(self) -> Logs:
        """What all services write, for a service that says `logs = true`."""
        if not (isinstance(self._spec, TaskSpec) and self._spec.logs):
            raise Undeclared(f"service.{self.name}: set logs = true to read what others write")
        return self._logs

    def hide(self, secret: str) -> None:
        """Hide a secret that was learned from now on, in the log and wherever it is kept.

        For any thread.
        """
        self._logs.hide((secret,))

    def sender(self, name: str, _type: type[M]) -> trio.MemorySendChannel[M]:
        """A sending end of a stream, for this life: close it, or use it in `with`."""
        self._declared("sends", name)
        return cast("trio.MemorySendChannel[M]", self._channels.streams[name][0].clone())

    def receiver(self, name: str, _type: type[M]) -> trio.MemoryReceiveChannel[M]:
        """A receiving end of a stream, for this life: close it, or use it in `with`."""
        self._declared("receives", name)
        return cast("trio.MemoryReceiveChannel[M]", self._channels.streams[name][1].clone())

    async def ask(self, name: str, request: Request[R]) -> R:
        """Ask at a desk; raises and cancels as `Desk.ask` does."""
        self._declared("asks", name)
        return await self._channels.desks[name].ask(request)

    async def answer(self, name: str, handle: Answer, *, withdrawable: bool = False) -> None:
        """Answer at a desk until cancelled; see `Desk.answer`."""
        self._declared("answers", name)
        await self._channels.desks[name].answer(handle, withdrawable=withdrawable)

    def publish(self, name: str, value: object) -> None:
        """Put the latest value on a board."""
        self._declared("publishes", name)
        self._channels.boards[name].set(value)

    def board(self, name: str, _type: type[M]) -> Cell[M | None]:
        """A board to read and wait on; None until somebody has published."""
        self._declared("watches", name)
        return cast("Cell[M | None]", self._channels.boards[name])

    def program(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: str | None = None,
        descriptors: Mapping[int, int] | None = None,
        grace: float = 1.0,
    ) -> AbstractAsyncContextManager[Running]:
        """Run a program for as long as an `async with` lasts; it leaves nothing behind.

        It is a session of its own, with pipes for its stdin, stdout and stderr, with this
        `environment` and no other variable, and with those of our `descriptors`, by the numbers
        that it gets them as. Leaving the block, also by a cancellation, ends it:
        its stdin is closed, its group gets SIGTERM, and `grace` seconds later SIGKILL, with
        whatever left the group. That is waited for, shielded. What a killed daemon leaves of it
        is ended when the next one starts. Entering raises `OSError` where it cannot be started.
        """
        return running(
            Program(
                command=command,
                environment={"NURSERYD_SERVICE": self.name, **environment},
                directory=directory,
                stdin=subprocess.PIPE,
                descriptors=descriptors or {},
            ),
            f"{self._marker}.{next(self._programs)}",
            grace,
        )

    def _declared(self, how: str, name: str) -> None:
        if name not in getattr(self._spec, how, ()):
            raise Undeclared(f"service.{self.name}: {how} does not name {name!r}")


class Body(Protocol):
    """One life of a service: returns when it is done, raises when it is broken.

    It calls `task_status.started()` once it is ready. Asked to end, by `ctx.stopping`, it
    finishes what is under way and returns; cancelled, it leaves at once.
    """

    def __call__(
        self, ctx: Context[object], *, task_status: trio.TaskStatus[None]
    ) -> Awaitable[None]: ...
