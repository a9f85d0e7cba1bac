"""What a supervisor holds, one at a time: two of them would share what they map."""

from __future__ import annotations

import time

from tests.benchmarks import procfs
from tests.benchmarks.field import Field
from tests.benchmarks.figures import Aim, Figure


def measure(field: Field) -> None:
    children = field.sizes.children
    whole = Figure("memory", f"PSS with {children} children", "MB", (Aim("supervisord", 1.25),))
    private = Figure("memory", f"private memory with {children} children", "MB")
    for peer in field.rounds("memory", field.sizes.memory):
        with (
            field.trying("memory", peer),
            field.supervised("memory", peer, children, "idle") as running,
        ):
            running.until_up()
            time.sleep(field.sizes.settle / 5)
            pss, uss = procfs.memory_mb(running.supervisors())
            field.results.add(whole, peer.name, pss)
            field.results.add(private, peer.name, uss)
