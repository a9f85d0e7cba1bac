"""What a supervisor costs while nothing happens."""

from __future__ import annotations

import time
from contextlib import ExitStack

from tests.benchmarks import procfs
from tests.benchmarks.field import Field
from tests.benchmarks.figures import Aim, Figure


def measure(field: Field) -> None:
    """All supervisors are up at once, each with its children, and all are left alone."""
    sizes = field.sizes
    when = f"in {sizes.idle:g} s with {sizes.children} idle children"
    woken = Figure("idle", f"wakeups {when}", "", (Aim("", 0),))
    spent = Figure("idle", f"CPU {when}", "ms")
    with ExitStack() as everybody:
        processes: dict[str, list[int]] = {}
        for peer in field.rounds("idle", 1):
            with field.trying("idle", peer):
                running = everybody.enter_context(
                    field.supervised("idle", peer, sizes.children, "idle")
                )
                running.until_up()
                processes[peer.name] = running.supervisors()
        time.sleep(sizes.settle)
        before = {
            name: (procfs.wakeups(pids), procfs.cpu_ms(pids)) for name, pids in processes.items()
        }
        time.sleep(sizes.idle)
        for name, pids in processes.items():
            wakeups, cpu = before[name]
            field.results.add(woken, name, procfs.wakeups(pids) - wakeups)
            field.results.add(spent, name, procfs.cpu_ms(pids) - cpu)
