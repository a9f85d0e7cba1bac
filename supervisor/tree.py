"""The tree of services: a runner for each, its surroundings, and what one means for another."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import assert_never

import structlog
import trio
from msgspec.structs import replace

from supervisor.channels import Channels
from supervisor.config import overriding
from supervisor.control import Control, HealthReport, Looked, ReportHealth
from supervisor.events import Events
from supervisor.groups import Groups, bound_to
from supervisor.kinds.life import Life, LiveBody
from supervisor.listening import Listening
from supervisor.model import ExitCode, ServiceStatus, State
from supervisor.order import stop_all, until_free
from supervisor.output import Output
from supervisor.plan import PROBER, Plan
from supervisor.roster import Roster
from supervisor.runner import Live, Runner
from supervisor.schedule import Timetable
from supervisor.spec import Level, OnUnhealthy, Spec, TaskSpec
from supervisor.standing import UP
from supervisor.template import template_of
from supervisor.verdicts import Verdicts
from supervisor.vitals import Vitals

log = structlog.get_logger()

GAVE_UP = ExitCode(10)
UNHEALTHY = ExitCode(11)


class Tree:
    """All that a plan makes alive. `end` is called with a reason and an exit code when what
    happened to a service is to end everything. `place` is the daemon's, for its lives' markers.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        channels: Channels,
        events: Events,
        output: Output,
        control: Control,
        end: Callable[[str, int], None],
        place: str = "",
    ) -> None:
        self.plan = plan
        self.channels = channels
        self.output = output
        self.groups = Groups(plan.groups)
        self.vitals = Vitals(events)
        self.verdicts = Verdicts(plan.checks, self.vitals.looked)
        self.timetable = Timetable()
        self.roster = Roster(self._hire, self._dismissed)
        self._events = events
        self._control = control
        self._end = end
        self._listening = Listening()
        self._surroundings = dict(os.environ)
        self._overriding = frozenset(overriding(self._surroundings))
        self.run_id = secrets.token_hex(4)
        self.markers = f"{place}/{self.run_id}-"  # what those of all lives begin with
        self._lives = count(1)
        self.ending = False
        self.roster.templates = {spec.name: spec for spec in plan.templates}
        for planned in plan.services:
            self.roster.add(planned.spec, planned.body)

    def open(self, nursery: trio.Nursery) -> None:
        """Start what is to be started, in tasks of this nursery."""
        self.timetable.open(nursery)
        self.roster.open(nursery)
        for runner in self.roster.values():
            self.begin(runner)

    def begin(self, runner: Runner) -> None:
        """Do for a service, as for one that is new, what is done when the daemon starts."""
        if runner.spec.autostart:
            schedule = runner.spec.schedule
            if schedule is None or schedule.at_start:
                runner.start()
            self.timetable.arm(runner)

    async def close(self, hurry: trio.Event) -> None:
        """Stop everything in reverse order, within the deadline of the plan, or in a hurry."""
        self.ending = True
        for runner in self.roster.values():
            self.timetable.disarm(runner)
        within = self.plan.settings.shutdown_timeout
        await stop_all(self.roster, self.groups, within=within, hurry=hurry)

    def release(self) -> None:
        """Give back what outlives lives; nothing can be started after it."""
        self._listening.close_all()

    async def stop(self, name: str) -> ServiceStatus:
        """Stop a service, by its schedule too, and wait until nothing of it is left."""
        runner = self.roster.find(name)
        self.timetable.disarm(runner)
        runner.stop()
        status = await runner.settled()
        self.roster.forget_instance(name)
        return status

    def dismiss(self, runner: Runner) -> None:
        """Forget a service that is down."""
        self.timetable.disarm(runner)
        self.roster.remove(runner.spec.name)

    # Lives.

    def _hire(self, spec: Spec, body: LiveBody, parameters: Mapping[str, str]) -> Runner:
        return Runner(
            spec,
            self.living(spec.name, body),
            partial(self._announce, spec),
            gate=partial(self._until_free, spec.name),
            parameters=dict(parameters),
            group=self.groups.name_of(spec.name),
            hide=self.output.redactor.text,
        )

    def living(self, name: str, body: LiveBody) -> Live:
        """A way to live the lives of a service, with all their surroundings."""

        async def live(stopping: trio.Event, *, task_status: trio.TaskStatus[None]) -> None:
            life = Life(
                run=self.run_id,
                marker=f"{self.markers}{next(self._lives)}",
                stopping=stopping,
                channels=self.channels,
                control=self._control,
                events=self._events,
                vitals=self.vitals,
                output=self.output,
                listening=self._listening,
                tell=self.roster[name],
                declared=lambda: self.roster[name].spec,
                surroundings=self._surroundings,
                secrets=(hidden := frozenset(self.plan.settings.secrets)),
                hidden=hidden | self._overriding,
            )
            await body(life, task_status=task_status)

        return live

    async def _until_free(self, name: str) -> None:
        await until_free(self.roster, self.groups, name)

    def _dismissed(self, name: str) -> None:
        self.verdicts.forget(name)
        self.output.forget(name)
        self._listening.close(name)
        self._events.remove(name)

    # What follows from a change.

    def _announce(self, declared: Spec, status: ServiceStatus) -> None:
        name = status.name
        before = self._events.get(name)
        self._events.publish(status)
        runner = self.roster.get(name)
        self._set_desks(runner.spec if runner else declared, status, runner)
        if runner is None or before is None or before.state is status.state:
            return
        self.verdicts.forget(name)
        why = {"reason": status.reason} if status.reason else {}
        _writer(status)("service changed", service=name, state=status.state.value, **why)
        if isinstance(runner.spec, TaskSpec) and runner.spec.run == PROBER.run:
            self.forget_health()
        if not self.ending:
            self._shake(runner, before.state)
            if runner.spec.essential and runner.state in (State.EXITED, State.FATAL):
                self._end_with(runner, f"{name} is essential and")

    def _set_desks(self, spec: Spec, status: ServiceStatus, runner: Runner | None) -> None:
        coming = spec.autostart if runner is None else runner.coming
        for name in spec.answers if isinstance(spec, TaskSpec) else ():
            if coming:
                self.channels.desks[name].open()
            else:
                why = f": {status.reason}" if status.reason else ""
                self.channels.desks[name].close(f"{spec.name} is {status.state.value}{why}")

    def _shake(self, runner: Runner, before: State) -> None:
        """What the end of a life means for the lives of others."""
        name = runner.spec.name
        along = self.groups.shaken_by(name) if runner.state in (State.BACKOFF, State.FATAL) else ()
        why = f"{name} is {runner.state.value}"
        if runner.state is State.FATAL and along:
            self.timetable.disarm(runner)  # or a schedule would bring back half a group
        for other in (self.roster[other] for other in along if other in self.roster):
            if runner.state is State.BACKOFF:
                other.renew(why)
                continue
            self.timetable.disarm(other)
            if not other.is_down:
                other.stop(reason=why)
                if other.spec.essential:
                    self._end_with(
                        runner, f"{other.spec.name} is essential and goes with {name}, which is"
                    )
        if before in UP and runner.state not in UP:
            for other in bound_to(name, (other.spec for other in self.roster.values())):
                self.roster[other].renew(why)

    def _end_with(self, runner: Runner, whose: str) -> None:
        """The end of a service for good ends all."""
        status = runner.status.value
        code = (UNHEALTHY if runner.unhealthy else GAVE_UP) if status.failed else 0
        self._end(f"{whose} {status.state.value}: {status.reason}", code)

    # Health.

    def report(self, report: ReportHealth) -> None:
        """Take in what a check found, and do what it says; raises `NotFound`."""
        report = replace(report, reason=self.output.redactor.text(report.reason))
        check = self.verdicts.check(report)
        runner = self._of_this_life(report)
        if runner is None:
            return
        healthy, reason = self.verdicts.report(report)
        runner.report(healthy, reason)
        if report.healthy:
            return
        log.warning("service unhealthy", service=report.service, reason=reason)
        match check.on_unhealthy:
            case OnUnhealthy.RESTART:
                runner.fail(f"unhealthy: {reason}", unhealthy=True)
            case OnUnhealthy.SHUTDOWN:
                self._end(f"{report.service} is unhealthy: {reason}", UNHEALTHY)
            case OnUnhealthy.IGNORE:
                pass
            case _:
                assert_never(check.on_unhealthy)

    def looked(self, looked: Looked) -> None:
        """Keep what one look of a check found of a service that runs."""
        if self._of_this_life(looked) is not None:
            hidden = replace(looked, reason=self.output.redactor.text(looked.reason))
            self.verdicts.look(hidden, time.time())

    def _of_this_life(self, found: ReportHealth | Looked) -> Runner | None:
        """The service that something was found of; None where that is another life, or none."""
        runner = self.roster.get(found.service)
        if runner is None or runner.state is not State.RUNNING:
            return None
        return runner if found.life in (None, runner.status.value.started) else None

    def health(self, level: Level) -> HealthReport:
        """How those are together that should be up, or should have ended well and did not.

        What a schedule starts comes and goes, and is no part of it. Nor is an instance, unless it
        is essential: one of many that is broken is for whoever asked for it to know.
        """
        expected = [
            runner
            for runner in self.roster.values()
            if runner.spec.schedule is None and (runner.wanted.value or runner.status.value.failed)
        ]
        counts = [it.spec.essential or not template_of(it.spec.name) for it in expected]
        return self.verdicts.whole(
            level,
            [it.status.value for it, does in zip(expected, counts, strict=True) if does],
            [it.status.value for it, does in zip(expected, counts, strict=True) if not does],
        )

    def forget_health(self) -> None:
        """The prober came or went, or has other checks: what it knew no longer holds."""
        for name, runner in self.roster.items():
            self.verdicts.forget(name)
            runner.report(None)


def _writer(status: ServiceStatus) -> Callable[..., None]:
    """How loud a change is in the log."""
    if status.state is State.FATAL:
        return log.error
    return log.warning if status.failed or status.state is State.BACKOFF else log.info
