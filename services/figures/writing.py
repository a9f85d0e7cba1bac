"""Writes the figures into the log, time and again."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import structlog
import trio

from services import memory
from services.figures.embedded import records
from services.figures.samples import Figure, Samples
from services.stopping import unless
from supervisor.desk import Refused

log = structlog.get_logger()


async def write_each(
    period: float, samples: Samples, named: Callable[[], Awaitable[str]], stopping: trio.Event
) -> None:
    """Write after every `period` seconds, and a last time when `stopping` is set; then return.

    As long as nobody can say what the fleet is called, the values wait.
    """
    name: str | None = None
    while not stopping.is_set():
        if name is None:
            name = await _known(named, stopping)
        with trio.move_on_after(period):
            await stopping.wait()
        if not stopping.is_set():  # there is no time to measure then
            await _measure(samples)
        if name is not None:
            write(samples, name)


def write(samples: Samples, fleet: str) -> None:
    """Write down all that there is, at whatever level the log is: CloudWatch counts by it."""
    # Not filtered by level as `get_logger` is, and made anew since that is set up again at times.
    record = structlog.wrap_logger(None, wrapper_class=structlog.BoundLogger).info
    for members in records(samples.take(), fleet, time.time()):
        record("figures", **members)


async def _known(named: Callable[[], Awaitable[str]], stopping: trio.Event) -> str | None:
    try:
        return await unless(stopping, named)
    except Refused as refusal:
        log.warning("figures wait for the name of the fleet", reason=str(refusal))
        return None


async def _measure(samples: Samples) -> None:
    try:
        used = await trio.to_thread.run_sync(memory.used)
    except (OSError, ValueError, KeyError) as error:
        log.warning("memory not measured", reason=str(error))
    else:
        samples.add(Figure.MEMORY, used / 1e6)
