"""From what a person wrote to what can be started: all that can fail of it fails here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError

from supervisor.config import Config, ConfigError
from supervisor.findings import Channel, Findings
from supervisor.kinds.life import LiveBody
from supervisor.sequence import start_order, worst_stop
from supervisor.spec import GroupSpec, HealthSpec, ProcessSpec, Settings, Spec, TaskSpec

PROBER = TaskSpec(name="prober", run="supervisor.health:serve", control=True)


@dataclass(frozen=True, slots=True)
class Planned:
    spec: Spec
    body: LiveBody


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be started. `services` are in start order; `worst_stop` is in seconds.
    `file` is the configuration's, or nothing.
    """

    settings: Settings = field(default_factory=Settings)
    services: tuple[Planned, ...] = ()
    templates: tuple[Spec, ...] = ()
    groups: tuple[GroupSpec, ...] = ()
    checks: tuple[HealthSpec, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict[str, Channel])
    capacity: Mapping[str, int] = field(default_factory=dict[str, int])
    worst_stop: float = 0.0
    file: str = field(default="", compare=False)

    @property
    def specs(self) -> tuple[Spec, ...]:
        """All that is declared: the services, in start order, and the templates."""
        return (*(planned.spec for planned in self.services), *self.templates)

    def secrets(self, environment: Mapping[str, str]) -> Iterator[str]:
        """The values of the variables that hold secrets: in this one, and in what services are
        given by their tables. Those of their files are known when they start.
        """
        given = [spec.environment for spec in self.specs if isinstance(spec, ProcessSpec)]
        for variables in (environment, *given):
            yield from (variables[name] for name in self.settings.secrets if name in variables)

    def channels_of(self, pattern: str) -> list[str]:
        """The channels that are written to in this way: `sends`, `asks` or `publishes`."""
        return [name for name, channel in self.channels.items() if channel.pattern[0] == pattern]


def plan(config: Config) -> Plan:
    """Order the services and check all that a person can get wrong; raises `ConfigError`."""
    config = with_prober(config)
    found = Findings(config)
    specs = {spec.name: spec for spec in config.services}
    found.look_at_services()
    found.look_at_groups()
    found.look_at_checks()
    if config.checks and not config.problems and not _has_prober(config):
        text = "whoever probes the checks has this name: call the service something else"
        found.add(f"service.{PROBER.name}", "", text)
    channels = found.look_at_channels()
    bodies = found.look_at_bodies()
    found.look_at_addresses(bodies)
    try:
        order = start_order(specs, config.groups)
    except CycleError as error:
        found.cycle(specs, error.args[1])
        order = ()
    worst = worst_stop(specs, config.groups) if order else 0.0
    found.look_at_the_stop(worst)
    found.look_at_the_network()
    if found.problems:
        raise ConfigError(sorted(set(found.problems)))
    return Plan(
        config.settings,
        tuple(Planned(specs[name], bodies[name]) for name in order if not name.endswith("@")),
        tuple(spec for spec in config.services if spec.is_template),
        config.groups,
        config.checks,
        channels,
        config.capacity,
        worst,
        config.file,
    )


def with_prober(config: Config) -> Config:
    """Add the prober where there is something to probe and nobody who would."""
    if not config.checks or _has_prober(config) or PROBER.name in config.names:
        return config
    names = config.names | {PROBER.name}
    return replace(config, services=(*config.services, PROBER), names=names)


def _has_prober(config: Config) -> bool:
    return any(isinstance(s, TaskSpec) and s.run == PROBER.run for s in config.services)
