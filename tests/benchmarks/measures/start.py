"""From the exec of the supervisor to the last child's first breath."""

from __future__ import annotations

from tests.benchmarks import procfs
from tests.benchmarks.field import Field
from tests.benchmarks.figures import Aim, Figure

AIMS = {100: (Aim("supervisord", 0.2),), 500: (Aim("s6"),)}


def measure(field: Field) -> None:
    for children, repetitions in field.sizes.starts:
        begun = Figure("start", f"{children} children up", "ms", AIMS.get(children, ()))
        spent = Figure("start", f"{children} children up: its own CPU", "ms")
        for peer in field.rounds("start", repetitions):
            with (
                field.trying("start", peer),
                field.supervised("start", peer, children, "idle") as running,
            ):
                field.results.add(begun, peer.name, running.until_up())
                field.results.add(spent, peer.name, procfs.cpu_ms(running.supervisors()))
