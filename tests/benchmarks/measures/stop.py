"""From the signal to the supervisor to the end of its children, and of everything."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress

from tests.benchmarks.field import Field
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.job import NotDone
from tests.benchmarks.running import Running

PATIENCE = 30.0
SETTLED = 1.6  # seconds after which supervisord, which waits for one, calls its children running


def measure(field: Field) -> None:
    children = field.sizes.children
    gone = Figure("stop", f"{children} children stopped: all of them gone", "ms", (Aim("s6"),))
    end = Figure("stop", f"{children} children stopped: everything gone", "ms", (Aim("s6"),))
    for peer in field.rounds("stop", field.sizes.stops):
        with (
            field.trying("stop", peer),
            field.supervised("stop", peer, children, "idle") as running,
        ):
            _take(field, peer.name, running, gone, end)


def measure_deaf(field: Field) -> None:
    sizes = field.sizes
    who = f"{sizes.deaf} deaf children, {sizes.grace:g} s of grace"
    gone = Figure("deaf", f"{who}: all of them gone", "ms", (Aim("s6", 1.05),))
    end = Figure("deaf", f"{who}: everything gone", "ms", (Aim("s6", 1.05),))
    for peer in field.rounds("deaf", sizes.deaf_stops):
        with (
            field.trying("deaf", peer),
            field.supervised("deaf", peer, sizes.deaf, "deaf", grace=sizes.grace) as running,
        ):
            _take(field, peer.name, running, gone, end)


def _take(field: Field, peer: str, running: Running, gone: Figure, end: Figure) -> None:
    running.until_up()
    time.sleep(min(SETTLED, field.sizes.settle))
    children = {entry.pid for entry in running.journal.first("begun").values()}
    with _watching([*children, *running.supervisors()]) as ends:
        asked = last = time.monotonic_ns()
        os.kill(running.process.pid, running.stop_signal)
        for pid, at in ends:
            if pid in children:
                children.discard(pid)
                last = at
        field.results.add(gone, peer, (last - asked) / 1e6)
        field.results.add(end, peer, (time.monotonic_ns() - asked) / 1e6)


@contextmanager
def _watching(pids: list[int]) -> Generator[Iterator[tuple[int, int]]]:
    """Processes as they end, each with when (ns); raises `NotDone` where some never do."""
    poll = select.poll()
    left: dict[int, int] = {}
    for pid in pids:
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            left[descriptor] = pid
            poll.register(descriptor, select.POLLIN)

    def ends() -> Iterator[tuple[int, int]]:
        deadline = time.monotonic() + PATIENCE
        while left:
            if time.monotonic() > deadline:
                raise NotDone(f"{len(left)} processes are left {PATIENCE:g} s after the signal")
            for descriptor, _ in poll.poll(100):
                poll.unregister(descriptor)
                os.close(descriptor)
                yield left.pop(descriptor), time.monotonic_ns()

    try:
        yield ends()
    finally:
        for descriptor in left:
            os.close(descriptor)
