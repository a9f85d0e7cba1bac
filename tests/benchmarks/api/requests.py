"""Requests for health and status: how many a second, how soon each, at what cost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.api import stage
from tests.benchmarks.api.sizes import Sizes
from tests.benchmarks.field import say
from tests.benchmarks.figures import Aim, Figure, Results
from tests.benchmarks.job import NotDone
from tests.benchmarks.proxies import load
from tests.benchmarks.proxies.tools import Tools

OURS, PEER = "nurseryd", "express"
PATHS = {"health": "/health", "status": f"/api/status/{stage.THREAD}"}
CONNECTIONS = (1, 50, 100)


def measure(results: Results, sizes: Sizes, tools: Tools, scratch: Path) -> None:
    """Both are up and asked by turns, so that whatever else the machine does hits them alike."""
    with ExitStack() as up:
        ours, worktree = up.enter_context(stage.daemon(scratch))
        asked = {OURS: ours}
        try:
            asked[PEER] = up.enter_context(stage.express(tools.folder, scratch, worktree))
        except NotDone as reason:
            results.lacks("requests", PEER, str(reason))
        for what, path in PATHS.items():
            for connections in CONNECTIONS:
                say(f"{what}, {connections} at once")
                for _ in range(sizes.rounds):
                    for name, one in asked.items():
                        work = (str(connections), str(sizes.seconds), path, one.field)
                        done = load.run(tools, one, "ask", *work)
                        for figure, value in _figures(what, connections):
                            results.add(figure, name, value(done))


def _figures(what: str, connections: int) -> list[tuple[Figure, Callable[[load.Done], float]]]:
    many = f"{connections} connection{'s' if connections > 1 else ''}"
    title = f"GET {what}, {many}"
    aims = (Aim(PEER, 0.5),)
    return [
        (
            Figure("requests", title, "requests/s", aims, more_is_better=True),
            lambda done: done.done / done.seconds,
        ),
        (Figure("requests", f"{title}: CPU", "µs/request"), lambda done: done.cpu_us),
        (Figure("requests", f"{title}: p50", "µs"), lambda done: done.p50_us),
        (Figure("requests", f"{title}: p99", "µs"), lambda done: done.p99_us),
    ]
