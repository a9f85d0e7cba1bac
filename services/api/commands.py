"""How routes command the supervisor, on behalf of an operator."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

import structlog
import trio

from services.api import Options
from services.api.grace import Grace
from supervisor.context import Context
from supervisor.control import RestartService, Start, Status, Stop
from supervisor.desk import NotFound, Refused, Request
from supervisor.model import ServiceStatus

log = structlog.get_logger()

R = TypeVar("R")
Command = Start | Stop | RestartService


class Commands:
    """The asking side of the supervisor's desk, for one life of the API.

    `own` is the name of the service that asks.
    """

    def __init__(self, ctx: Context[Options], grace: Grace) -> None:
        self.own = ctx.name
        self._control = ctx.control
        self._events = ctx.events
        self._grace = grace

    def status(self, name: str) -> ServiceStatus:
        """How a service is; raises `NotFound`."""
        if (status := self._events.get(name)) is not None:
            return status
        names = ", ".join(status.name for status in self._events.snapshot)
        raise NotFound(f"cannot find a service {name!r}; services are {names}")

    async def carry_out(self, command: Command, patience: float) -> tuple[ServiceStatus, bool]:
        """How the service is when all is done, or after `patience` seconds; whether it is done.

        It is carried out whatever becomes of whoever waits, however short that is. Raises
        `NotFound` and `Refused`, and `Gone` when the API stops before.
        """
        log.info("commanded", command=type(command).__name__, target=command.name)
        answers: list[ServiceStatus | Refused] = []
        answered = trio.Event()

        async def wait(*, task_status: trio.TaskStatus[None]) -> None:
            task_status.started()  # the command is on the desk before anything else can be
            try:
                answers.append(await self._ask(command))
            except Refused as refusal:
                answers.append(refusal)
            answered.set()

        async with trio.open_nursery() as nursery:
            await nursery.start(wait)
            with trio.move_on_after(patience):
                await answered.wait()
            if not answers:
                # One that nobody has taken up would be withdrawn. They are taken up in order: once
                # this is answered the command is in hand, and a refusal has come.
                with suppress(Refused):
                    await self._ask(Status())
            nursery.cancel_scope.cancel()
        match answers:
            case [Refused() as refusal]:
                raise refusal
            case [ServiceStatus() as status]:
                return status, True
            case _:
                return self.status(command.name), False

    async def _ask(self, request: Request[R]) -> R:
        with self._grace.scope():
            return await self._control.ask(request)
