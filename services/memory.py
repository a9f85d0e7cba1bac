"""How much memory there is, and how much processes take. Synchronous: for a worker thread."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


def available(system: Path = Path("/")) -> int:
    """Bytes that everything in this container may take: the least of the machine's and its limits.

    The limits are those of the control group that we are in and of all around it that we see, of
    version 2 (https://docs.kernel.org/admin-guide/cgroup-v2.html, `memory.max`) or 1.
    """
    limits = [_total(system / "proc/meminfo")]
    for group, version in _groups(system):
        # There is no such file at the top, and "max" is no limit.
        with suppress(OSError, ValueError):
            limits.append(int((group / version.limit).read_text()))
    return min(limits)


def used(system: Path = Path("/")) -> int:
    """Bytes that this container takes, without what the kernel would give back unasked.

    That is what its control group counts but for files that nobody used lately, which is what
    Docker and ECS show, too. Where no group holds just this container it is what all processes
    take that are seen here, as `taken` has it. Raises `OSError` and `ValueError`.
    """
    for group, version in _groups(system):
        if _is_ours(group):
            stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
            return int((group / version.usage).read_text()) - int(stat[version.inactive])
    return sum(map(_size_if_there, _processes(system / "proc")))


def _total(meminfo: Path) -> int:
    fields = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
    return int(fields["MemTotal"].split()[0]) * 1024


class _Version(NamedTuple):
    """What the files of a control group are called."""

    limit: str
    usage: str
    inactive: str  # in `memory.stat`


_SECOND = _Version("memory.max", "memory.current", "inactive_file")
_FIRST = _Version("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _groups(system: Path) -> Iterator[tuple[Path, _Version]]:
    """The group that counts our memory, and those around it that we see.

    In a container its path may be cut off.
    """
    for line in (system / "proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            top, version = system / "sys/fs/cgroup", _SECOND
        elif "memory" in controllers.split(","):
            top, version = system / "sys/fs/cgroup/memory", _FIRST
        else:
            continue
        group = top / path.lstrip("/")
        for folder in (group, *group.parents):
            yield folder, version
            if folder == top:
                break


def _is_ours(group: Path) -> bool:
    """Whether it counts, and holds the first process that we see and none that we do not see."""
    try:
        members = (group / "cgroup.procs").read_text().split()
    except OSError:
        return False
    return "1" in members and "0" not in members


def taken(sessions: Collection[int], processes: Path = Path("/proc")) -> dict[int, int]:
    """Bytes that all processes of each session take.

    What several processes share is counted once, by equal parts (PSS of proc_pid_smaps(5)); where
    that may not be read it is what each has resident (RSS), which counts it more than once.
    """
    total = dict.fromkeys(sessions, 0)
    for process in _processes(processes):
        with suppress(OSError, ValueError, IndexError):  # it ended while we looked
            session = _session(process)
            if session in total:
                total[session] += _size(process)
    return total


def _processes(processes: Path) -> list[Path]:
    with os.scandir(processes) as entries:
        return [processes / entry.name for entry in entries if entry.name.isdecimal()]


def _session(process: Path) -> int:
    # The name before it may hold anything, spaces and brackets too.
    return int((process / "stat").read_bytes().rpartition(b") ")[2].split()[3])


def _size_if_there(process: Path) -> int:
    with suppress(OSError, ValueError, IndexError):
        return _size(process)
    return 0


def _size(process: Path) -> int:
    try:
        for line in (process / "smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except PermissionError:
        pass
    return int((process / "statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
