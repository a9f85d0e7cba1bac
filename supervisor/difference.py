"""What stands between two plans, key by key. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import msgspec

from supervisor.channels import CAPACITY
from supervisor.control import Difference
from supervisor.plan import Plan

# What takes effect in the life of the moment, or with its end; any other key needs a new life.
LIVE = frozenset(
    (
        "requires",
        "wants",
        "after",
        "restarts_with",
        "autostart",
        "essential",
        "schedule",
        "restart",
        "backoff",
        "budget",
        "limits",
        "stable_after",
        "start_timeout",
        "stop_timeout",
        "stop_signal",
        "success",
        "log",
        "in_group",
        "checks",
    )
)
LIVE_SETTINGS = frozenset(("shutdown_timeout", "secrets", "redact"))


def differences(old: Plan, new: Plan) -> tuple[Difference, ...]:
    """What stands between two plans: the daemon first, then services in the order of the new."""
    before, after = dict(_declared(old)), dict(_declared(new))
    sized = _sized(old, new)
    ours = _of_the_daemon(old, sized), _of_the_daemon(new, sized)
    found = [_changed("", *ours, LIVE_SETTINGS)]
    for name in (*after, *(name for name in before if name not in after)):
        if name not in before:
            groups = (group.name for group in new.groups if name in group.members)
            found.append(Difference(name, "added", group=next(groups, "")))
        elif name not in after:
            found.append(Difference(name, "removed"))
        elif name.endswith("@"):  # its instances keep what they were started with
            keys = frozenset((*before[name], *after[name]))
            found.append(_changed(name, before[name], after[name], keys))
        else:
            found.append(_changed(name, before[name], after[name], LIVE))
    return tuple(one for one in found if one.kind != "changed" or one.live or one.restart)


def _sized(old: Plan, new: Plan) -> list[str]:
    """The channels with a capacity that are there and stay."""
    there = {*old.channels, *old.capacity}
    return [n for n, it in new.channels.items() if n in there and it.pattern[0] != "publishes"]


def _of_the_daemon(plan: Plan, sized: Iterable[str]) -> dict[str, object]:
    """Its settings, and how large these channels are."""
    sizes = {f"channels.{name}": plan.capacity.get(name, CAPACITY) for name in sized}
    return {**_builtins(plan.settings), **sizes}


def in_force(old: Plan, new: Plan, capacity: Mapping[str, int]) -> Plan:
    """The new plan, but for what waits for the daemon's own next start; `capacity` is as it is."""
    live = {key: getattr(new.settings, key) for key in LIVE_SETTINGS}
    settings = msgspec.structs.replace(old.settings, **live)
    return replace(new, settings=settings, capacity={**new.capacity, **capacity})


def _declared(plan: Plan) -> Iterator[tuple[str, dict[str, object]]]:
    """All that is said of each service, wherever it is said."""
    for spec in plan.specs:
        checks = [check for check in plan.checks if check.service == spec.name]
        group = next((one for one in plan.groups if spec.name in one.members), None)
        yield (
            spec.name,
            {
                **_builtins(spec),
                "in_group": _builtins(group) if group else None,
                "checks": [_builtins(check) for check in checks],
            },
        )


def _builtins(value: msgspec.Struct) -> dict[str, object]:
    return msgspec.to_builtins(value)


def _changed(
    name: str, before: Mapping[str, object], after: Mapping[str, object], live: frozenset[str]
) -> Difference:
    changed = {
        key: (before.get(key), after.get(key))
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    }
    return Difference(
        name,
        "changed",
        {key: pair for key, pair in changed.items() if key in live},
        {key: pair for key, pair in changed.items() if key not in live},
    )
