"""Make a running tree what another plan says, with as few new lives as can be."""

from __future__ import annotations

from dataclasses import replace
from graphlib import CycleError

from supervisor.control import Difference
from supervisor.desk import Refused
from supervisor.difference import differences
from supervisor.groups import Groups
from supervisor.plan import PROBER, Plan, Planned
from supervisor.runner import Runner
from supervisor.sequence import start_order
from supervisor.spec import TaskSpec
from supervisor.tree import Tree
from supervisor.verdicts import Verdicts


async def apply(tree: Tree, new: Plan, only: tuple[str, ...] | None) -> tuple[Difference, ...]:
    """Carry out the differences, or those of some services alone; what was done.

    Raises `Refused`, and nothing has changed, where those services cannot change without others.
    What goes is stopped first; then the rest changes in one step. Cancelled while something is
    being stopped, it leaves what is not yet gone as it was.
    """
    if only is not None:
        new = _mixed(tree.plan, new, only)
    found = differences(tree.plan, new)
    for one in reversed(found):
        if one.kind == "removed" and one.service in tree.roster:
            await _dismiss(tree, one.service)
    _become(tree, new, found)
    return found


async def _dismiss(tree: Tree, name: str) -> None:
    runner = tree.roster[name]
    while runner.wanted.value or not runner.state.at_rest:
        await tree.stop(name)
    tree.roster.remove(name)


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
    for runner in begun:
        tree.begin(runner)
    if checks_differ:
        for runner in tree.roster.values():
            if isinstance(runner.spec, TaskSpec) and runner.spec.run == PROBER.run:
                runner.renew()  # it asks for the checks when a life of it begins


def _change(tree: Tree, planned: Planned, difference: Difference) -> None:
    spec = planned.spec
    runner = tree.roster[spec.name]
    runner.declare(spec, tree.groups.name_of(spec.name))
    runner.live = tree.living(spec.name, planned.body)
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
