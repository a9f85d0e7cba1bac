"""How a call of supervisord's API reaches the supervisor, and what a refusal is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

import trio

from supervisor.control import Specs, Status
from supervisor.desk import Gone, NotFound, Refused, Request
from supervisor.socket.served import Served
from supervisor.socket.xmlrpc.faults import Code, Fault
from supervisor.socket.xmlrpc.names import Member, Members
from supervisor.spec import Spec

R = TypeVar("R")

Struct: TypeAlias = dict[str, Any]
Act: TypeAlias = Callable[[Member], Awaitable[None]]


class Asking:
    """What a call waits for, unless it says not to: that is left to `nursery`."""

    def __init__(self, served: Served, nursery: trio.Nursery) -> None:
        self.served = served
        self._nursery = nursery

    async def ask(self, command: Request[R]) -> R:
        """Raises `Fault` for a refusal."""
        try:
            return await self.served.control.ask(command)
        except NotFound as error:
            raise Fault(Code.BAD_NAME, str(error)) from None
        except Gone:
            raise Fault(Code.SHUTDOWN_STATE) from None
        except Refused as refusal:
            raise Fault(Code.FAILED, str(refusal)) from None

    def later(self, command: Request[Any]) -> None:
        """Ask, and do not wait."""
        self._nursery.start_soon(self._carry_out, command)

    async def _carry_out(self, command: Request[Any]) -> None:
        with suppress(Refused):
            await self.served.control.ask(command)

    async def members(self) -> Members:
        return Members(await self.ask(Status()))

    async def group(self, name: str) -> list[Member]:
        """The members of a group; a template has none, its instances are on their own."""
        if await self.is_template(name):
            return []
        return (await self.members()).group(name)

    async def is_template(self, name: str) -> bool:
        spec = (await self.specs()).get(name)
        return spec is not None and spec.is_template

    async def specs(self) -> dict[str, Spec]:
        return {spec.name: spec for spec in await self.ask(Specs())}

    async def each(
        self, members: Sequence[Member], act: Act, concerns: Callable[[Member], bool]
    ) -> list[Struct]:
        """Do it to all whom it concerns, at once: what became of each."""
        concerned = [one for one in members if concerns(one)]
        results = [_result(one) for one in concerned]

        async def do(number: int) -> None:
            try:
                await act(concerned[number])
            except Fault as fault:
                results[number] = _result(concerned[number], fault)

        async with trio.open_nursery() as nursery:
            for number in range(len(concerned)):
                nursery.start_soon(do, number)
        return results

    async def one_or_all(
        self, found: Member | list[Member], act: Act, concerns: Callable[[Member], bool]
    ) -> bool | list[Struct]:
        if isinstance(found, list):
            return await self.each(found, act, concerns)
        await act(found)
        return True


def _result(one: Member, fault: Fault | None = None) -> Struct:
    return {
        "name": one.name,
        "group": one.group,
        "status": int(Code.SUCCESS if fault is None else fault.code),
        "description": "OK" if fault is None else str(fault),
    }
