"""How much memory there is, and how much processes take. Synchronous: for a worker thread."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path


def available(system: Path = Path("/")) -> int:
    """Bytes that everything in this container may take: the least of the machine's and its limits.

    The limits are those of the control group that we are in and of all around it that we see, of
    version 2 (https://docs.kernel.org/admin-guide/cgroup-v2.html, `memory.max`) or 1.
    """
    limits = [_total(system / "proc/meminfo")]
    groups = (system / "proc/self/cgroup").read_text().splitlines()
    for _, controllers, path in (line.split(":", 2) for line in groups):
        if not controllers:
            limits += _limits(system / "sys/fs/cgroup", path, "memory.max")
        elif "memory" in controllers.split(","):
            limits += _limits(system / "sys/fs/cgroup/memory", path, "memory.limit_in_bytes")
    return min(limits)


def _total(meminfo: Path) -> int:
    fields = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
    return int(fields["MemTotal"].split()[0]) * 1024


def _limits(top: Path, path: str, name: str) -> list[int]:
    """The limits of a group and of those around it; in a container its path may be cut off."""
    group = top / path.lstrip("/")
    found: list[int] = []
    for folder in (group, *group.parents):
        # There is no such file at the top, and "max" is no limit.
        with suppress(OSError, ValueError):
            found.append(int((folder / name).read_text()))
        if folder == top:
            break
    return found


def taken(sessions: Collection[int], processes: Path = Path("/proc")) -> dict[int, int]:
    """Bytes that all processes of each session take.

    What several processes share is counted once, by equal parts (PSS of proc_pid_smaps(5)); where
    that may not be read it is what each has resident (RSS), which counts it more than once.
    """
    total = dict.fromkeys(sessions, 0)
    with os.scandir(processes) as entries:
        numbers = [entry.name for entry in entries if entry.name.isdecimal()]
    for number in numbers:
        with suppress(OSError, ValueError, IndexError):  # it ended while we looked
            session = _session(processes / number)
            if session in total:
                total[session] += _size(processes / number)
    return total


def _session(process: Path) -> int:
    # The name before it may hold anything, spaces and brackets too.
    return int((process / "stat").read_bytes().rpartition(b") ")[2].split()[3])


def _size(process: Path) -> int:
    try:
        for line in (process / "smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except PermissionError:
        pass
    return int((process / "statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def steady(shown: int, measured: int) -> int:
    """What to show after a measurement: something new only where it differs by a tenth. Pure."""
    if abs(measured - shown) * 10 < max(shown, measured):
        return shown
    return -(-measured >> 20) << 20
