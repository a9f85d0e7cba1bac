"""The supervisor: keeps a plan alive, and answers whoever asks it for anything."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog
import trio
from msgspec import Struct, structs

from supervisor.channels import Channels
from supervisor.control import (
    Begin,
    Checks,
    Command,
    Control,
    Diff,
    Health,
    Looked,
    Reload,
    Remove,
    ReportHealth,
    RestartService,
    Shutdown,
    Signal,
    Specs,
    Start,
    Status,
    Stop,
    Write,
)
from supervisor.desk import Desk, Refused, Request
from supervisor.difference import differences
from supervisor.events import Events
from supervisor.kinds.life import Process
from supervisor.output import Output
from supervisor.plan import Plan
from supervisor.reload import apply
from supervisor.tree import Tree

log = structlog.get_logger()


class Ending(Struct, frozen=True):
    """Why the daemon ends, with which exit code, and whether it then begins anew."""

    reason: str
    exit_code: int
    again: bool = False


async def _nothing_to_read() -> Plan:
    raise Refused("cannot reload: there is no configuration file")


class Supervisor:
    """A tree of services, and one desk where all commands arrive.

    `read` makes a plan of the configuration as it is now; it raises `Refused`. By `place` the next
    daemon would know what this one leaves behind.
    """

    def __init__(
        self,
        plan: Plan,
        channels: Channels,
        events: Events,
        output: Output,
        read: Callable[[], Awaitable[Plan]] = _nothing_to_read,
        *,
        place: str = "",
    ) -> None:
        self._desk = Desk("the supervisor")
        self.tree = Tree(
            plan,
            channels=channels,
            events=events,
            output=output,
            control=self.control(),
            end=self._end_unasked,
            place=place,
        )
        self._read = read
        self._reloading = trio.Lock()
        self._ending: Ending | None = None
        self._end = trio.Event()
        self._hurry = trio.Event()

    @property
    def ending(self) -> Ending | None:
        """Why it ends, once it does."""
        return self._ending

    def control(self) -> Control:
        return Control(self._desk)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> Ending:
        """Keep everything as it is wanted until told to end, then stop it in reverse order.

        Cancelling it ends every life at once, and kills what does not end.
        """
        try:
            async with trio.open_nursery() as nursery:
                self.tree.open(nursery)
                nursery.start_soon(self._desk.answer, self._do)
                task_status.started()
                await self._end.wait()
                assert self._ending is not None
                log.info("stopping", reason=self._ending.reason)
                await self.tree.close(self._hurry)
                nursery.cancel_scope.cancel()
        finally:
            self._desk.close("it has ended")
            self.tree.release()
        return self._ending

    def end(self, reason: str, exit_code: int = 0, *, again: bool = False) -> None:
        """Begin to stop everything. The first reason and code stand.

        It begins anew if all who ask want that: one who does not may kill what is there instead.
        """
        if self._ending is None:
            self._ending = Ending(reason, exit_code, again)
            self._end.set()
        elif self._ending.again and not again:
            self._ending = structs.replace(self._ending, again=False)
            log.info("it will not begin anew", reason=reason)

    async def until_ending(self) -> None:
        """Wait until it begins to stop everything."""
        await self._end.wait()

    def hurry(self) -> None:
        """Stop whatever is left now, without its grace."""
        self._hurry.set()

    def _end_unasked(self, reason: str, exit_code: int) -> None:
        """What happens to a service ends everything, and takes nothing back of an end under way."""
        if self._ending is None:
            self.end(reason, exit_code)

    async def _do(self, request: Request[Any]) -> object:
        command: Command = request  # type: ignore[assignment]
        tree = self.tree
        match command:
            case Start(name, parameters):
                self._refuse_when_ending()
                runner = tree.roster.find_to_start(name, parameters)
                runner.start()
                tree.timetable.arm(runner)
                return await runner.settled()
            case Stop(name):
                return await tree.stop(name)
            case RestartService(name):
                self._refuse_when_ending()
                runner = tree.roster.find(name)
                runner.restart()
                tree.timetable.arm(runner)
                return await runner.settled()
            case Signal(name, signum):
                return self._process(name).signal(signum)
            case Write(name, data):
                return await self._process(name).write(data)
            case Status():
                return tuple(runner.status.value for runner in tree.roster.values())
            case Specs():
                specs = (runner.spec for runner in tree.roster.values())
                return (*specs, *tree.roster.templates.values())
            case Checks():
                return tree.verdicts.checks
            case Looked():
                return tree.looked(command)
            case ReportHealth():
                return tree.report(command)
            case Health(level):
                return tree.health(level)
            case Diff():
                new = await self._read()
                tree.output.hide(new.secrets(os.environ))
                return differences(tree.plan, new)
            case Reload(only):
                return await self._reload(only)
            case Remove(name):
                return await self._remove(name)
            case Begin(name):
                self._refuse_when_ending()
                return tree.begin(tree.roster.find(name))
            case Shutdown(reason, exit_code, again):
                return self.end(reason, exit_code, again=again)

    def _refuse_when_ending(self) -> None:
        if self._ending is not None:
            raise Refused(f"cannot start anything: {self._ending.reason}")

    def _process(self, name: str) -> Process:
        runner = self.tree.roster.find(name)
        if runner.process is None:
            raise Refused(f"cannot reach a process of {name}: it is {runner.state.value}")
        return runner.process

    async def _reload(self, only: tuple[str, ...] | None) -> object:
        async with self._reloading:
            plan = await self._read()
            self._refuse_when_ending()
            return await apply(self.tree, plan, only)

    async def _remove(self, name: str) -> None:
        tree = self.tree
        async with self._reloading:  # which relies on what there is
            runner = tree.roster.find(name)
            if not runner.is_down:
                raise Refused(f"cannot remove {name}: it is {runner.state.value}; stop it first")
            specs = [one.spec for one in tree.roster.values()] + [*tree.roster.templates.values()]
            if needed_by := [spec.name for spec in specs if name in spec.follows]:
                raise Refused(f"cannot remove {name}: it is needed by {', '.join(needed_by)}")
            services = tuple(one for one in tree.plan.services if one.spec.name != name)
            tree.plan = replace(tree.plan, services=services)
            tree.dismiss(runner)
