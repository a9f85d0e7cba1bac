"""The calls that are about processes: how they are, start, stop, signal."""

from __future__ import annotations

import time
from functools import partial

import trio

from supervisor.control import Signal, Start, Stop
from supervisor.model import ServiceStatus, State
from supervisor.signals import signal_named
from supervisor.socket.xmlrpc.asking import Asking, Struct
from supervisor.socket.xmlrpc.faults import Code, Fault
from supervisor.socket.xmlrpc.info import process_info
from supervisor.socket.xmlrpc.names import Member
from supervisor.socket.xmlrpc.programs import must_be_runnable
from supervisor.spec import ProcessSpec

START_SECONDS = 1.0  # supervisord's startsecs
UP = frozenset({State.STARTING, State.RUNNING, State.BACKOFF})
SIGNALLABLE = frozenset({State.STARTING, State.RUNNING, State.STOPPING})


class ProcessCalls:
    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def info(self, name: str) -> Struct:
        one = (await self._asking.members()).one(name)
        return process_info(one, (await self._asking.specs()).get(one.name), time.time())

    async def all_info(self) -> list[Struct]:
        specs, now = await self._asking.specs(), time.time()
        members = (await self._asking.members()).by_name()
        return [process_info(one, specs.get(one.name), now) for one in members]

    async def start(self, name: str, wait: bool = True) -> bool | list[Struct]:
        found = (await self._asking.members()).find(name)
        return await self._asking.one_or_all(found, partial(self._start, wait=wait), _not_up)

    async def start_group(self, name: str, wait: bool = True) -> list[Struct]:
        members = (await self._asking.members()).group(name)
        return await self._asking.each(members, partial(self._start, wait=wait), _not_up)

    async def start_all(self, wait: bool = True) -> list[Struct]:
        members = (await self._asking.members()).all
        return await self._asking.each(members, partial(self._start, wait=wait), _not_up)

    async def stop(self, name: str, wait: bool = True) -> bool | list[Struct]:
        found = (await self._asking.members()).find(name)
        return await self._asking.one_or_all(found, partial(self._stop, wait=wait), _up)

    async def stop_group(self, name: str, wait: bool = True) -> list[Struct]:
        members = await self._asking.group(name)
        return await self._asking.each(members, partial(self._stop, wait=wait), _up)

    async def stop_all(self, wait: bool = True) -> list[Struct]:
        members = (await self._asking.members()).all
        return await self._asking.each(members, partial(self._stop, wait=wait), _up)

    async def signal(self, name: str, signal: str) -> bool | list[Struct]:
        found = (await self._asking.members()).find(name)
        return await self._asking.one_or_all(found, partial(self._signal, signal), _signallable)

    async def signal_group(self, name: str, signal: str) -> list[Struct]:
        members = (await self._asking.members()).group(name)
        return await self._asking.each(members, partial(self._signal, signal), _signallable)

    async def signal_all(self, signal: str) -> list[Struct]:
        members = (await self._asking.members()).all
        return await self._asking.each(members, partial(self._signal, signal), _signallable)

    async def _start(self, one: Member, *, wait: bool) -> None:
        spec = (await self._asking.specs()).get(one.name)
        must_be_runnable(spec)
        if _up(one):
            raise Fault(Code.ALREADY_STARTED, one.full_name)
        if not wait:
            self._asking.later(Start(one.name))
            return
        status = await self._asking.ask(Start(one.name))
        if isinstance(spec, ProcessSpec) and spec.ready is None:
            status = await self._settled(status)
        if status.state in (State.BACKOFF, State.FATAL):
            raise Fault(Code.SPAWN_ERROR, one.full_name)
        # One that did its work and is done is as good as one that still runs.
        if status.state is not State.RUNNING and (
            status.state is not State.EXITED or status.failed
        ):
            raise Fault(Code.ABNORMAL_TERMINATION, one.full_name)

    async def _settled(self, status: ServiceStatus) -> ServiceStatus:
        """How a program is that says nothing of its readiness: there it counts as started when
        it has stayed up for a while, and supervisorctl's users rely on hearing of it.
        """
        events = self._asking.served.events
        with trio.move_on_after(START_SECONDS), events.watch() as (_, changes):
            status = events.get(status.name) or status
            if status.state is State.RUNNING:
                async for change in changes:
                    if change.name == status.name and change.now is not None:
                        status = change.now
                        if status.state is not State.RUNNING:
                            break
        return status

    async def _stop(self, one: Member, *, wait: bool) -> None:
        if not _up(one):
            raise Fault(Code.NOT_RUNNING, one.full_name)
        if wait:
            await self._asking.ask(Stop(one.name))
        else:
            self._asking.later(Stop(one.name))

    async def _signal(self, signal: str, one: Member) -> None:
        signum = signal_named(signal)
        if signum is None:
            raise Fault(Code.BAD_SIGNAL, signal)
        if not _signallable(one):
            raise Fault(Code.NOT_RUNNING, one.full_name)
        await self._asking.ask(Signal(one.name, signum))


def _up(one: Member) -> bool:
    return one.status.state in UP


def _not_up(one: Member) -> bool:
    return not _up(one)


def _signallable(one: Member) -> bool:
    return one.status.state in SIGNALLABLE
