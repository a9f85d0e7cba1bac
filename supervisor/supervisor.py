"""The supervisor: starts services in order, answers requests, stops in reverse."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import structlog
import trio

from supervisor.channels import Channels
from supervisor.control import (
    Checks,
    Command,
    Control,
    Diff,
    Health,
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
from supervisor.desk import Desk, NotFound, Refused, Request
from supervisor.events import Events
from supervisor.kinds import KINDS
from supervisor.kinds.life import Life, LiveBody, Unfit
from supervisor.listening import Listening
from supervisor.model import ServiceStatus, State
from supervisor.order import stop_all, until_free
from supervisor.output import Output
from supervisor.plan import Plan
from supervisor.runner import Runner
from supervisor.spec import OnUnhealthy, Spec, TaskSpec
from supervisor.template import fill, template_of
from supervisor.verdicts import Verdicts

log = structlog.get_logger()

# Exit codes of the daemon that an operator can act on; the README has the whole table.
GAVE_UP = 10
UNHEALTHY = 11


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the daemon ends, and with which exit code."""

    reason: str
    exit_code: int


class Supervisor:
    """A runner for every service of a plan, and one desk where all commands arrive."""

    def __init__(self, plan: Plan, channels: Channels, events: Events, output: Output) -> None:
        self._plan = plan
        self._channels = channels
        self._events = events
        self._output = output
        self._listening = Listening()
        self._desk = Desk("the supervisor")
        self._templates = {spec.name: spec for spec in plan.templates}
        self._verdicts = Verdicts(plan.checks)
        self._run = secrets.token_hex(4)
        self._lives = count(1)
        self._ending: Ending | None = None
        self._end = trio.Event()
        self._hurry = trio.Event()
        self._instances: dict[str, trio.CancelScope] = {}
        self._nursery: trio.Nursery | None = None
        self._runners: dict[str, Runner] = {}
        for planned in plan.services:
            self._add(planned.spec, planned.body)

    def control(self) -> Control:
        return Control(self._desk)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> Ending:
        """Keep everything as it is wanted until told to end, then stop it in reverse order.

        Cancelling it ends every life at once, and kills what does not end.
        """
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                for runner in self._runners.values():
                    nursery.start_soon(runner.run)
                    if runner.spec.autostart:
                        runner.start()
                nursery.start_soon(self._desk.answer, self._do)
                task_status.started()
                await self._end.wait()
                assert self._ending is not None
                log.info("stopping", reason=self._ending.reason)
                within = self._plan.settings.shutdown_timeout
                await stop_all(self._runners, within=within, hurry=self._hurry)
                nursery.cancel_scope.cancel()
        finally:
            self._desk.close("it has ended")
        return self._ending

    def end(self, reason: str, exit_code: int = 0) -> None:
        """Begin to stop everything. The first reason stands."""
        if self._ending is None:
            self._ending = Ending(reason, exit_code)
            self._end.set()

    def hurry(self) -> None:
        """Stop whatever is left now, without its grace."""
        self._hurry.set()

    # Runners.

    def _add(
        self, spec: Spec, body: LiveBody, parameters: Mapping[str, str] | None = None
    ) -> Runner:
        async def live(stopping: trio.Event, *, task_status: trio.TaskStatus[None]) -> None:
            life = Life(
                run=self._run,
                marker=f"{self._run}-{next(self._lives)}",
                stopping=stopping,
                channels=self._channels,
                control=self.control(),
                events=self._events,
                output=self._output,
                listening=self._listening,
                tell=runner,
            )
            await body(life, task_status=task_status)

        runner = Runner(
            spec,
            live,
            partial(self._announce, spec),
            gate=partial(until_free, self._runners, spec.name),
            parameters=dict(parameters or {}),
        )
        self._runners[spec.name] = runner
        return runner

    def _announce(self, spec: Spec, status: ServiceStatus) -> None:
        before = self._events.get(spec.name)
        self._events.publish(status)
        self._set_desks(spec, status)
        if before is None or before.state is status.state:
            return
        self._verdicts.forget(spec.name)
        why = {"reason": status.reason} if status.reason else {}
        write = log.error if status.state is State.FATAL else log.info
        write("service changed", service=spec.name, state=status.state.value, **why)
        if spec.essential and status.state in (State.EXITED, State.FATAL):
            code = GAVE_UP if status.failed else 0
            self.end(f"{spec.name} is essential and {status.state.value}: {status.reason}", code)

    def _set_desks(self, spec: Spec, status: ServiceStatus) -> None:
        runner = self._runners.get(spec.name)
        coming = spec.autostart if runner is None else runner.coming
        for name in spec.answers if isinstance(spec, TaskSpec) else ():
            if coming:
                self._channels.desks[name].open()
            else:
                why = f": {status.reason}" if status.reason else ""
                self._channels.desks[name].close(f"{spec.name} is {status.state.value}{why}")

    # Requests.

    async def _do(self, request: Request[Any]) -> object:
        command: Command = request  # type: ignore[assignment]
        match command:
            case Start(name, parameters):
                self._refuse_when_ending()
                runner = self._runner_to_start(name, parameters)
                runner.start()
                return await runner.settled()
            case Stop(name):
                runner = self._runner(name)
                runner.stop()
                status = await runner.settled()
                self._forget_instance(name)
                return status
            case RestartService(name):
                self._refuse_when_ending()
                runner = self._runner(name)
                runner.restart()
                return await runner.settled()
            case Signal() | Write() | Specs() | Health() | Diff() | Reload() | Remove():
                raise Refused("cannot do that yet")
            case Status():
                return tuple(runner.status.value for runner in self._runners.values())
            case Checks():
                return self._plan.checks
            case ReportHealth():
                return self._report(command)
            case Shutdown(reason, exit_code, _):
                return self.end(reason, exit_code)

    def _refuse_when_ending(self) -> None:
        if self._ending is not None:
            raise Refused(f"cannot start anything: {self._ending.reason}")

    def _runner(self, name: str) -> Runner:
        if name in self._runners:
            return self._runners[name]
        if name in self._templates:
            raise Refused(f"cannot do that with a template: name an instance, such as {name}one")
        names = ", ".join(self._runners)
        raise NotFound(f"cannot find a service {name!r}; services are {names}")

    def _runner_to_start(self, name: str, parameters: Mapping[str, str]) -> Runner:
        template = self._templates.get(template_of(name) or "")
        if template is None:
            runner = self._runner(name)
            if parameters:
                raise Refused(f"cannot give {name} parameters: it is no instance of a template")
            return runner
        existing = self._runners.get(name)
        if existing is not None:
            if dict(parameters) == existing.status.value.parameters or not parameters:
                return existing
            if not self._forget_instance(name):
                raise Refused(f"cannot start {name} with other parameters: stop it first")
        return self._add_instance(template, name, parameters)

    def _add_instance(self, template: Spec, name: str, parameters: Mapping[str, str]) -> Runner:
        spec = fill(template, {"instance": name.partition("@")[2], **parameters}, name=name)
        try:
            body = KINDS[spec.kind](spec)
        except Unfit as unfit:
            raise Refused(f"cannot start {name}: {unfit.key}: {unfit.text}") from None
        runner = self._add(spec, body, parameters)
        scope = self._instances[name] = trio.CancelScope()
        assert self._nursery is not None
        self._nursery.start_soon(self._run_instance, runner, scope)
        return runner

    async def _run_instance(self, runner: Runner, scope: trio.CancelScope) -> None:
        with scope:
            await runner.run()

    def _forget_instance(self, name: str) -> bool:
        """Let an instance vanish that is at rest and not wanted; whether it did."""
        if name not in self._instances:
            return False
        runner = self._runners[name]
        if runner.wanted.value or not runner.state.at_rest:
            return False
        self._instances.pop(name).cancel()
        del self._runners[name]
        self._verdicts.forget(name)
        self._output.forget(name)
        self._events.remove(name)
        return True

    def _report(self, report: ReportHealth) -> None:
        check = self._verdicts.check(report)
        runner = self._runners.get(report.service)
        if runner is None or runner.state is not State.RUNNING:
            return
        healthy, reason = self._verdicts.report(report)
        runner.report(healthy, reason)
        if report.healthy:
            return
        log.warning("service unhealthy", service=report.service, reason=reason)
        match check.on_unhealthy:
            case OnUnhealthy.RESTART:
                runner.restart()
            case OnUnhealthy.SHUTDOWN:
                self.end(f"{report.service} is unhealthy: {reason}", UNHEALTHY)
            case OnUnhealthy.IGNORE:
                pass
