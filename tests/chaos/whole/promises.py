"""What must be so when nothing is wrong any more: how services stand, and what processes there are.

Pure: each says what is broken, from what was seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from tests.chaos.whole.tree import Process, below

Status = Mapping[str, Any]
ALIVE = ("RUNNING", "STARTING", "STOPPING")
# Services that come and go: what is at rest of them is no harm, and says so.
PASSING = ("astro@", "build@", "install@")


def standing(services: Sequence[Status]) -> Iterator[str]:
    """Whether every service runs that is always there, and is healthy where that is looked at."""
    for it in services:
        if it["name"].startswith(PASSING):
            settled = it["state"] in ("RUNNING", "FATAL", "EXITED", "STOPPED")
        else:
            settled = it["state"] == "RUNNING" and it["healthy"] is not False
        if not settled:
            yield f"{it['name']} is {it['state']}, healthy {it['healthy']}: {it['reason']}"


def truth(
    services: Sequence[Status], processes: Mapping[int, Process], daemon: int
) -> Iterator[str]:
    """Whether each service that is a process is in the state that it claims, by /proc."""
    for it in services:
        if it["kind"] != "process":
            continue
        process = processes.get(it["pid"] or 0)
        if (it["state"] in ALIVE) != (it["pid"] is not None):
            yield f"{it['name']} is {it['state']}, and its process {it['pid']}"
        elif it["pid"] is not None and process is None:
            yield f"{it['name']} is {it['state']}, and there is no process {it['pid']}"
        elif process is not None and (process.parent != daemon or process.state in "ZX"):
            yield f"{it['name']} is {it['state']}, and its process is {process}"


def leavings(
    services: Sequence[Status],
    processes: Mapping[int, Process],
    daemon: int,
    ours: Collection[Process],
) -> Iterator[str]:
    """Zombies; children of the daemon's that belong to no service; and, of `ours`, orphans.

    `ours` are all that the run has started, but the daemon itself and what is not its.
    """
    children = below(daemon, processes.values())
    claimed = {it["pid"] for it in services}
    for it in children:
        if it.state == "Z":
            yield f"a zombie is left: {it}"
        elif it.parent == daemon and it.pid not in claimed:
            yield f"a child of nobody's is left: {it}"
    inside = {it.pid for it in children}
    yield from (f"an orphan is left: {it}" for it in ours if it.pid not in inside)
