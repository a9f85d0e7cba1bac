"""What a container takes: the daemon, and all of it."""

from __future__ import annotations

import time

from tests.benchmarks import procfs
from tests.benchmarks.container.amounts import Amounts
from tests.benchmarks.container.stage import OURS, Stage
from tests.benchmarks.figures import Aim, Figure, Results
from tests.container.container import Container
from tests.container.processes import Process

DAEMON_MOST = 120  # MB


def measure(results: Results, amounts: Amounts, stage: Stage) -> None:
    """Of one in which nothing ever happened."""
    with stage.ours() as container:
        container.ready()
        time.sleep(amounts.idle)
        look(results, OURS, f"idle for {amounts.idle / 60:g} minutes", container)
        container.end()


def look(results: Results, name: str, when: str, container: Container) -> None:
    """Measure one as it is."""
    living = container.processes()
    daemon = [each for each in living if _is_ours(each)]
    if daemon:
        child = max(daemon, key=lambda each: each.inside)
        resident = Figure("memory", f"the daemon, {when}: resident", "MB", (Aim("", DAEMON_MOST),))
        results.add(resident, name, procfs.resident_mb(child.pid))
        share = Figure("memory", f"the daemon and PID 1, {when}: PSS", "MB")
        results.add(share, name, procfs.memory_mb(each.pid for each in daemon)[0])
    together = Figure("memory", f"the container, {when}: resident, shared pages each time", "MB")
    results.add(together, name, sum(procfs.resident_mb(each.pid) for each in living))
    whole = Figure("memory", f"the container, {when}: PSS", "MB")
    results.add(whole, name, procfs.memory_mb(each.pid for each in living)[0])


def _is_ours(process: Process) -> bool:
    return any(word.endswith("/bin/nurseryd") for word in process.command[:2])
