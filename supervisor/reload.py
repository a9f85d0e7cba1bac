"""Make a running tree what another plan says, with as few new lives as can be."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from graphlib import CycleError

import msgspec

from supervisor.control import Difference
from supervisor.desk import NotFound, Refused
from supervisor.difference import differences, in_force
from supervisor.groups import Groups
from supervisor.model import State
from supervisor.order import stop_in_order
from supervisor.plan import PROBER, Plan, Planned
from supervisor.runner import Runner
from supervisor.sequence import start_order
from supervisor.spec import GroupSpec, ProcessSpec, TaskSpec
from supervisor.template import template_of
from supervisor.tree import Tree


async def apply(tree: Tree, new: Plan, only: tuple[str, ...] | None) -> tuple[Difference, ...]:
    """Carry out the differences, or those of some services alone; what was done.

    Raises `Refused`, and nothing has changed, where those services cannot change without others.
    What goes is stopped first; then the rest changes in one step. Cancelled while something is
    being stopped, or refused as everything is, it leaves what is not yet gone as it was.
    """
    if only is not None:
        new = _mixed(tree.plan, new, only)
    found = differences(tree.plan, new)
    while going := _going(tree, found):  # somebody may start what was stopped
        for runner in going.values():
            tree.timetable.disarm(runner)
        await stop_in_order(going, tree.groups)
        for name, runner in going.items():
            if tree.roster.get(name) is runner and runner.is_down:
                tree.dismiss(runner)
    if tree.ending:
        raise Refused("cannot reload: everything is being stopped")
    _become(tree, new, found)
    return found


def _going(tree: Tree, found: Iterable[Difference]) -> dict[str, Runner]:
    """The services still there of those that go; the instances go with their template."""
    removed = {one.service for one in found if one.kind == "removed"}
    return {
        name: runner
        for name, runner in tree.roster.items()
        if name in removed or template_of(name) in removed
    }


def _become(tree: Tree, new: Plan, found: tuple[Difference, ...]) -> None:
    planned = {one.spec.name: one for one in new.services}
    checks_differ = tree.plan.checks != new.checks
    renewed = "the checks changed" if checks_differ else ""
    if tree.plan.settings.secrets != new.settings.secrets:
        renewed = renewed or "the secrets changed"
    tree.output.hide(new.secrets(os.environ), new.settings.redact)
    tree.channels.add(
        streams=new.channels_of("sends"),
        desks=new.channels_of("asks"),
        boards=new.channels_of("publishes"),
        capacity=new.capacity,
    )
    tree.plan = in_force(tree.plan, new, tree.channels.capacity)
    tree.groups = Groups(new.groups)
    tree.roster.templates = {spec.name: spec for spec in new.templates}
    if checks_differ:
        tree.verdicts.judge_by(new.checks)
        tree.forget_health()  # one may have been reported since the prober was told to go
    begun: list[Runner] = []
    for one in found:
        if one.kind == "added" and one.service in planned:
            begun.append(tree.roster.add(planned[one.service].spec, planned[one.service].body))
        elif one.kind == "changed" and one.service in planned:
            _change(tree, planned[one.service], one)
    tree.roster.sort(planned)
    moved = {one.service for one in found if one.kind != "changed"}
    for runner in tree.roster.values():
        if not moved.isdisjoint(runner.spec.follows):
            runner.look_again()
    for runner in begun:
        tree.begin(runner)
    if renewed:
        for runner in tree.roster.values():
            if isinstance(runner.spec, TaskSpec) and runner.spec.run == PROBER.run:
                runner.renew(renewed)  # it asks for them, and is told, as it begins


def _change(tree: Tree, planned: Planned, difference: Difference) -> None:
    spec = planned.spec
    runner = tree.roster[spec.name]
    # A life of another kind ends as that one does: a task has no grace where nobody says so.
    grace = runner.spec.stop_timeout if runner.spec.kind != spec.kind else None
    runner.declare(spec, tree.groups.name_of(spec.name))
    runner.live = tree.living(spec.name, planned.body)
    if isinstance(spec, ProcessSpec):
        tree.output.configure(spec.name, spec.log)
    runner.look_again()
    if "schedule" in difference.live:
        before, _ = difference.live["schedule"]
        kept = tree.timetable.disarm(runner)
        if kept or (before is None and spec.autostart):
            tree.timetable.arm(runner)
    mended = runner.state is State.FATAL and spec.schedule is None
    if difference.restart and (runner.wanted.value or mended):
        runner.restart(grace)


def _mixed(old: Plan, new: Plan, only: tuple[str, ...]) -> Plan:
    """The old plan, with what the new one says of some services; raises `Refused`."""
    known = {spec.name for plan in (old, new) for spec in plan.specs}
    if strangers := [name for name in only if name not in known]:
        raise NotFound(f"cannot find {', '.join(strangers)}, neither in force nor in the file")
    only = _with_what_they_need(old, new, only)
    changed = {one.spec.name: one for one in new.services if one.spec.name in only}
    services = {
        one.spec.name: changed.get(one.spec.name, one)
        for one in old.services
        if one.spec.name in changed or one.spec.name not in only
    }
    services |= changed
    templates = [spec for spec in old.templates if spec.name not in only]
    templates += [spec for spec in new.templates if spec.name in only]
    checks = [check for check in old.checks if check.service not in only]
    checks += [check for check in new.checks if check.service in only]
    if checks:  # with any of them goes whoever probes, where nobody else is declared to
        ours = (one for one in (*old.services, *new.services) if one.spec == PROBER)
        services |= {one.spec.name: one for one in ours}
    elif PROBER.name in services and services[PROBER.name].spec == PROBER:
        del services[PROBER.name]
    for spec in (*(one.spec for one in services.values()), *templates):
        for other in spec.follows:
            if other not in services:
                raise Refused(f"cannot reload that alone: {spec.name} needs {other}; reload all")
    groups = _mixed_groups(_with_members(old), new.groups, only)
    try:
        order = start_order({name: one.spec for name, one in services.items()}, groups)
    except CycleError:
        raise Refused("cannot reload that alone: services would wait in a circle") from None
    return replace(
        new,
        settings=old.settings,
        services=tuple(services[name] for name in order),
        templates=tuple(templates),
        checks=tuple(checks),
        groups=groups,
        channels={**old.channels, **new.channels},
        capacity={
            **{n: c for n, c in new.capacity.items() if n not in old.channels},
            **old.capacity,
        },
    )


def _with_what_they_need(old: Plan, new: Plan, only: tuple[str, ...]) -> tuple[str, ...]:
    """These, and the new ones that they come after, each with those of its group."""
    there = {spec.name for spec in old.specs}
    follows = {spec.name: spec.follows for spec in new.specs}
    members = {name: group.members for group in new.groups for name in group.members}
    names = list(only)
    for name in names:  # which grows
        for other in follows.get(name, ()):
            if other not in there:
                names += {other, *members.get(other, ())} - {*names, *there}
    return tuple(names)


def _with_members(plan: Plan) -> Iterator[GroupSpec]:
    """Its groups, without those members that somebody removed."""
    there = {spec.name for spec in plan.specs}
    for group in plan.groups:
        members = tuple(name for name in group.members if name in there)
        yield msgspec.structs.replace(group, members=members)


def _mixed_groups(
    old: Iterable[GroupSpec], new: Iterable[GroupSpec], only: tuple[str, ...]
) -> tuple[GroupSpec, ...]:
    """The old groups, but for the membership of some services; raises `Refused`."""
    before, after = ({group.name: group for group in groups} for groups in (old, new))
    mixed: list[GroupSpec] = []
    for name in before | after:
        was, will = before.get(name), after.get(name)
        if _without(was, only) == _without(will, only):
            mixed += [will] if will is not None else []
        elif any(one is not None and not set(one.members).isdisjoint(only) for one in (was, will)):
            raise Refused(f"cannot reload that alone: the group {name} changes too; reload all")
        else:
            mixed += [was] if was is not None else []
    return tuple(mixed)


def _without(group: GroupSpec | None, names: tuple[str, ...]) -> object:
    """What a group says of others than these; nothing where it has no others."""
    members = [name for name in group.members if name not in names] if group is not None else []
    return (members, group.strategy) if group is not None and members else None
