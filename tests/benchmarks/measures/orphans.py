"""As PID 1 of a namespace of its own: orphans by the thousand, and when the last zombie is gone."""

from __future__ import annotations

import time

from tests.benchmarks import procfs
from tests.benchmarks.field import Field
from tests.benchmarks.figures import Aim, Figure
from tests.benchmarks.job import NotDone
from tests.benchmarks.running import Running

INIT = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
# "As fast as tini, give or take noise": what differs by less differs from run to run.
AIMS = (Aim("tini", 1.15),)
STYLES = {"single": "as they come", "burst": "all at once"}


def measure(field: Field) -> None:
    sizes = field.sizes
    for style, how in STYLES.items():
        who = f"{sizes.orphans} orphans that end {how}"
        # As they come there is next to nothing left at the end, and it says nothing.
        drained = Figure("orphans", f"{who}, reaped", "ms", AIMS if style == "burst" else ())
        whole = Figure("orphans", f"{who}, made and reaped", "ms", AIMS)
        for peer in field.rounds("orphans", sizes.drains):
            work = ("orphans", str(sizes.orphans), style)
            with (
                field.trying("orphans", peer),
                field.supervised("orphans", peer, 1, *work, around=INIT) as running,
            ):
                running.until_up()
                begun = running.journal.entries[0].at
                if not running.journal.wait("done", 1, within=30.0):
                    raise NotDone("the child could not make its orphans")
                done = running.journal.first("done")["p0"].at
                at = _drained(running, sizes.drain_limit)
                field.results.add(drained, peer.name, max(0.0, (at - done) / 1e6))
                field.results.add(whole, peer.name, (at - begun) / 1e6)


def _drained(running: Running, limit: float) -> int:
    """When the last zombie of PID 1 was gone, in ns; raises `NotDone` where some stay."""
    (init,) = procfs.children(running.process.pid)
    deadline = time.monotonic() + limit
    while True:
        # Whoever has begun to end and is no zombie yet has no program either.
        left = [pid for pid in procfs.children(init) if not procfs.program(pid)]
        if not left:
            return time.monotonic_ns()
        if time.monotonic() > deadline:
            raise NotDone(f"{len(left)} zombies are left after {limit:g} s")
        time.sleep(0.0005)
