"""What a plan would do, for people and, with the same names, for programs."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from supervisor.config import Config, Source
from supervisor.config.secrets import Secrets
from supervisor.plan import Channel, Plan
from supervisor.spec import HealthSpec, Schedule, ServiceSpec, Target, conditions
from supervisor.texts import each_text


class Start(Struct, frozen=True):
    name: str
    kind: str
    essential: bool
    autostart: bool
    after: dict[str, str]


class Ends(Struct, frozen=True):
    pattern: tuple[str, str]
    writers: tuple[str, ...]
    readers: tuple[str, ...]


class Check(Struct, frozen=True):
    service: str
    by: str
    level: str
    period: float


class Group(Struct, frozen=True):
    strategy: str
    members: tuple[str, ...]


class Outline(Struct, frozen=True, kw_only=True):
    """`files` are those that were read, `overrides` the names of those that were heeded.

    Seconds are floats.
    """

    files: tuple[str, ...]
    overrides: tuple[str, ...]
    start_order: tuple[Start, ...]
    templates: tuple[str, ...]
    channels: dict[str, Ends]
    checks: dict[str, Check]
    groups: dict[str, Group]
    schedules: dict[str, str]
    worst_case_stop: float
    shutdown_timeout: float

    def without(self, secrets: Secrets) -> Outline:
        return msgspec.convert(each_text(self, secrets.hide), Outline)


def outline(config: Config, planned: Plan) -> Outline:
    specs = [service.spec for service in planned.services]
    return Outline(
        files=config.files,
        overrides=tuple(dict.fromkeys(_overrides(config))),
        start_order=tuple(
            Start(spec.name, spec.kind, spec.essential, spec.autostart, waits_for(spec))
            for spec in specs
        ),
        templates=tuple(spec.name for spec in planned.templates),
        channels={name: _ends(channel) for name, channel in planned.channels.items()},
        checks={one.name: _check(one) for one in planned.checks},
        groups={one.name: Group(str(one.strategy), one.members) for one in config.groups},
        schedules={spec.name: when(spec.schedule) for spec in config.services if spec.schedule},
        worst_case_stop=planned.worst_stop,
        shutdown_timeout=planned.settings.shutdown_timeout,
    )


def waits_for(spec: ServiceSpec) -> dict[str, str]:
    """Whom a service starts after, and what it waits for in each."""
    needs = (conditions(needs) for needs in (spec.after, spec.wants, spec.requires))
    found = {name: str(condition) for each in needs for name, condition in each.items()}
    return {name: found[name] for name in spec.follows}


def target(declared: Target) -> str:
    return declared.http or declared.tcp or " ".join(declared.exec or ("nothing",))


def when(schedule: Schedule) -> str:
    """A schedule in words."""
    text = f"every {schedule.every:g} s" if schedule.every else f"cron {schedule.cron}"
    text += f" in {schedule.timezone}" if schedule.timezone else ""
    return text + (", and at the start" if schedule.at_start else "")


def lines(it: Outline) -> Iterator[str]:
    """The outline for a person, with a heading before each part."""
    if len(it.files) > 1 or it.overrides:
        yield from ("read:", *(f"     {name}" for name in (*it.files, *it.overrides)))
    yield "start order:"
    for number, service in enumerate(it.start_order, 1):
        yield f"  {number:2} {service.name} ({', '.join(_traits(service))}){_follows(service)}"
    parts = {
        "templates": list(it.templates),
        "channels": [
            f"{name}: {', '.join(ends.writers)} {ends.pattern[0]},"
            f" {', '.join(ends.readers)} {ends.pattern[1]}"
            for name, ends in it.channels.items()
        ],
        "checks": [
            f"{name}: {check.service} by {check.by} every {check.period:g} s"
            for name, check in it.checks.items()
        ],
        "groups": [
            f"{name} ({group.strategy}): {', '.join(group.members)}"
            for name, group in it.groups.items()
        ],
        "schedules": [f"{name}: {text}" for name, text in it.schedules.items()],
    }
    for heading, items in parts.items():
        if items:
            yield from (f"{heading}:", *(f"     {item}" for item in items))
    yield f"worst-case stop: {it.worst_case_stop:g} s of {it.shutdown_timeout:g} s"


def _traits(service: Start) -> Iterator[str]:
    yield service.kind
    if service.essential:
        yield "essential"
    if not service.autostart:
        yield "not at the start"


def _follows(service: Start) -> str:
    names = (
        name if condition == "ready" else f"{name} ({condition})"
        for name, condition in service.after.items()
    )
    return f" after {', '.join(names)}" if service.after else ""


def _ends(channel: Channel) -> Ends:
    return Ends(channel.pattern, channel.writers, channel.readers)


def _check(one: HealthSpec) -> Check:
    return Check(one.service, target(one), str(one.level), one.period)


def _overrides(config: Config) -> Iterator[str]:
    for origin in config.origins.values():
        if origin.document.source in (Source.ENVIRONMENT, Source.OPTION):
            yield origin.file
