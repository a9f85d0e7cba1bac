"""What a person can get wrong in a configuration that can be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from supervisor.address import address_of, overlap
from supervisor.causes import problem as cause_problem
from supervisor.config import Config, nearest
from supervisor.kinds import KINDS
from supervisor.kinds.life import LiveBody, Unfit
from supervisor.kinds.task import TaskBody
from supervisor.policy import soonest_give_up
from supervisor.probe import problem as target_problem
from supervisor.redact import problem as redact_problem
from supervisor.schedule import problem as schedule_problem
from supervisor.spec import (
    TARGETS,
    Condition,
    HealthSpec,
    OnUnhealthy,
    ProcessSpec,
    Restart,
    Spec,
    conditions,
)
from supervisor.template import sample
from supervisor.verdicts import concerns

PATTERNS = (("sends", "receives"), ("asks", "answers"), ("publishes", "watches"))
REPORTS = "reports"  # by which a process sends


class Channel(Struct, frozen=True):
    """Who writes to a channel and who reads it; `pattern` is the pair of keys that name it."""

    pattern: tuple[str, str]
    writers: tuple[str, ...]
    readers: tuple[str, ...]


class Findings:
    """The problems so far, and the questions that find more of them.

    A service that could not be read is known by name all the same: one mistake, one message.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._complete = not config.problems
        self.problems = list(config.problems)

    def add(self, table: str, key: str, text: str) -> None:
        self.problems.append(self._config.problem(table, key, text))

    def look_at_services(self) -> None:
        for spec in self._config.services:
            self._relations(spec)
            self._restarts(spec)
            self._schedule(spec)

    def _relations(self, spec: Spec) -> None:
        table = f"service.{spec.name}"
        for key in ("requires", "wants", "after"):
            for other, condition in conditions(getattr(spec, key)).items():
                self._is_service(table, key, other)
                checked = any(concerns(check, other) for check in self._config.checks)
                if condition is Condition.HEALTHY and not checked and self._complete:
                    self.add(table, key, f"nobody would find {other} healthy: it has no check")
        for other in spec.restarts_with:
            if other not in spec.requires:
                self.add(table, "restarts_with", f"{other!r} is not in requires")

    def _is_service(self, table: str, key: str, name: str) -> None:
        names = self._config.names
        if name.endswith("@"):
            self.add(table, key, f"{name!r} is a template; name a service")
        elif name not in names:
            self.add(table, key, f"{name!r} is no service{nearest(name, names)}")

    def _restarts(self, spec: Spec) -> None:
        table = f"service.{spec.name}"
        for number, budget in enumerate((spec.budget, *spec.limits)):
            soonest = soonest_give_up(spec.backoff, budget)
            if soonest >= budget.period:
                self.add(
                    table,
                    f"limits[{number - 1}]" if number else "budget",
                    f"can never be used up: {budget.restarts} restarts take at least"
                    f" {soonest:.3g} s of backoff, and its period is {budget.period:g} s",
                )
        for number, limit in enumerate(spec.limits):
            for cause in limit.causes:
                if trouble := cause_problem(cause):
                    self.add(table, f"limits[{number}].causes", trouble)

    def _schedule(self, spec: Spec) -> None:
        table = f"service.{spec.name}"
        if spec.schedule is None:
            return
        if trouble := schedule_problem(spec.schedule):
            self.add(table, "schedule", trouble)
        if spec.essential:
            self.add(table, "essential", "with a schedule it ends again and again")
        if spec.is_template:
            self.add(table, "schedule", "a template is started on request alone")

    def look_at_groups(self) -> None:
        counted = Counter(name for group in self._config.groups for name in group.members)
        for group in self._config.groups:
            table = f"group.{group.name}"
            for member in group.members:
                self._is_service(table, "members", member)
                if counted[member] > 1:
                    self.add(table, "members", f"{member!r} is a member {counted[member]} times")

    def look_at_checks(self) -> None:
        specs = {spec.name: spec for spec in self._config.services}
        for check in self._config.checks:
            table = f"health.{check.name}"
            names = self._config.names
            if check.service not in names:
                text = f"{check.service!r} is no service{nearest(check.service, names)}"
                self.add(table, "service", text)
            self._target(table, check)
            if check.timeout > check.period:
                text = f"is {check.timeout:g} s, and the period {check.period:g} s"
                self.add(table, "timeout", f"{text}; raise the period or lower the timeout")
            spec = specs.get(check.service)
            never = spec is not None and spec.restart is Restart.NEVER
            if check.on_unhealthy is OnUnhealthy.RESTART and never:
                self.add(table, "on_unhealthy", f'{check.service} has restart = "never"')

    def _target(self, table: str, check: HealthSpec) -> None:
        if trouble := target_problem(sample(check)):
            ways = [key for key in TARGETS if getattr(check, key) is not None]
            self.add(table, (ways or TARGETS)[0], trouble)

    def look_at_channels(self) -> dict[str, Channel]:
        specs = self._config.services
        found: dict[str, Channel] = {}
        for pattern in PATTERNS:
            ends = [{name for spec in specs for name in _named(spec, end)} for end in pattern]
            for name in sorted(ends[0] | ends[1]):
                writers, readers = (
                    tuple(spec.name for spec in specs if name in _named(spec, end))
                    for end in pattern
                )
                if name in found:
                    both = f"{'/'.join(found[name].pattern)} and {'/'.join(pattern)}"
                    self._add_at((writers or readers)[0], pattern[0], f"{name!r} is {both}")
                    continue
                found[name] = Channel(pattern, writers, readers)
                if self._complete:
                    self._ends(name, found[name])
        for name in self._config.capacity:
            if name not in found and self._complete:
                self.add("channels", name, f"no service names this channel{nearest(name, found)}")
        return found

    def _ends(self, name: str, channel: Channel) -> None:
        write, read = channel.pattern
        if not channel.readers:
            self._add_at(channel.writers[0], write, f"nobody {read} {name!r}")
        if not channel.writers:
            self.add(f"service.{channel.readers[0]}", read, f"nobody {write} {name!r}")
        if read == "answers" and len(channel.readers) > 1:
            several = ", ".join(channel.readers)
            self.add(f"service.{channel.readers[1]}", read, f"{name!r} has several: {several}")
        for reader in channel.readers:
            if read == "answers" and reader.endswith("@"):
                text = f"{name!r} would have as many as there are instances"
                self.add(f"service.{reader}", read, text)

    def _add_at(self, service: str, key: str, text: str) -> None:
        """Where a process writes to a channel, that is by its own key for it."""
        (spec,) = (spec for spec in self._config.services if spec.name == service)
        self.add(f"service.{service}", REPORTS if isinstance(spec, ProcessSpec) else key, text)

    def look_at_bodies(self) -> dict[str, LiveBody]:
        bodies: dict[str, LiveBody] = {}
        for spec in self._config.services:
            if spec.name not in self._config.broken:
                try:
                    bodies[spec.name] = KINDS[spec.kind](spec)
                except Unfit as unfit:
                    for key, text in unfit.problems:
                        self.add(f"service.{spec.name}", key, text)
        return bodies

    def look_at_addresses(self, bodies: Mapping[str, LiveBody]) -> None:
        """No two tasks may listen on the same port, on addresses that are the same or any."""
        taken: list[tuple[str, str, str]] = []
        for name, body in bodies.items():
            for key, address in body.listens if isinstance(body, TaskBody) else ():
                for other, theirs, option in taken:
                    if overlap(address, theirs):
                        text = f"{address} is what {other} listens on, by its {option}"
                        self.add(f"service.{name}", f"options.{key}", text)
                taken.append((name, address, key))

    def look_at_the_network(self) -> None:
        for number, pattern in enumerate(self._config.settings.redact):
            if trouble := redact_problem(pattern):
                self.add("supervisor", f"redact[{number}]", trouble)
        http = self._config.settings.http
        if http is not None and address_of(http) is None:
            self.add("supervisor", "http", f"{http!r} is not of the form host:port or :port")

    def look_at_the_stop(self, worst: float) -> None:
        limit = self._config.settings.shutdown_timeout
        if worst > limit:
            self.add(
                "supervisor",
                "shutdown_timeout",
                f"is {limit:g} s, and stopping in order may take {worst:g} s; raise it or lower"
                " a stop_timeout",
            )

    def cycle(self, specs: Mapping[str, Spec], found: Sequence[str]) -> None:
        cycle = list(reversed(found))
        spec = specs[cycle[0]]
        keys: Iterable[str] = ("requires", "wants", "after")
        key = next((key for key in keys if cycle[1] in getattr(spec, key)), "")
        self.add(f"service.{spec.name}", key, f"waits for itself: {' after '.join(cycle)}")


def _named(spec: Spec, end: str) -> tuple[str, ...]:
    """The channels that a service is at such an end of; a process can but send its reports."""
    if isinstance(spec, ProcessSpec):
        return (spec.reports,) if end == "sends" and spec.reports is not None else ()
    return getattr(spec, end, ())  # other kinds need have no channels
