"""From what a person wrote to what can be started: all that can fail of it fails here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from supervisor.config import Config, ConfigError, nearest
from supervisor.kinds import KINDS
from supervisor.kinds.life import LiveBody, Unfit
from supervisor.policy import soonest_give_up
from supervisor.probe import problem as target_problem
from supervisor.spec import HealthSpec, Settings, Spec, TaskSpec
from supervisor.template import sample

PROBER = TaskSpec(name="prober", run="supervisor.health:serve", control=True)
PATTERNS = (("sends", "receives"), ("asks", "answers"), ("publishes", "watches"))


@dataclass(frozen=True, slots=True)
class Planned:
    spec: Spec
    body: LiveBody


@dataclass(frozen=True, slots=True)
class Channel:
    """Who writes to a channel and who reads it; `pattern` is the pair of keys that name it."""

    pattern: tuple[str, str]
    writers: tuple[str, ...]
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be started. `services` are in start order; `worst_stop` is in seconds."""

    settings: Settings = field(default_factory=Settings)
    services: tuple[Planned, ...] = ()
    templates: tuple[Spec, ...] = ()
    checks: tuple[HealthSpec, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict[str, Channel])
    capacity: Mapping[str, int] = field(default_factory=dict[str, int])
    worst_stop: float = 0.0


def plan(config: Config) -> Plan:
    """Order the services and check all that a person can get wrong; raises `ConfigError`."""
    config = with_prober(config)
    found = _Findings(config)
    specs = {spec.name: spec for spec in config.services}
    # A service that could not be read is known by name all the same: one mistake, one message.
    names = config.names
    for spec in config.services:
        found.relations(spec, names)
        found.restarts(spec)
    order = found.order(specs)
    channels = found.channels(config.services, complete=not config.problems)
    bodies = {
        spec.name: found.body(spec) for spec in config.services if spec.name not in config.broken
    }
    found.checks(config.checks, names)
    worst = worst_stop(specs) if order else 0.0
    if worst > config.settings.shutdown_timeout:
        found.add(
            "supervisor",
            "shutdown_timeout",
            f"is {config.settings.shutdown_timeout:g} s, and stopping in order may take"
            f" {worst:g} s; raise it or lower a stop_timeout",
        )
    for name in config.capacity:
        if name not in channels and not config.problems:
            found.add("channels", name, f"no service names this channel{nearest(name, channels)}")
    if found.problems:
        raise ConfigError(sorted(set(found.problems)))
    return Plan(
        config.settings,
        tuple(
            Planned(specs[name], body)
            for name in order
            if (body := bodies[name]) is not None and not specs[name].is_template
        ),
        tuple(spec for spec in config.services if spec.is_template),
        config.checks,
        channels,
        config.capacity,
        worst,
    )


def with_prober(config: Config) -> Config:
    """Add the prober where there is something to probe and nobody who would."""
    declared = any(isinstance(s, TaskSpec) and s.run == PROBER.run for s in config.services)
    if not config.checks or declared or PROBER.name in config.names:
        return config
    names = config.names | {PROBER.name}
    return replace(config, services=(*config.services, PROBER), names=names)


def worst_stop(specs: Mapping[str, Spec]) -> float:
    """Seconds until all are down if each needs its whole `stop_timeout`, in reverse order."""
    done: dict[str, float] = {}
    for name in TopologicalSorter(_graph(specs)).static_order():
        before = max((done[other] for other in specs[name].follows if other in done), default=0.0)
        done[name] = before + specs[name].stop_timeout
    return max(done.values(), default=0.0)


def _graph(specs: Mapping[str, Spec]) -> dict[str, list[str]]:
    return {name: [o for o in spec.follows if o in specs] for name, spec in specs.items()}


class _Findings:
    """The problems so far, and the questions that find more of them."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.problems = list(config.problems)

    def add(self, table: str, key: str, text: str) -> None:
        self.problems.append(self._config.problem(table, key, text))

    def relations(self, spec: Spec, names: frozenset[str]) -> None:
        for key in ("requires", "wants", "after"):
            others: Iterable[str] = getattr(spec, key)
            for other in others:
                if other.endswith("@"):
                    self.add(
                        f"service.{spec.name}", key, f"{other!r} is a template; name a service"
                    )
                elif other not in names:
                    hint = nearest(other, names)
                    self.add(f"service.{spec.name}", key, f"{other!r} is no service{hint}")

    def restarts(self, spec: Spec) -> None:
        soonest = soonest_give_up(spec.backoff, spec.budget)
        if soonest >= spec.budget.period:
            self.add(
                f"service.{spec.name}",
                "budget",
                f"can never be used up: {spec.budget.restarts} restarts take at least"
                f" {soonest:.3g} s of backoff, and its period is {spec.budget.period:g} s",
            )

    def order(self, specs: Mapping[str, Spec]) -> tuple[str, ...]:
        try:
            return tuple(TopologicalSorter(_graph(specs)).static_order())
        except CycleError as error:
            cycle = list(reversed(error.args[1]))
            key = "requires" if cycle[1] in specs[cycle[0]].requires else "after"
            self.add(f"service.{cycle[0]}", key, f"waits for itself: {' after '.join(cycle)}")
            return ()

    def channels(self, specs: Iterable[Spec], *, complete: bool) -> dict[str, Channel]:
        tasks = [spec for spec in specs if isinstance(spec, TaskSpec)]
        found: dict[str, Channel] = {}
        for pattern in PATTERNS:
            ends = [{name for spec in tasks for name in getattr(spec, end)} for end in pattern]
            for name in sorted(ends[0] | ends[1]):
                writers, readers = (
                    tuple(spec.name for spec in tasks if name in getattr(spec, end))
                    for end in pattern
                )
                if name in found:
                    both = f"{'/'.join(found[name].pattern)} and {'/'.join(pattern)}"
                    self.add(
                        f"service.{(writers or readers)[0]}", pattern[0], f"{name!r} is {both}"
                    )
                    continue
                found[name] = Channel(pattern, writers, readers)
                if complete:
                    self._ends(name, found[name])
        return found

    def _ends(self, name: str, channel: Channel) -> None:
        write, read = channel.pattern
        if not channel.readers:
            self.add(f"service.{channel.writers[0]}", write, f"nobody {read} {name!r}")
        if not channel.writers:
            self.add(f"service.{channel.readers[0]}", read, f"nobody {write} {name!r}")
        if read == "answers" and len(channel.readers) > 1:
            several = ", ".join(channel.readers)
            self.add(f"service.{channel.readers[1]}", read, f"{name!r} has several: {several}")

    def body(self, spec: Spec) -> LiveBody | None:
        try:
            return KINDS[spec.kind](spec)
        except Unfit as unfit:
            for key, text in unfit.problems:
                self.add(f"service.{spec.name}", key, text)
            return None

    def checks(self, checks: Iterable[HealthSpec], names: frozenset[str]) -> None:
        for check in checks:
            table = f"health.{check.name}"
            if check.service not in names:
                text = f"{check.service!r} is no service{nearest(check.service, names)}"
                self.add(table, "service", text)
            if (check.http is None) == (check.tcp is None):
                self.add(table, "http", "set exactly one of http and tcp")
            elif trouble := target_problem(sample(check)):
                self.add(table, "http" if check.http else "tcp", trouble)
            if check.timeout > check.period:
                self.add(table, "timeout", f"is longer than the period of {check.period:g} s")
