"""What monitors look at, on the control socket and in public: health and metrics."""

from __future__ import annotations

import trio
from msgspec.structs import replace

from supervisor.control import Health, HealthReport
from supervisor.desk import Refused
from supervisor.importing import load_aside
from supervisor.socket.http import Answer, answer, complaint
from supervisor.socket.served import Served, version
from supervisor.spec import Level

LEVELS = {level.value: level for level in (Level.ALIVE, Level.READY)}


async def health(served: Served, level: str, *, in_brief: bool = False) -> Answer:
    """200 for what is healthy at this level, 503 for what is not.

    `in_brief` leaves out what services and checks said of themselves.
    """
    if level not in LEVELS:
        return complaint(400, f"cannot look at level {level!r}: it is alive or ready")
    try:
        report = await served.control.ask(Health(LEVELS[level]))
    except Refused as refusal:  # also a daemon at its very end: that is not healthy
        return answer(503, HealthReport(False, (str(refusal),), ()))
    shown = _in_brief(report) if in_brief else report
    return answer(200 if report.healthy else 503, shown)


def _in_brief(report: HealthReport) -> HealthReport:
    checks = tuple(replace(check, reason="", found="") for check in report.checks)
    return replace(report, reasons=report.brief, checks=checks)


async def metrics(served: Served) -> Answer:
    """Prometheus' text."""
    # Not in the loop, where everything else would wait for it.
    await load_aside("supervisor.exposition")
    from supervisor.exposition import CONTENT_TYPE, Scene, expose

    try:
        checks = (await served.control.ask(Health())).checks
    except Refused:
        checks = ()
    services = served.events.snapshot
    written = {
        (status.name, stream): before + len(kept)
        for status in services
        for stream in ("stdout", "stderr")
        for before, kept in (served.output.window(status.name, stream),)
    }
    lost = served.output.lost
    tasks = trio.lowlevel.current_statistics().tasks_living
    sample = served.usage.latest.value
    scene = Scene(served.metrics, services, checks, written, lost, version(), tasks, sample)
    return Answer(200, expose(scene), CONTENT_TYPE)
