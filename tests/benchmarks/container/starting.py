"""From `crun run` to somebody who answers, and from SIGTERM to the end."""

from __future__ import annotations

import time

from tests.benchmarks.container.amounts import Amounts
from tests.benchmarks.container.stage import BARE, OURS, SERVER, SLIM, Stage, await_answer, since
from tests.benchmarks.figures import Aim, Figure, Results
from tests.container.container import Container

ALIVE = Figure("start", "from the run to the first answer", "s")
HEALTHY = Figure(
    "start", "from the run to the first health check that passes", "s", (Aim("", 2.0),)
)
READY = Figure("start", "from the run to ready for a load balancer", "s")
STOP = Figure("start", "from SIGTERM to the end, with no preview", "s")


def measure(results: Results, amounts: Amounts, stage: Stage) -> None:
    """The peer is Python's own HTTP server, with tini as PID 1."""
    for _ in range(amounts.starts):
        for name in (OURS, SLIM):
            begun = time.monotonic()
            with stage.ours(name) as container:
                await_answer(container.address, 8080, "/health/live")
                results.add(ALIVE, name, since(begun))
                container.ready()
                results.add(READY, name, since(begun))
                results.add(STOP, name, _stopped(container))
            begun = time.monotonic()
            with stage.ours(name) as container:
                container.healthy()
                results.add(HEALTHY, name, since(begun))
        begun = time.monotonic()
        with stage.bare(SERVER) as container:
            await_answer(container.address, 8080)
            results.add(ALIVE, BARE, since(begun))
            results.add(STOP, BARE, _stopped(container))


def _stopped(container: Container) -> float:
    begun = time.monotonic()
    container.end()
    return since(begun)
