"""What one life of the daemon holds while nothing goes on, and whether that grows."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# A server of a preview costs its two pipes, what its end is seen by, and a notification socket;
# the last two come and go with readers who are just about to leave.
EACH = 6
SLACK = 6  # descriptors
HEAP = 60.0  # MB


@dataclass(frozen=True, slots=True)
class Level:
    """`descriptors` by their kinds; `memory` in MB, without what is mapped from files."""

    life: int
    descriptors: Counter[str]
    servers: int
    threads: int
    memory: float

    def __str__(self) -> str:
        return (
            f"{self.descriptors.total()} descriptors for {self.servers} servers,"
            f" {self.threads} threads, {self.memory:.0f} MB"
        )


def look(pid: int, life: int, servers: int) -> Level:
    status = Path(f"/proc/{pid}/status").read_text()
    return Level(life, descriptors(pid), servers, _number("Threads", status), _mb(status))


def descriptors(pid: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(entry)
        except OSError:
            continue
        found[target.partition(":")[0] if not target.startswith("/") else "file"] += 1
    return found


def grown(first: Level, now: Level) -> Iterator[str]:
    """What `now` holds beyond the first look at the same life at rest."""
    most = first.descriptors.total() + SLACK + EACH * max(0, now.servers - first.servers)
    if now.descriptors.total() > most:
        more = now.descriptors - first.descriptors
        yield f"descriptors: {now}, and at first {first}: more are {dict(more)}"
    if now.threads > first.threads + SLACK:
        yield f"worker threads: {now}, and at first {first}"
    if now.memory > first.memory + HEAP:
        yield f"memory: {now}, and at first {first}"


def _number(name: str, status: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)
    assert found is not None
    return int(found[1])


def _mb(status: str) -> float:
    return _number("RssAnon", status) / 1024
