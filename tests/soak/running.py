"""One load in a daemon: prepared, watched, and held to its promises."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import chain

from tests.endurance.promise import Promise
from tests.soak.load import Load
from tests.soak.promises import Seen, rises
from tests.soak.trend import percentiles
from tests.soak.watching import Watching


def soak(load: Load, every: float, say: Callable[[str], None]) -> tuple[Seen, list[Promise]]:
    """Look every so many seconds. Raises what is wrong at once with what is done."""
    load.prepare()
    began = time.monotonic()
    with Watching(load.world, load, every) as watching:
        load.run()
    took = time.monotonic() - began
    seen = Seen(load.name, watching.looks, watching.volumes, load.took)
    reached = "" if load.done >= load.count else f" of {load.count:,}: there was no time for more"
    p50, p99, most = (1000 * seconds for seconds in percentiles(each for _, each in load.took))
    say(
        f"{load.done:,} {load.name}{reached}, {load.done / took:.1f} in a second;"
        f" p50 {p50:.1f} p99 {p99:.1f} max {most:.1f} ms"
    )
    for what, series in seen.series().items():
        first, last = series[len(series) // 4][1], series[-1][1]
        say(f"    {what}: {first:,.1f} after the warm-up, {last:,.1f} at the end")
    for volume in watching.volumes[:: max(1, len(watching.volumes) - 1)]:
        say(
            f"    after {volume.done:,}: {volume.git_files:,} files of git, {volume.git:,.0f} KB,"
            f" {volume.journals:,.0f} KB of journals, {volume.files:,} files in all"
        )
    return seen, list(chain(rises(seen), load.promises()))
