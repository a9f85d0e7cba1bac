"""Make a running tree what another plan says, with as few new lives as can be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from graphlib import CycleError

from supervisor.control import Difference
from supervisor.desk import Refused
from supervisor.difference import differences
from supervisor.groups import Groups
from supervisor.order import stop_in_order
from supervisor.plan import PROBER, Plan, Planned
from supervisor.runner import Runner
from supervisor.sequence import start_order
from supervisor.spec import TaskSpec
from supervisor.template import template_of
from supervisor.tree import Tree
from supervisor.verdicts import Verdicts


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
    tree.plan = new
    tree.channels.add(
        streams=new.channels_of("sends"),
        desks=new.channels_of("asks"),
        boards=new.channels_of("publishes"),
        capacity=new.capacity,
    )
    tree.groups = Groups(new.groups)
    tree.roster.templates = {spec.name: spec for spec in new.templates}
    if checks_differ:
        tree.verdicts = Verdicts(new.checks)
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
    if checks_differ:
        for runner in tree.roster.values():
            if isinstance(runner.spec, TaskSpec) and runner.spec.run == PROBER.run:
                runner.renew("the checks changed")  # it asks for them when it begins


def _change(tree: Tree, planned: Planned, difference: Difference) -> None:
    spec = planned.spec
    runner = tree.roster[spec.name]
    runner.declare(spec, tree.groups.name_of(spec.name))
    runner.live = tree.living(spec.name, planned.body)
    runner.look_again()
    if "schedule" in difference.live and (tree.timetable.disarm(runner) or spec.autostart):
        tree.timetable.arm(runner)
    if difference.restart and runner.wanted.value:
        runner.restart()


def _mixed(old: Plan, new: Plan, only: tuple[str, ...]) -> Plan:
    """The old plan, with what the new one says of some services; raises `Refused`."""
    only = (*only, PROBER.name)
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
    for name, one in services.items():
        for other in one.spec.follows:
            if other not in services:
                raise Refused(f"cannot reload that alone: {name} needs {other}; reload all")
    groups = tuple(group for group in new.groups if services.keys() >= set(group.members))
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
        capacity={**old.capacity, **new.capacity},
    )
