"""The metrics as Prometheus reads them. Imported at the first scrape: 20 ms and 2 MB."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping

from msgspec import Struct
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from supervisor.control import CheckStatus
from supervisor.metrics import Metrics
from supervisor.model import ServiceStatus, State
from supervisor.usage import Sample

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Scene(Struct, frozen=True):
    """What a scrape shows: `written` are bytes by service and stream, `lost` lines by source.

    `tasks` is how many live in the daemon's loop.
    """

    metrics: Metrics
    services: Iterable[ServiceStatus]
    checks: Iterable[CheckStatus]
    written: Mapping[tuple[str, str], int]
    lost: Mapping[str, int]
    version: str
    tasks: int
    sample: Sample | None = None


def expose(scene: Scene) -> bytes:
    """Prometheus' text of this moment, with the daemon's own process."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Collector(scene))
    return generate_latest(registry)


class _Collector(Collector):
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        scene = self._scene
        info = GaugeMetricFamily("nurseryd_info", "The daemon.", labels=["version", "python"])
        info.add_metric([scene.version, platform.python_version()], 1)
        yield info
        yield GaugeMetricFamily(
            "nurseryd_start_time_seconds",
            "When the daemon began to count, in Unix seconds.",
            value=scene.metrics.began,
        )
        yield GaugeMetricFamily(
            "nurseryd_tasks",
            "Tasks that live in the daemon's loop: what rises without end is a leak.",
            value=scene.tasks,
        )
        yield _states(scene.services)
        yield from _services(scene.metrics)
        yield _last_ready(scene.services)
        yield from _health(scene)
        yield from _logs(scene)
        if scene.sample is not None:
            yield from _taken(scene.sample)
        commands = CounterMetricFamily(
            "nurseryd_control_requests",
            "Commands given to the supervisor, by whomever.",
            labels=["command"],
        )
        for command, number in sorted(scene.metrics.commands.items()):
            commands.add_metric([command], number)
        yield commands


def _states(services: Iterable[ServiceStatus]) -> Metric:
    family = GaugeMetricFamily(
        "nurseryd_service_state",
        "1 for the state that a service is in, 0 for the others.",
        labels=["service", "state"],
    )
    for status in services:
        for state in State:
            family.add_metric([status.name, state.value], float(state is status.state))
    return family


def _services(metrics: Metrics) -> Iterable[Metric]:
    starts = CounterMetricFamily("nurseryd_service_starts", "Lives that began.", labels=["service"])
    restarts = CounterMetricFamily(
        "nurseryd_service_restarts",
        "Lives that began because the one before broke.",
        labels=["service"],
    )
    exits = CounterMetricFamily(
        "nurseryd_service_exits",
        "Lives that ended: by exit code or signal, or how a coroutine left.",
        labels=["service", "cause"],
    )
    ready = HistogramMetricFamily(
        "nurseryd_service_ready_seconds",
        "From the begin of a life until it was ready.",
        labels=["service"],
    )
    gone = HistogramMetricFamily(
        "nurseryd_service_gone_seconds",
        "From the end of a program until nothing of it was left.",
        labels=["service"],
    )
    for name, counts in metrics.services.items():
        starts.add_metric([name], counts.starts)
        restarts.add_metric([name], counts.restarts)
        for cause, number in sorted(counts.exits.items()):
            exits.add_metric([name, cause], number)
        ready.add_metric([name], counts.ready.cumulative, counts.ready.total)
        gone.add_metric([name], counts.gone.cumulative, counts.gone.total)
    return starts, restarts, exits, ready, gone


def _last_ready(services: Iterable[ServiceStatus]) -> Metric:
    family = GaugeMetricFamily(
        "nurseryd_service_last_ready_seconds",
        "How long the last life that got ready took to do so.",
        labels=["service"],
    )
    for status in services:
        if status.ready_after is not None:
            family.add_metric([status.name], status.ready_after)
    return family


def _health(scene: Scene) -> Iterable[Metric]:
    checks = GaugeMetricFamily(
        "nurseryd_health_check",
        "1 for what a check says of a service: healthy, failing or unknown; 0 for the others.",
        labels=["check", "service", "level", "result"],
    )
    for check in scene.checks:
        said = {True: "healthy", False: "failing", None: "unknown"}[check.healthy]
        for result in ("healthy", "failing", "unknown"):
            labels = [check.check, check.service, check.level.value, result]
            checks.add_metric(labels, float(result == said))
    looks = CounterMetricFamily(
        "nurseryd_health_probes",
        "How often a check looked, and whether that passed or failed.",
        labels=["check", "service", "result"],
    )
    for labels, number in sorted(scene.metrics.looks.items()):
        looks.add_metric([*labels], number)
    return checks, looks


def _logs(scene: Scene) -> Iterable[Metric]:
    written = CounterMetricFamily(
        "nurseryd_log_bytes", "Bytes that a service wrote.", labels=["service", "stream"]
    )
    for labels, number in sorted(scene.written.items()):
        written.add_metric([*labels], number)
    lost = CounterMetricFamily(
        "nurseryd_log_lost",
        "Lines of a service, or for a sink, that were dropped.",
        labels=["source"],
    )
    for source, number in sorted(scene.lost.items()):
        lost.add_metric([source], number)
    return written, lost


def _taken(sample: Sample) -> Iterable[Metric]:
    """Of what was measured within the last seconds; tasks are in the process of `nurseryd`."""
    cpu = CounterMetricFamily(
        "nurseryd_process_cpu_seconds",
        "Processor time of all processes of a service.",
        labels=["service"],
    )
    memory = GaugeMetricFamily(
        "nurseryd_process_resident_memory_bytes",
        "What all processes of a service have resident, what they share for each of them.",
        labels=["service"],
    )
    for service, taken in sorted(sample.taken.items()):
        cpu.add_metric([service], taken.cpu)
        memory.add_metric([service], float(taken.memory))
    return cpu, memory
