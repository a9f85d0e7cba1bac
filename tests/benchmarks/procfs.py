"""What /proc says of processes. Whoever ended meanwhile has no part in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def program(pid: int) -> str:
    """The file that a process runs; empty for a zombie."""
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in _tasks(pid):
        with suppress(OSError):
            found += map(int, (task / "children").read_text().split())
    return found


def is_zombie(pid: int) -> bool:
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def cpu_ms(pids: Iterable[int]) -> float:
    """Time on a processor, over all threads that are still there; /proc/PID/schedstat has ns."""
    spent = 0
    for pid in pids:
        for task in _tasks(pid):
            with suppress(OSError):
                spent += int((task / "schedstat").read_text().split()[0])
    return spent / 1e6


def spent_ms(pid: int) -> float:
    """Time on a processor, of threads that have ended too, in the steps of the kernel's clock."""
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def reaped_cpu_ms(pids: Iterable[int]) -> float:
    """Time on a processor of children that they waited for, in the steps of the kernel's clock."""
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[13]) + int(fields[14])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def wakeups(pids: Iterable[int]) -> int:
    """Voluntary context switches, over all threads: each is one wait that ended."""
    number = 0
    for pid in pids:
        for task in _tasks(pid):
            with suppress(OSError):
                found = re.search(r"^voluntary\D+(\d+)", (task / "status").read_text(), re.M)
                number += int(found[1]) if found else 0
    return number


def memory_mb(pids: Iterable[int]) -> tuple[float, float]:
    """PSS, where shared pages count in part, and what is private to these processes; MB."""
    shared = private = 0
    for pid in pids:
        with suppress(OSError):
            rollup = (PROC / str(pid) / "smaps_rollup").read_text()
            shared += sum(map(int, re.findall(r"^Pss:\s+(\d+)", rollup, re.M)))
            private += sum(map(int, re.findall(r"^Private_\w+:\s+(\d+)", rollup, re.M)))
    return shared / 1024, private / 1024


def resident_mb(pid: int) -> float:
    """What a process has in memory, whoever else has it, too; MB."""
    return _of_status(pid, "VmRSS") / 1024


def own_mb(pid: int) -> float:
    """What is in memory of a process without what is mapped from files; MB."""
    return _of_status(pid, "RssAnon") / 1024


def threads(pid: int) -> int:
    return _of_status(pid, "Threads")


def descriptors(pid: int) -> int:
    return len(os.listdir(PROC / str(pid) / "fd"))


def opened(pid: int) -> list[str]:
    """What its descriptors are of, in their order."""
    found: list[str] = []
    for name in sorted(os.listdir(PROC / str(pid) / "fd"), key=int):
        with suppress(FileNotFoundError):  # just closed
            found.append(f"{name} {os.readlink(PROC / str(pid) / 'fd' / name)}")
    return found


def _of_status(pid: int, name: str) -> int:
    """Raises `OSError` where there is no such process."""
    status = (PROC / str(pid) / "status").read_text()
    return sum(map(int, re.findall(rf"^{name}:\s+(\d+)", status, re.M)))


def _tasks(pid: int) -> Iterator[Path]:
    with suppress(OSError):
        yield from (PROC / str(pid) / "task").iterdir()


def listening(pid: int) -> list[int]:
    """The ports on IPv4 that a process listens on."""
    own: set[str] = set()
    with suppress(OSError):
        own = {os.readlink(file) for file in (PROC / str(pid) / "fd").iterdir()}
    lines = (PROC / "net" / "tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return [
        int(row[1].rpartition(":")[2], 16)
        for row in rows
        if row[3] == "0A" and f"socket:[{row[9]}]" in own
    ]
