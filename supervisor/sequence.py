"""In which order services start, and how long it may take to stop them in reverse. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from supervisor.groups import Groups
from supervisor.spec import GroupSpec, Spec


def start_order(specs: Mapping[str, Spec], groups: Iterable[GroupSpec]) -> tuple[str, ...]:
    """All names, each after those that it follows; raises `graphlib.CycleError`."""
    return tuple(TopologicalSorter(_graph(specs, groups)).static_order())


def worst_stop(specs: Mapping[str, Spec], groups: Iterable[GroupSpec]) -> float:
    """Seconds until all are down if each needs its whole `stop_timeout`, in reverse order."""
    graph = _graph(specs, groups)
    done: dict[str, float] = {}
    for name in TopologicalSorter(graph).static_order():
        before = max((done[other] for other in graph[name]), default=0.0)
        done[name] = before + specs[name].stop_timeout
    return max(done.values(), default=0.0)


def _graph(specs: Mapping[str, Spec], groups: Iterable[GroupSpec]) -> dict[str, list[str]]:
    of = Groups(groups)
    return {
        name: [o for o in (*spec.follows, *of.before(name)) if o in specs]
        for name, spec in specs.items()
    }
